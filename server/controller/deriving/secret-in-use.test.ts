import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../lib/api/json.ts';
import { aServiceBinding, UID } from '../../../lib/testkit/builders.ts';
import { anOperatorBinding } from '../../../lib/testkit/families.ts';
import { aStore } from '../../../lib/testkit/world.ts';
import type { Derived } from './deriver.ts';
import { secretInUse } from './secret-in-use.ts';

const DATABASE = { group: 'example.com', kind: 'Database' };
const BINDING = aServiceBinding({
  spec: { service: { apiVersion: 'example.com/v1', kind: 'Database', name: 'orders' } },
});
const ANNOTATED: JsonObject = { annotations: { 'service.binding/host': 'path={.spec.host}' } };

const aDatabase = (metadata: JsonObject, status: JsonObject = {}): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Database',
  metadata: { name: 'orders', namespace: 'shop', ...metadata },
  status,
});
const NAMED = { binding: { name: 'own' } };

const made: Derived = {
  generation: 1,
  resolution: { secret: { name: 'db-1' }, finding: { status: 'True', reason: '', message: '' } },
  keys: undefined,
  warnings: [],
};

/** With what was made remembered, or forgotten. */
const inUse = (objects: readonly JsonObject[], remembered?: Derived, generation = 1): string | undefined =>
  secretInUse({ uid: UID, generation }, aStore(objects, { closed: false, synced: [DATABASE] }), {
    find: () => remembered,
  });

describe('the Secret that a binding uses', () => {
  it('is the one that was made for it', () => {
    assert.equal(inUse([BINDING, aDatabase(ANNOTATED)], made), 'db-1');
    assert.equal(inUse([anOperatorBinding()], made), 'db-1');
  });

  it("is the service's own, once a service for which one was made names it", () =>
    assert.equal(inUse([BINDING, aDatabase(ANNOTATED, NAMED)]), 'own'));

  it('is not known as long as it is not made', () =>
    assert.equal(inUse([BINDING, aDatabase(ANNOTATED)]), undefined));

  it('is not known of another generation than was read', () =>
    assert.equal(inUse([BINDING, aDatabase(ANNOTATED, NAMED)], undefined, 2), undefined));

  it('does not matter where none was ever made: no Secrets are listed for that', () => {
    assert.equal(inUse([BINDING, aDatabase({}, NAMED)]), undefined);
    assert.equal(inUse([aServiceBinding()]), undefined);
  });
});
