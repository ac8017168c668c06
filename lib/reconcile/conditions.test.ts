import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Condition, type Finding, Reason } from '../api/condition.ts';
import {
  conditionsOf,
  INITIALIZING,
  readyFinding,
  workloadFinding,
  workloadNotFound,
  type WorkloadOutcome,
} from './conditions.ts';

const AVAILABLE: Finding = { status: 'True', reason: Reason.resolvedBindingSecret, message: '' };
const MISSING: Finding = { status: 'False', reason: Reason.serviceNotFound, message: 'no service' };
const PENDING: Finding = {
  status: 'Unknown',
  reason: Reason.serviceMissingBinding,
  message: 'no binding yet',
};
const PROJECTED: Finding = {
  status: 'True',
  reason: Reason.workloadProjected,
  message: 'projected into 1 workload',
};
const UNPROJECTABLE: Finding = { status: 'False', reason: Reason.unprojectable, message: 'not there' };
const NO_WORKLOAD = workloadNotFound({ kind: 'Deployment', namespace: 'shop', name: 'orders' });

const NOW = '2026-05-05T05:05:05Z';
const BEFORE = '2026-01-01T00:00:00Z';

const fine = (workload: string): WorkloadOutcome => ({ workload, failure: undefined });
const failed = (workload: string, reason: Reason = Reason.unprojectable): WorkloadOutcome => ({
  workload,
  failure: { reason, message: `cannot (${workload})` },
});

describe('Ready is the sum of what was found', () => {
  interface Case {
    readonly service: Finding;
    readonly workload: Finding;
    readonly want: Finding;
  }
  const cases: Readonly<Record<string, Case>> = {
    'SB-50: both are there': {
      service: AVAILABLE,
      workload: PROJECTED,
      want: { status: 'True', reason: Reason.serviceBound, message: 'projected into 1 workload' },
    },
    'SB-51, SB-52: the service is missing': { service: MISSING, workload: PROJECTED, want: MISSING },
    'SB-51, SB-52: the service has no binding': {
      service: PENDING,
      workload: INITIALIZING,
      want: { ...PENDING, status: 'False' },
    },
    'SB-51, SB-52, SB-48: the workload is missing': {
      service: AVAILABLE,
      workload: NO_WORKLOAD,
      want: NO_WORKLOAD,
    },
    'SB-51: the workload cannot be projected': {
      service: AVAILABLE,
      workload: UNPROJECTABLE,
      want: UNPROJECTABLE,
    },
    'both are told if neither is there, the service first': {
      service: MISSING,
      workload: NO_WORKLOAD,
      want: { ...MISSING, message: `no service; ${NO_WORKLOAD.message}` },
    },
    'what was not looked at is no cause': {
      service: INITIALIZING,
      workload: UNPROJECTABLE,
      want: UNPROJECTABLE,
    },
    'SB-53: nothing was looked at yet': { service: INITIALIZING, workload: INITIALIZING, want: INITIALIZING },
    'SB-53: the service is there, the workloads were not looked at yet': {
      service: AVAILABLE,
      workload: INITIALIZING,
      want: INITIALIZING,
    },
  };
  for (const [name, { service, workload, want }] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(readyFinding({ service, workload }), want));
  }
});

describe('SB-33: the outcomes of all workloads make one finding', () => {
  const cases: Readonly<Record<string, { outcomes: readonly WorkloadOutcome[]; want: Finding }>> = {
    none: {
      outcomes: [],
      want: { ...PROJECTED, message: 'projected into 0 workloads' },
    },
    'one that is fine': { outcomes: [fine('Deployment shop/a')], want: PROJECTED },
    'several that are fine': {
      outcomes: [fine('Deployment shop/a'), fine('Deployment shop/b')],
      want: { ...PROJECTED, message: 'projected into 2 workloads' },
    },
    'the only one fails': {
      outcomes: [failed('Deployment shop/a')],
      want: { ...UNPROJECTABLE, message: 'Deployment shop/a: cannot (Deployment shop/a)' },
    },
    'some fail: each is named, the first gives the reason': {
      outcomes: [fine('Pod shop/a'), failed('Pod shop/b', Reason.collision), failed('Pod shop/c')],
      want: {
        status: 'False',
        reason: Reason.collision,
        message:
          '1 of 3 workloads projected; Pod shop/b: cannot (Pod shop/b); Pod shop/c: cannot (Pod shop/c)',
      },
    },
  };
  for (const [name, { outcomes, want }] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(workloadFinding(outcomes), want));
  }
});

