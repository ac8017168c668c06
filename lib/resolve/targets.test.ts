import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../api/json.ts';
import type { LabelSelector } from '../api/meta.ts';
import type { Binding } from '../binding/binding.ts';
import { readBinding } from '../binding/read.ts';
import { aSelectingBinding, aServiceBinding } from '../testkit/builders.ts';
import { anchors, labelKey, matches } from './selector.ts';
import { targets, type WorkloadIdentity } from './targets.ts';

function bindingFrom(object: JsonObject): Binding {
  const binding = readBinding(object);
  assert.ok(binding.ok, JSON.stringify(binding));
  return binding.value;
}

const orders: WorkloadIdentity = {
  group: 'apps',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'orders',
  labels: new Map([
    ['app', 'orders'],
    ['tier', 'web'],
  ]),
};

describe('a binding by name (SB-7)', () => {
  const binding = bindingFrom(aServiceBinding());
  const cases: Readonly<Record<string, [WorkloadIdentity, boolean]>> = {
    'targets the workload of that name': [orders, true],
    'does not target another name': [{ ...orders, name: 'other' }, false],
    'does not target another namespace: no field of the reference could name one (SB-4, SB-5)': [
      { ...orders, namespace: 'billing' },
      false,
    ],
    'does not target another kind': [{ ...orders, kind: 'StatefulSet' }, false],
    'does not target the same kind of another group': [{ ...orders, group: 'example.com' }, false],
    'does not target a workload whose name is still to be generated': [{ ...orders, name: '' }, false],
  };
  for (const [name, [workload, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(targets(binding, workload), want));
  }

  it('targets whatever version the workload is written in', () => {
    const old = bindingFrom(aServiceBinding({ spec: { workload: { apiVersion: 'apps/v1beta2' } } }));
    assert.equal(targets(old, orders), true);
  });

  it('targets nothing once it is being deleted', () => {
    const deleted = bindingFrom(aServiceBinding({ metadata: { deletionTimestamp: '2026-01-02T00:00:00Z' } }));
    assert.equal(targets(deleted, orders), false);
  });
});

describe('a binding by selector (SB-7, SB-32)', () => {
  const expression = (key: string, operator: string, ...values: string[]): JsonObject => ({
    matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
  });
  const cases: Readonly<Record<string, [JsonObject, boolean]>> = {
    'matches a label': [{ matchLabels: { app: 'orders' } }, true],
    'does not match another value': [{ matchLabels: { app: 'billing' } }, false],
    'wants all labels': [{ matchLabels: { app: 'orders', tier: 'db' } }, false],
    'In: one of the values': [expression('tier', 'In', 'db', 'web'), true],
    'In: none of the values': [expression('tier', 'In', 'db'), false],
    'In: a label that is missing does not match': [expression('zone', 'In', 'a'), false],
    'NotIn: another value': [expression('tier', 'NotIn', 'db'), true],
    'NotIn: that value': [expression('tier', 'NotIn', 'web'), false],
    'NotIn: a label that is missing matches': [expression('zone', 'NotIn', 'a'), true],
    'Exists: there': [expression('tier', 'Exists'), true],
    'Exists: missing': [expression('zone', 'Exists'), false],
    'DoesNotExist: missing': [expression('zone', 'DoesNotExist'), true],
    'DoesNotExist: there': [expression('tier', 'DoesNotExist'), false],
    'an empty selector matches everything': [{}, true],
    'empty lists match everything': [{ matchLabels: {}, matchExpressions: [] }, true],
    'both forms together must hold': [
      { matchLabels: { app: 'orders' }, ...expression('tier', 'NotIn', 'web') },
      false,
    ],
    'constructor is a label like any other': [expression('constructor', 'DoesNotExist'), true],
  };
  for (const [name, [selector, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(targets(bindingFrom(aSelectingBinding(selector)), orders), want));
  }

  it('also a workload whose name is still to be generated', () => {
    assert.equal(
      targets(bindingFrom(aSelectingBinding({ matchLabels: { app: 'orders' } })), { ...orders, name: '' }),
      true,
    );
  });
});

describe('the index keys of a selector', () => {
  const operator = fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist') as fc.Arbitrary<
    LabelSelector[number]['operator']
  >;
  const key = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom('1', '2', '3');
  const requirement = fc
    .record({ key, operator, values: fc.array(value, { minLength: 1, maxLength: 3 }) })
    .map((line) => (line.operator === 'In' || line.operator === 'NotIn' ? line : { ...line, values: [] }));

  it('lead to it from every workload that it matches', () => {
    const labels = fc.dictionary(key, value).map((object) => new Map(Object.entries(object)));
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 3 }), labels, (selector, held) => {
        if (!matches(selector, held)) return;
        const keys = anchors(selector);
        const reachable = new Set(
          [...held].flatMap(([name, text]) => [labelKey(name), labelKey(name, text)]),
        );
        assert.ok(keys === undefined || keys.some((anchor) => reachable.has(anchor)));
      }),
    );
  });
});
