import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { merge } from '../testkit/builders.ts';
import { aServiceBinding, UID } from '../testkit/builders.ts';
import { aStore } from '../testkit/world.ts';

const ORDERS = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'orders', labels: new Map() };
const ELSEWHERE = { ...ORDERS, name: 'elsewhere' };
const NAMES = (bindings: readonly { readonly generation: number }[]): readonly number[] =>
  bindings.map(({ generation }) => generation);

describe('what is stored, for whoever changes things', () => {
  it('has no binding that is only proposed', () => {
    const store = aStore([]);
    store.propose(aServiceBinding());
    assert.deepEqual(NAMES(store.bindingsFor(ORDERS)), [1]);
    assert.deepEqual(store.stored.bindingsFor(ORDERS), []);
    assert.equal(store.stored.bindingByUid(UID), undefined);
  });

  it('has a binding as it is stored, while a change of it is proposed', () => {
    const store = aStore([aServiceBinding()]);
    const moved = { metadata: { generation: 2 }, spec: { workload: { name: 'elsewhere' } } };
    store.propose(merge(aServiceBinding(), moved));
    assert.deepEqual(NAMES(store.bindingsFor(ELSEWHERE)), [2]);
    assert.equal(store.stored.bindingByUid(UID)?.generation, 1);
    assert.deepEqual(NAMES(store.stored.bindingsFor(ORDERS)), [1]);
  });

  it('is the same as all that is found once nothing is proposed', () => {
    const store = aStore([aServiceBinding()]);
    const withdraw = store.propose(merge(aServiceBinding(), { metadata: { generation: 2 } }));
    withdraw();
    assert.deepEqual(store.stored.bindingsFor(ORDERS), store.bindingsFor(ORDERS));
    assert.equal(store.stored.bindingByUid(UID), store.bindingByUid(UID));
  });
});
