import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { readBinding } from '../binding/read.ts';
import { targets, type WorkloadIdentity } from '../resolve/targets.ts';
import { aServiceBinding } from '../testkit/builders.ts';
import { BindingIndex } from './binding-index.ts';

function modelOf(object: JsonObject): Binding {
  const parsed = readBinding(object);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

const KEYS = ['app', 'tier', 'constructor', 'example.com/a'] as const;
const VALUES = ['a', 'b', '', 'true'] as const;
const NAMES = ['orders', 'mailer'] as const;
const NAMESPACES = ['shop', 'other'] as const;
const KINDS = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1beta1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Pod' },
] as const;

const value = fc.constantFrom(...VALUES);
const key = fc.constantFrom(...KEYS);
const labels = fc.dictionary(key, value);
const expression = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
const selector = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 3 }) },
  { requiredKeys: [] },
);
const target = fc.oneof(
  fc.record({ name: fc.constantFrom(...NAMES) }),
  selector.map((wanted) => ({ selector: wanted })),
);

const drafts = fc.array(
  fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    kind: fc.constantFrom(...KINDS),
    target,
    deleting: fc.boolean(),
  }),
  { maxLength: 30 },
);

const bindings = drafts.map((list) =>
  list.map(({ namespace, kind, target: to, deleting }, index) =>
    modelOf({
      ...aServiceBinding({
        metadata: {
          name: `b${index}`,
          namespace,
          uid: `u${index}`,
          deletionTimestamp: deleting ? '2026-01-01T00:00:00Z' : null,
        },
      }),
      spec: {
        service: { apiVersion: 'v1', kind: 'Secret', name: 's' },
        workload: JSON.parse(JSON.stringify({ ...kind, ...to })) as JsonObject,
      },
    }),
  ),
);

const workload = fc
  .record({
    kind: fc.constantFrom({ group: 'apps', kind: 'Deployment' }, { group: '', kind: 'Pod' }),
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom('', ...NAMES),
    labels,
  })
  .map(({ kind, namespace, name, labels: has }): WorkloadIdentity => ({
    ...kind,
    namespace,
    name,
    labels: new Map(Object.entries(has)),
  }));

const keyOf = ({ namespace, name }: Binding): string => `${namespace}/${name}`;

function indexOf(list: readonly Binding[]): BindingIndex {
  const index = new BindingIndex();
  for (const binding of list) index.put(keyOf(binding), binding, undefined);
  return index;
}

const namesOf = (list: readonly Binding[]): readonly string[] => list.map(keyOf).sort();

describe('the index of bindings', () => {
  it('SB-7, SB-32: finds all that target a workload, none of them twice', () => {
    fc.assert(
      fc.property(bindings, workload, (list, identity) => {
        const found = indexOf(list).candidates(identity);
        assert.equal(new Set(found).size, found.length);
        assert.deepEqual(
          namesOf(found.filter((binding) => targets(binding, identity))),
          namesOf(list.filter((binding) => targets(binding, identity))),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('holds what it would hold without those that went and those that changed', () => {
    fc.assert(
      fc.property(bindings, bindings, fc.array(fc.nat(29)), workload, (first, second, gone, identity) => {
        const index = indexOf(first);
        for (const binding of second) index.put(keyOf(binding), binding, undefined);
        const left = new Map([...first, ...second].map((binding) => [keyOf(binding), binding]));
        for (const at of gone) {
          const binding = second[at];
          if (binding === undefined) continue;
          assert.equal(index.remove(keyOf(binding)), left.delete(keyOf(binding)));
        }
        assert.equal(index.size, left.size);
        assert.deepEqual(
          namesOf(index.candidates(identity)),
          namesOf(indexOf([...left.values()]).candidates(identity)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('looks at candidates only, however many bindings there are', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      modelOf({
        ...aServiceBinding({ metadata: { name: `b${index}`, uid: `u${index}` } }),
        spec: {
          service: { apiVersion: 'v1', kind: 'Secret', name: 's' },
          workload: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            ...(index % 2 === 0
              ? { name: `w${index}` }
              : { selector: { matchLabels: { app: `w${index}`, tier: 'web' } } }),
          },
        },
      }),
    );
    const index = indexOf(many);
    const found = index.candidates({
      group: 'apps',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'w5000',
      labels: new Map([
        ['app', 'w4999'],
        ['tier', 'web'],
      ]),
    });
    assert.deepEqual(namesOf(found), ['shop/b4999', 'shop/b5000']);
  });

  it('of two bindings with one uid, as in files that were copied, the removal of one leaves the other', () => {
    const one = modelOf(aServiceBinding({ metadata: { name: 'one' } }));
    const two = modelOf(aServiceBinding({ metadata: { name: 'two' } }));
    const index = indexOf([one, two]);
    index.remove('shop/one');
    const labels = new Map<string, string>();
    const identity = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'orders', labels };
    assert.deepEqual(index.candidates(identity), [two]);
    assert.equal(index.byUid(two.uid), two);
  });
});
