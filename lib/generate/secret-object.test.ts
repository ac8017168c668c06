/**
 * @module The generated Secret as an object.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFormerSecret, isOwnSecret, secretObject } from './secret-object.ts';
import { aBinding, aDatabase, made } from './testkit/derived.ts';

describe('a generated Secret', () => {
  const binding = aBinding();
  const { generated } = made(
    binding,
    aDatabase({ 'service.binding/host': 'example.common', 'service.binding/port': '8080' }),
  );
  assert.ok(generated.outcome === 'make');
  const secret = secretObject(binding, generated);

  it('SEC-11: is an ordinary Secret in the namespace of the binding, which owns it', () => {
    assert.deepEqual(secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'my-binding-80c28fc0',
        namespace: 'ns',
        labels: { 'app.kubernetes.io/managed-by': 'cleat' },
        ownerReferences: [
          {
            apiVersion: 'binding.operators.coreos.com/v1alpha1',
            kind: 'ServiceBinding',
            name: 'my-binding',
            uid: binding.uid,
            controller: true,
          },
        ],
      },
      type: 'Opaque',
      data: { host: btoa('example.common'), port: btoa('8080') },
    });
  });

  it('is known again by the uid of its owner, not by its name', () => {
    assert.ok(isOwnSecret(secret, binding));
    assert.ok(!isOwnSecret(secret, { uid: 'another' }));
    for (const stranger of [{}, { metadata: {} }, { metadata: { ownerReferences: [null, { uid: '' }] } }]) {
      assert.ok(!isOwnSecret(stranger, binding));
      assert.ok(!isOwnSecret(stranger, { uid: '' }));
    }
  });

  it('is the former one of a binding that was deleted and made again, whatever the version of its API', () => {
    const again = { ...binding, uid: 'another', type: { ...binding.type, version: 'v2' } };
    assert.ok(isFormerSecret(secret, again));
    assert.ok(!isFormerSecret(secret, binding), 'it is its own');
    assert.ok(!isFormerSecret(secret, { ...again, name: 'other' }));
    assert.ok(!isFormerSecret(secret, { ...again, type: { ...again.type, group: 'servicebinding.io' } }));
    for (const owners of [undefined, [], [{}, {}], [null]])
      assert.ok(!isFormerSecret({ metadata: { ownerReferences: owners ?? null } }, again));
  });
});
