import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aWorkload, BOUND, FIXED, LEFT, observed, UNBOUND } from '../testkit/observed.ts';
import { type ObservedBinding, type ObservedWorkload, type Plan, planBinding } from './plan.ts';

const settle = (hold: boolean, ...workloads: readonly ObservedWorkload[]): Plan => ({
  step: 'settle',
  hold,
  workloads,
});

describe('what is to be done about a binding', () => {
  const cases: Readonly<Record<string, { readonly given: Partial<ObservedBinding>; readonly want: Plan }>> = {
    'a workload that exists already is bound, and the binding held first': {
      given: { held: false, workloads: [UNBOUND] },
      want: settle(true, UNBOUND),
    },
    'a workload that was bound at admission needs no change, but the binding has to be held': {
      given: { held: false, workloads: [BOUND] },
      want: settle(true),
    },
    'without a workload there is nothing to take away later: it need not be held': {
      given: { held: false },
      want: settle(false),
    },
    'SB-32: what no longer matches is settled too': {
      given: { workloads: [BOUND, LEFT] },
      want: settle(false, LEFT),
    },
    'a workload whose verdict rests on something old is read again': {
      given: { workloads: [aWorkload('orders', { isRight: undefined })] },
      want: settle(false, aWorkload('orders', { isRight: undefined })),
    },
    'a kind that is still being listed is waited for': { given: { kind: 'pending' }, want: { step: 'wait' } },
    'a service kind that is still being listed is waited for': {
      given: { pending: true, workloads: [UNBOUND] },
      want: { step: 'wait' },
    },
    'a namespace that is not known yet may turn out to have opted out': {
      given: { namespace: 'pending', workloads: [UNBOUND] },
      want: { step: 'wait' },
    },
    'deletion: nor is it released before that is known': {
      given: { namespace: 'pending', deleting: true, workloads: [BOUND] },
      want: { step: 'wait' },
    },
    'what is known to be wrong and cannot be changed is not read again': {
      given: { workloads: [aWorkload('pod', { fixed: 'it is a Pod' })] },
      want: settle(false),
    },
    'an excluded namespace is left alone, and told so': {
      given: { namespace: 'excluded', workloads: [UNBOUND] },
      want: settle(false),
    },
    'in a terminating namespace nothing is begun': {
      given: { namespace: 'terminating', workloads: [UNBOUND] },
      want: { step: 'rest' },
    },
    'an invalid binding takes nothing away and gives nothing': {
      given: { subject: { problem: 'spec.service: is required' }, workloads: [BOUND] },
      want: settle(false),
    },
    'deletion: the projection is taken away before the binding is released': {
      given: { deleting: true, workloads: [BOUND] },
      want: settle(false, BOUND),
    },
    'deletion: released when nothing carries its projection': {
      given: { deleting: true },
      want: { step: 'release' },
    },
    'deletion: what must not be changed does not hold it back': {
      given: { deleting: true, workloads: [FIXED] },
      want: { step: 'release' },
    },
    'deletion: a kind that no longer exists does not hold it back': {
      given: { deleting: true, kind: 'absent' },
      want: { step: 'release' },
    },
    'deletion: a kind that cannot be listed keeps it': {
      given: { deleting: true, kind: 'unreachable' },
      want: settle(false),
    },
    'deletion: a forbidden kind keeps it': {
      given: { deleting: true, kind: 'forbidden' },
      want: settle(false),
    },
    'deletion: nothing is taken for gone before it is known': {
      given: { deleting: true, kind: 'pending' },
      want: { step: 'wait' },
    },
    'deletion: in a terminating namespace it is released at once, forbidden or not': {
      given: { deleting: true, namespace: 'terminating', kind: 'forbidden', workloads: [BOUND] },
      want: { step: 'release' },
    },
    'deletion: in an excluded namespace it is released at once': {
      given: { deleting: true, namespace: 'excluded', workloads: [BOUND] },
      want: { step: 'release' },
    },
    'deletion: one that others hold is none of our business': {
      given: { deleting: true, held: false, workloads: [BOUND] },
      want: { step: 'rest' },
    },
    'deletion: an invalid binding is unprojected like any other': {
      given: { subject: { problem: 'x' }, deleting: true, workloads: [LEFT] },
      want: settle(false, LEFT),
    },
  };
  for (const [name, { given, want }] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(planBinding(observed(given)), want));
  }
});
