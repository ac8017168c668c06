import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

/** The part of a structural schema that these CRDs use. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: unknown;
  readonly additionalPrinterColumns: readonly { name: string; jsonPath: string; priority?: number }[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}

interface Definition {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly conversion?: unknown;
    readonly versions: readonly [Version, ...Version[]];
  };
}

function read(name: string): Definition {
  const definition: Definition = parse(readFileSync(new URL(`crds/${name}.yaml`, import.meta.url), 'utf8'));
  return definition;
}

const serviceBinding = read('servicebinding.io_servicebindings');
const mapping = read('servicebinding.io_clusterworkloadresourcemappings');
const definitions = { ServiceBinding: serviceBinding, ClusterWorkloadResourceMapping: mapping };

/** Each field as `path! type` if it is required and `path? type` if not, with what else constrains its values. */
function fieldsOf(schema: Schema, path = '', found: string[] = []): string[] {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const here = path === '' ? name : `${path}.${name}`;
    const mark = schema.required?.includes(name) ? '!' : '?';
    found.push(`${here}${mark} ${typeOf(field)}${constraintsOf(field)}`);
    if (field.items) fieldsOf(field.items, `${here}[]`, found);
    else fieldsOf(field, here, found);
  }
  return found;
}

function typeOf(field: Schema): string {
  if (field.items) return `[]${typeOf(field.items)}`;
  if (field.additionalProperties) return `map of ${typeOf(field.additionalProperties)}`;
  return field.format ?? field.type ?? 'anything';
}

const structural = new Set(
  'type description required properties additionalProperties items format'.split(' '),
);

function constraintsOf(field: Schema): string {
  const rest = Object.entries(field).filter(([keyword]) => !structural.has(keyword));
  return rest.map(([keyword, value]) => ` ${keyword}=${JSON.stringify(value)}`).join('');
}

function specAndStatus({ spec }: Definition): string[] {
  const fields = fieldsOf(spec.versions[0].schema.openAPIV3Schema);
  return fields.filter((field) => /^(spec|status)\b/.test(field));
}

/** Every schema that stands under a property name, by its path. */
function propertiesOf(schema: Schema, path = '', found = new Map<string, Schema>()): Map<string, Schema> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    found.set(`${path}.${name}`, field);
    propertiesOf(field, `${path}.${name}`, found);
  }
  if (schema.items) propertiesOf(schema.items, `${path}[]`, found);
  return found;
}

for (const [kind, { metadata, spec }] of Object.entries(definitions)) {
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

    test('every field of every version has a description that reads as a sentence, for kubectl explain', () => {
      for (const { name, schema } of spec.versions) {
        const described = propertiesOf(schema.openAPIV3Schema).set('the root', schema.openAPIV3Schema);
        // The API server allows no description of metadata.
        described.delete('.metadata');
        for (const [path, { description = '', items }] of described) {
          assert.match(description, /^[A-Z.].+\.$/, `${name} ${path}: ${description}`);
          if (items?.type === 'object')
            assert.match(items.description ?? '', /^[A-Z].+\.$/, `${name} ${path}[]`);
        }
      }
    });

    test('it has the label of everything that Cleat installs, a short name and the category', () => {
      assert.deepEqual(metadata.labels, { 'app.kubernetes.io/name': 'cleat' });
      assert.equal(metadata.name, `${String(spec.names['plural'])}.${spec.group}`);
      assert.deepEqual(spec.names['categories'], ['service-bindings']);
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
    const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
    const type = String.raw`^(${label}(\.${label})*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`;
    assert.deepEqual(
      specAndStatus(serviceBinding).filter((field) => field.startsWith('status')),
      [
        'status? object',
        'status.binding? object',
        'status.binding.name! string',
        'status.conditions? []object x-kubernetes-list-type="map" x-kubernetes-list-map-keys=["type"]',
        `status.conditions[].type! string maxLength=316 pattern=${JSON.stringify(type)}`,
        'status.conditions[].status! string enum=["True","False","Unknown"]',
        'status.conditions[].reason! string minLength=1 maxLength=1024 pattern="^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"',
        'status.conditions[].message! string maxLength=32768',
        'status.conditions[].lastTransitionTime! date-time',
        'status.conditions[].observedGeneration? int64 minimum=0',
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
