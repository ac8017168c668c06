import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../lib/api/json.ts';
import { bindableKinds } from '../../../lib/generate/bindable-kinds.ts';
import { trimDefinition } from './definition-trim.ts';

const schema = (type: string): JsonObject => ({
  openAPIV3Schema: {
    type: 'object',
    description: 'A long text.',
    properties: {
      spec: { type: 'object' },
      status: {
        type: 'object',
        properties: { phase: {}, binding: { type: 'object', properties: { name: { type, minLength: 1 } } } },
      },
    },
  },
});

const DEFINITION: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'databases.example.com',
    uid: 'u',
    resourceVersion: '7',
    generation: 2,
    labels: { 'servicebinding.io/provisioned-service': 'true' },
    annotations: {
      'service.binding/host': 'path={.status.host}',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    },
    managedFields: [],
  },
  spec: {
    group: 'example.com',
    names: { kind: 'Database', plural: 'databases' },
    scope: 'Namespaced',
    conversion: { strategy: 'None' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: schema('string'), subresources: { status: {} } },
      { name: 'v1beta1', served: true, storage: false, schema: schema('object') },
    ],
  },
  status: { conditions: [] },
};

describe('what is kept of a CustomResourceDefinition', () => {
  it('is what it says of binding', () => {
    assert.deepEqual(trimDefinition(DEFINITION), {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'databases.example.com',
        uid: 'u',
        resourceVersion: '7',
        labels: { 'servicebinding.io/provisioned-service': 'true' },
        annotations: { 'service.binding/host': 'path={.status.host}' },
      },
      spec: {
        group: 'example.com',
        names: { kind: 'Database', plural: 'databases' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                properties: {
                  status: { properties: { binding: { properties: { name: { type: 'string' } } } } },
                },
              },
            },
          },
          { name: 'v1beta1', served: true, storage: false },
        ],
      },
    });
  });

  it('is read as the whole one is', () => {
    const metadata = DEFINITION['metadata'] as JsonObject;
    const definitions: readonly JsonObject[] = [
      DEFINITION,
      { ...DEFINITION, metadata: { name: 'databases.example.com' } },
      { ...DEFINITION, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      { ...DEFINITION, metadata: { name: 'broken' }, spec: { versions: 'none' } },
      { ...DEFINITION, metadata: { name: 'broken' }, spec: { versions: [null, 'v1'] } },
    ];
    for (const definition of definitions)
      assert.deepEqual(bindableKinds([trimDefinition(definition)]), bindableKinds([definition]));
    assert.equal(bindableKinds(definitions.map(trimDefinition)).length, 2);
  });
});
