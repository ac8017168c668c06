import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Finding, Reason } from '../api/condition.ts';
import type { JsonObject } from '../api/json.ts';
import { anOperatorBinding } from '../testkit/families.ts';
import { bindingOf } from '../testkit/observed.ts';
import { workloadFindingOf } from './status.ts';

const AVAILABLE: Finding = { status: 'True', reason: Reason.resolvedBindingSecret, message: '' };

describe('a workload that is not there is called as its binding calls it', () => {
  const byName = { name: 'x' };
  const bySelector = { labelSelector: { matchLabels: { a: 'b' } } };
  const cases: Readonly<Record<string, { application: JsonObject; want: RegExp }>> = {
    'by its kind': {
      application: { group: 'apps', version: 'v1', kind: 'Deployment', ...byName },
      want: /reference: Deployment shop\/x does not exist/,
    },
    'by its resource, where nobody knows the kind': {
      application: { group: 'apps', version: 'v1', resource: 'bogus', ...byName },
      want: /reference: bogus shop\/x does not exist/,
    },
    'by its resource, with a selector': {
      application: { group: 'apps', version: 'v1', resource: 'bogus', ...bySelector },
      want: /reference: no bogus in shop has the labels/,
    },
  };
  for (const [name, { application, want }] of Object.entries(cases)) {
    it(name, () => {
      const { spec, ...rest } = anOperatorBinding();
      const binding = bindingOf({ ...rest, spec: { ...(spec as JsonObject), application } });
      assert.match(workloadFindingOf(binding, [], AVAILABLE).message, want);
    });
  }
});
