import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { readBinding } from '../binding/read.ts';
import { aServiceBinding } from '../testkit/builders.ts';
import { aStore } from '../testkit/world.ts';
import { resolveSecret, type SecretResolution } from './secret.ts';

const DATABASE = { group: 'example.com', kind: 'Database' };

const aDatabase = (status: JsonObject = {}, namespace = 'shop'): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Database',
  metadata: { name: 'orders', namespace, uid: 'u' },
  status,
});
const toDatabase = (override: JsonObject = {}): JsonObject => ({
  ...aServiceBinding({
    spec: { service: { apiVersion: 'example.com/v1', kind: 'Database', name: 'orders' } },
  }),
  ...override,
});
const published = { status: { binding: { name: 'published' }, observedGeneration: 1 } };

function resolve(binding: JsonObject, objects: readonly JsonObject[], synced: boolean): SecretResolution {
  const parsed = readBinding(binding);
  assert.ok(parsed.ok);
  return resolveSecret(parsed.value, aStore(objects, { closed: false, synced: synced ? [DATABASE] : [] }));
}

const told = ({ secret, finding }: SecretResolution): readonly (string | undefined)[] => [
  secret?.name,
  finding.status,
  finding.reason,
];

describe('the Secret of a binding', () => {
  const cases: Readonly<
    Record<string, [JsonObject, readonly JsonObject[], boolean, readonly (string | undefined)[]]>
  > = {
    'is the one that it names directly, without any look-up (DSR-1, SB-54)': [
      aServiceBinding(),
      [],
      false,
      ['db-secret', 'True', 'ResolvedBindingSecret'],
    ],
    "is the one that the service's status names (PS-1, SB-37, SB-54)": [
      toDatabase(),
      [aDatabase({ binding: { name: 'credentials' } })],
      true,
      ['credentials', 'True', 'ResolvedBindingSecret'],
    ],
    'is never that of a service of the same name in another namespace (PS-2, SB-4)': [
      toDatabase(),
      [aDatabase({ binding: { name: 'stolen' } }, 'billing')],
      true,
      [undefined, 'False', 'ServiceNotFound'],
    ],
    'is unknown while the service names none (SB-56)': [
      toDatabase(),
      [aDatabase({})],
      true,
      [undefined, 'Unknown', 'ServiceMissingBinding'],
    ],
    'is unknown while the service names an empty one (SB-56)': [
      toDatabase(),
      [aDatabase({ binding: { name: '' } })],
      true,
      [undefined, 'Unknown', 'ServiceMissingBinding'],
    ],
    'is unknown once the service is gone, whatever the binding published (SB-55)': [
      toDatabase(published),
      [],
      true,
      [undefined, 'False', 'ServiceNotFound'],
    ],
    "is the published one where the service's kind is not synced": [
      toDatabase(published),
      [],
      false,
      ['published', 'True', 'ResolvedBindingSecret'],
    ],
    'is not a published one of an older generation': [
      toDatabase({ status: { binding: { name: 'published' }, observedGeneration: 0 } }),
      [],
      false,
      [undefined, 'False', 'ServiceNotFound'],
    ],
    'is known from a service that is cached, though its kind is not completely': [
      toDatabase(),
      [aDatabase({ binding: { name: 'credentials' } })],
      false,
      ['credentials', 'True', 'ResolvedBindingSecret'],
    ],
  };
  for (const [name, [binding, objects, synced, want]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(told(resolve(binding, objects, synced)), want));
  }

  it('may be that of another ServiceBinding, which publishes it as a service does (PS-1)', () => {
    const other = aServiceBinding({ metadata: { name: 'other', uid: 'o' }, ...published });
    const service = { apiVersion: 'servicebinding.io/v1', kind: 'ServiceBinding', name: 'other' };
    assert.equal(resolve(aServiceBinding({ spec: { service } }), [other], true).secret?.name, 'published');
  });

  it('messages name the object, the cause and the remedy (SB-55, SB-56)', () => {
    assert.equal(
      resolve(toDatabase(), [], true).finding.message,
      'Database shop/orders does not exist: create it, or correct spec.service',
    );
    assert.match(
      resolve(toDatabase(), [aDatabase()], true).finding.message,
      /^Database shop\/orders has no \.status\.binding\.name yet/,
    );
    assert.match(resolve(toDatabase(), [], false).finding.message, /servicebinding\.io\/controller=true/);
  });
});
