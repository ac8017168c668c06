import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CONDITIONS,
  describeDefinition,
  propertiesOf,
  readDefinition,
  specAndStatus,
} from './testkit/definitions.ts';

const serviceBinding = readDefinition('crds/servicebinding.io_servicebindings');
const mapping = readDefinition('crds/servicebinding.io_clusterworkloadresourcemappings');
const definitions = { ServiceBinding: serviceBinding, ClusterWorkloadResourceMapping: mapping };

for (const definition of Object.values(definitions)) describeDefinition(definition);

for (const [kind, { spec }] of Object.entries(definitions)) {
  describe(`the CRD of ${kind}`, () => {
    test('it serves v1, v1beta1 and v1alpha3, stores v1, and needs no conversion (SB-2, WRM-2)', () => {
      assert.deepEqual(
        spec.versions.map(({ name, served, storage }) => [name, served, storage]),
        [
          ['v1', true, true],
          ['v1beta1', true, false],
          ['v1alpha3', true, false],
        ],
      );
      assert.equal(spec.conversion, undefined);
    });

    test('all versions are the same in everything but name and storage (SB-2, WRM-2)', () => {
      const [first, ...others] = spec.versions.map((version) => ({ ...version, name: '', storage: false }));
      for (const other of others) assert.deepEqual(other, first);
    });
  });
}

describe('ServiceBinding', () => {
  const { spec } = serviceBinding;

  test('SB-1: it is a namespaced kind of servicebinding.io', () => {
    assert.equal(spec.group, 'servicebinding.io');
    assert.equal(spec.scope, 'Namespaced');
    assert.deepEqual(spec.names, {
      kind: 'ServiceBinding',
      listKind: 'ServiceBindingList',
      plural: 'servicebindings',
      singular: 'servicebinding',
      shortNames: ['sb'],
      categories: ['service-bindings'],
    });
  });

  test("SB-3, SB-6, SB-9, SB-12, SB-20: its spec has the specification's fields, and no others", () => {
    assert.deepEqual(
      specAndStatus(serviceBinding).filter((field) => field.startsWith('spec')),
      [
        'spec? object',
        'spec.name? string',
        'spec.type? string',
        'spec.provider? string',
        'spec.service! object',
        'spec.service.apiVersion! string',
        'spec.service.kind! string',
        'spec.service.name! string',
        'spec.workload! object',
        'spec.workload.apiVersion! string',
        'spec.workload.kind! string',
        'spec.workload.name? string',
        'spec.workload.selector? object x-kubernetes-map-type="atomic"',
        'spec.workload.selector.matchLabels? map of string',
        'spec.workload.selector.matchExpressions? []object x-kubernetes-list-type="atomic"',
        'spec.workload.selector.matchExpressions[].key! string',
        'spec.workload.selector.matchExpressions[].operator! string',
        'spec.workload.selector.matchExpressions[].values? []string x-kubernetes-list-type="atomic"',
        'spec.workload.containers? []string',
        'spec.env? []object',
        'spec.env[].name! string',
        'spec.env[].key! string',
      ],
    );
  });

  test('SB-3, SB-28: its status has conditions of meta/v1, and no fields besides the known ones', () => {
    assert.deepEqual(
      specAndStatus(serviceBinding).filter((field) => field.startsWith('status')),
      [
        'status? object',
        'status.binding? object',
        'status.binding.name! string',
        ...CONDITIONS,
        'status.observedGeneration? int64',
      ],
    );
  });

  test('its status is a subresource, and kubectl shows what matters of it', () => {
    const [{ subresources, additionalPrinterColumns: columns }] = spec.versions;
    assert.deepEqual(subresources, { status: {} });
    assert.deepEqual(
      columns.map(({ name, jsonPath, priority }) => [name, jsonPath, priority === 1 ? 'wide' : 'always']),
      [
        ['Secret', '.status.binding.name', 'always'],
        ['Ready', '.status.conditions[?(@.type=="Ready")].status', 'always'],
        ['Reason', '.status.conditions[?(@.type=="Ready")].reason', 'always'],
        ['Age', '.metadata.creationTimestamp', 'always'],
        ['Service', '.spec.service.name', 'wide'],
        ['Workload', '.spec.workload.name', 'wide'],
      ],
    );
  });
});

describe('ClusterWorkloadResourceMapping', () => {
  const { spec } = mapping;

  test('WRM-1: it is a kind of servicebinding.io for the whole cluster', () => {
    assert.equal(spec.group, 'servicebinding.io');
    assert.equal(spec.scope, 'Cluster');
    assert.deepEqual(spec.names, {
      kind: 'ClusterWorkloadResourceMapping',
      listKind: 'ClusterWorkloadResourceMappingList',
      plural: 'clusterworkloadresourcemappings',
      singular: 'clusterworkloadresourcemapping',
      shortNames: ['cwrm'],
      categories: ['service-bindings'],
    });
  });

  test("WRM-3, WRM-6, WRM-13, WRM-14: it has the specification's fields, of which version and path are required", () => {
    assert.deepEqual(specAndStatus(mapping), [
      'spec? object',
      'spec.versions? []object',
      'spec.versions[].version! string',
      'spec.versions[].annotations? string',
      'spec.versions[].containers? []object',
      'spec.versions[].containers[].path! string',
      'spec.versions[].containers[].name? string',
      'spec.versions[].containers[].env? string',
      'spec.versions[].containers[].volumeMounts? string',
      'spec.versions[].volumes? string',
    ]);
  });

  test('WRM-9, WRM-11, WRM-13, WRM-18, WRM-20: the descriptions name the defaults of the specification', () => {
    const properties = propertiesOf(spec.versions[0].schema.openAPIV3Schema);
    for (const [field, place] of [
      ['annotations', /\.spec\.template\.metadata\.annotations when left out\.$/],
      ['containers', /\.spec\.template\.spec\.containers\[\*\], with \.name as their name, when left out\.$/],
      ['containers[].env', /\. \.env when left out\.$/],
      ['containers[].volumeMounts', /\. \.volumeMounts when left out\.$/],
      ['volumes', /\.spec\.template\.spec\.volumes when left out\.$/],
    ] as const) {
      assert.match(properties.get(`.spec.versions[].${field}`)?.description ?? '', place);
    }
  });

  test('it has no status, and kubectl shows its age', () => {
    const [{ subresources, additionalPrinterColumns: columns }] = spec.versions;
    assert.equal(subresources, undefined);
    assert.deepEqual(
      columns.map(({ name, jsonPath }) => [name, jsonPath]),
      [['Age', '.metadata.creationTimestamp']],
    );
  });
});