it('SB-33: of very many failures the first twenty are named, and the others counted', () => {
  const outcomes = Array.from({ length: 25 }, (_, index) => failed(`Pod shop/p${index}`));
  const { message } = workloadFinding(outcomes);
  assert.match(message, /^0 of 25 workloads projected; Pod shop\/p0: .*Pod shop\/p19: [^;]*; and 5 more$/);
  assert.ok(!message.includes('p20'));
});

describe('the conditions of a binding', () => {
  const of = (
    service: Finding,
    workload: Finding,
    previous: readonly Condition[] = [],
    generation = 3,
  ): readonly Condition[] => conditionsOf({ service, workload }, { generation, previous, now: NOW });

  it('SB-28, SB-29: are three, Ready the last, in this form', () => {
    assert.deepEqual(of(AVAILABLE, NO_WORKLOAD), [
      { type: 'ServiceAvailable', ...AVAILABLE, observedGeneration: 3, lastTransitionTime: NOW },
      { type: 'WorkloadProjected', ...NO_WORKLOAD, observedGeneration: 3, lastTransitionTime: NOW },
      { type: 'Ready', ...NO_WORKLOAD, observedGeneration: 3, lastTransitionTime: NOW },
    ]);
  });

  it('SB-28: every reason is one that the API server takes', () => {
    for (const reason of Object.values(Reason))
      assert.match(reason, /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);
  });

  it('SB-28: no message is longer than the API server takes', () => {
    const [available] = of({ ...MISSING, message: 'x'.repeat(40_000) }, NO_WORKLOAD);
    assert.equal(available?.message.length, 32_768);
    assert.ok(available.message.endsWith('x…'));
  });

  for (const [name, service, status] of [
    ['SB-54: the service is there: True, even if the workload is not', AVAILABLE, 'True'],
    ['SB-55: the service is not there: False, with a message', MISSING, 'False'],
    ['SB-56: the service has no binding yet: Unknown', PENDING, 'Unknown'],
  ] as const) {
    it(name, () => {
      const [available] = of(service, NO_WORKLOAD);
      assert.equal(available?.status, status);
      assert.equal(available.message === '', status === 'True');
    });
  }

  it('SB-30: lastTransitionTime moves with the status, and only with it', () => {
    const first = of(AVAILABLE, NO_WORKLOAD).map((condition) => ({
      ...condition,
      lastTransitionTime: BEFORE,
    }));
    const timesOf = (conditions: readonly Condition[]): readonly string[] =>
      conditions.map(({ lastTransitionTime }) => lastTransitionTime);
    assert.deepEqual(timesOf(of(AVAILABLE, NO_WORKLOAD, first)), [BEFORE, BEFORE, BEFORE]);
    assert.deepEqual(timesOf(of(AVAILABLE, PROJECTED, first)), [BEFORE, NOW, NOW]);
    assert.deepEqual(timesOf(of(PENDING, PROJECTED, first)), [NOW, NOW, BEFORE]);
  });

  it('SB-30, SB-35: reason and message change without a transition, and the generation moves on', () => {
    const first = of(AVAILABLE, NO_WORKLOAD).map((condition) => ({
      ...condition,
      lastTransitionTime: BEFORE,
    }));
    const ready = of(AVAILABLE, UNPROJECTABLE, first, 4)[2];
    assert.deepEqual(ready, {
      type: 'Ready',
      ...UNPROJECTABLE,
      observedGeneration: 4,
      lastTransitionTime: BEFORE,
    });
  });
});
