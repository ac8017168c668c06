import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import { readBinding } from '../../lib/binding/read.ts';
import { aDeployment, aSelectingBinding, aServiceBinding, merge } from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { Workloads } from './workloads.ts';
import { DEPLOYMENTS } from './testing/resources.ts';

const inVersion = (resourceVersion: string, more: JsonObject = {}): JsonObject =>
  aDeployment(merge({ metadata: { resourceVersion } }, more));

const namesOf = (records: readonly { readonly name: string }[]): readonly string[] =>
  records.map(({ name }) => name).sort();

describe('the workloads that are known', () => {
  it('are not judged again when a watch repeats them, unless what the verdict rests on has changed', () => {
    const store = aStore([aServiceBinding()], { closed: false });
    const workloads = new Workloads({ lister: store, now: () => 0 });
    const first = workloads.observe(inVersion('5'), DEPLOYMENTS);
    assert.equal(workloads.observe(inVersion('5'), DEPLOYMENTS), first);
    assert.notEqual(workloads.observe(inVersion('6'), DEPLOYMENTS), first);
    const second = workloads.observe(inVersion('6'), DEPLOYMENTS);
    store.upsert(aServiceBinding({ metadata: { generation: 7, resourceVersion: '9' } }));
    assert.notEqual(workloads.observe(inVersion('6'), DEPLOYMENTS), second);
    const recreated = inVersion('6', { metadata: { uid: 'another' } });
    assert.equal(workloads.observe(recreated, DEPLOYMENTS)?.uid, 'another');
  });

  it('are at hand whole once more when a list repeats what is wrong', () => {
    const store = aStore([aServiceBinding()], { closed: false });
    const workloads = new Workloads({ lister: store, now: () => 0 });
    const record = workloads.observe(inVersion('5'), DEPLOYMENTS);
    const key = record?.key ?? '';
    assert.deepEqual(workloads.takeKept(key), inVersion('5'));
    assert.equal(workloads.takeKept(key), undefined);
    workloads.observe(inVersion('5'), DEPLOYMENTS);
    assert.deepEqual(workloads.takeKept(key), inVersion('5'));
  });

  it('are found by name and by every form of selector (SB-7)', () => {
    const store = aStore([], { closed: false });
    const workloads = new Workloads({ lister: store, now: () => 0 });
    const some = { a: { tier: 'web' }, b: { tier: 'web', team: 'x' }, c: { tier: 'db' }, d: {} };
    for (const [name, labels] of Object.entries(some))
      workloads.observe(merge(aDeployment(), { metadata: { name, labels } }), DEPLOYMENTS);
    const find = (binding: JsonObject): readonly string[] => {
      const parsed = readBinding(binding);
      assert.ok(parsed.ok);
      return namesOf(workloads.targetsOf(parsed.value));
    };
    const named = (name: string): JsonObject => aServiceBinding({ spec: { workload: { name } } });
    const labelled = (matchLabels: JsonObject): JsonObject => aSelectingBinding({ matchLabels });
    const expressed = (...matchExpressions: readonly JsonObject[]): JsonObject =>
      aSelectingBinding({ matchExpressions });
    assert.deepEqual(find(named('a')), ['a']);
    assert.deepEqual(find(named('z')), []);
    assert.deepEqual(find(labelled({ tier: 'web' })), ['a', 'b']);
    assert.deepEqual(find(labelled({ tier: 'web', team: 'x' })), ['b']);
    assert.deepEqual(find(expressed({ key: 'tier', operator: 'In', values: ['web', 'db'] })), [
      'a',
      'b',
      'c',
    ]);
    assert.deepEqual(find(expressed({ key: 'team', operator: 'Exists' })), ['b']);
    assert.deepEqual(find(expressed({ key: 'team', operator: 'DoesNotExist' })), ['a', 'c', 'd']);
    workloads.observe(merge(aDeployment(), { metadata: { name: 'a', labels: { tier: 'db' } } }), DEPLOYMENTS);
    assert.deepEqual(find(labelled({ tier: 'web' })), ['b']);
    workloads.remove({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'b' });
    assert.deepEqual(find(labelled({ tier: 'web' })), []);
    assert.deepEqual(find(labelled({ tier: 'db' })), ['a', 'c']);
  });
});
