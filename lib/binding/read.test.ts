import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../api/json.ts';
import { aServiceBinding, merge } from '../testkit/builders.ts';
import { aDraftBinding, anOperatorBinding, aStacksBinding } from '../testkit/families.ts';
import { frozen } from '../testkit/freeze.ts';
import { BINDING_KINDS, isBindingKind, readBinding } from './read.ts';

const OF_EACH = [aServiceBinding(), aDraftBinding(), anOperatorBinding(), aStacksBinding()];

describe('a binding of whichever API', () => {
  it('is read as one of its own API', () => {
    const types = OF_EACH.map((object) => {
      const binding = readBinding(object);
      return binding.ok ? binding.value.type : binding.errors;
    });
    assert.deepEqual(
      types,
      BINDING_KINDS.map(({ group, version, kind }) => ({ group, version, kind })),
    );
  });

  it('is told from other kinds by group and kind', () => {
    for (const kind of BINDING_KINDS) assert.ok(isBindingKind(kind));
    assert.ok(!isBindingKind({ group: 'example.com', kind: 'ServiceBinding' }));
    assert.ok(!isBindingKind({ group: 'servicebinding.io', kind: 'ClusterWorkloadResourceMapping' }));
    assert.deepEqual(readBinding({ apiVersion: 'example.com/v1', kind: 'ServiceBinding' }), {
      ok: false,
      errors: [{ path: 'kind', message: 'is not a kind of binding that Cleat knows' }],
    });
  });
});

describe('reading never throws', () => {
  const fields =
    'name type service services application mappings env namingStrategy bindAs bindAsFiles dataMapping dataMappings customEnvVar envVarPrefix mountPathPrefix';
  const json = fc.jsonValue() as fc.Arbitrary<Json>;

  it('whatever stands where', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OF_EACH),
        fc.constantFrom(...fields.split(' ')),
        json,
        json,
        (object, field, value, status) => {
          readBinding(frozen({ ...merge(object, { spec: { [field]: null } }), status }));
          readBinding(frozen(merge(object, { spec: { [field]: value } })));
          readBinding(
            frozen(merge(object, { spec: { application: { [field]: value, bindingPath: value } } })),
          );
        },
      ),
    );
  });
});
