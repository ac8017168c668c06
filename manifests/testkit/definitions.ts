/**
 * @module CustomResourceDefinitions and their schemas, for the tests of the manifests.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';

/** The part of a structural schema that these CRDs use. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
}

export interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: unknown;
  readonly additionalPrinterColumns: readonly { name: string; jsonPath: string; priority?: number }[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}

export interface Definition {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly conversion?: unknown;
    readonly versions: readonly [Version, ...Version[]];
  };
}

/** The CRD of a file below manifests/, without its ending. */
export function readDefinition(path: string): Definition {
  const definition: Definition = parse(readFileSync(new URL(`../${path}.yaml`, import.meta.url), 'utf8'));
  return definition;
}

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

/** The fields of the first version, but for those that every object has. */
export function specAndStatus({ spec }: Definition): string[] {
  const fields = fieldsOf(spec.versions[0].schema.openAPIV3Schema);
  return fields.filter((field) => /^(spec|status)\b/.test(field));
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const CONDITION_TYPE = String.raw`^(${LABEL}(\.${LABEL})*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`;

/** A list of conditions of meta/v1, which is the same in every API. */
export const CONDITIONS = [
  'status.conditions? []object x-kubernetes-list-type="map" x-kubernetes-list-map-keys=["type"]',
  `status.conditions[].type! string maxLength=316 pattern=${JSON.stringify(CONDITION_TYPE)}`,
  'status.conditions[].status! string enum=["True","False","Unknown"]',
  'status.conditions[].reason! string minLength=1 maxLength=1024 pattern="^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"',
  'status.conditions[].message! string maxLength=32768',
  'status.conditions[].lastTransitionTime! date-time',
  'status.conditions[].observedGeneration? int64 minimum=0',
];

/** Every schema that stands under a property name, by its path. */
export function propertiesOf(
  schema: Schema,
  path = '',
  found = new Map<string, Schema>(),
): Map<string, Schema> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    found.set(`${path}.${name}`, field);
    propertiesOf(field, `${path}.${name}`, found);
  }
  if (schema.items) propertiesOf(schema.items, `${path}[]`, found);
  return found;
}

/** What is the same for every CRD of Cleat's. */
export function describeDefinition({ metadata, spec }: Definition): void {
  describe(`the CRD ${metadata.name}`, () => {
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

    test('it has the label of everything that Cleat installs, a name of its plural and group, and the category', () => {
      assert.deepEqual(metadata.labels, { 'app.kubernetes.io/name': 'cleat' });
      assert.equal(metadata.name, `${String(spec.names['plural'])}.${spec.group}`);
      assert.deepEqual(spec.names['categories'], ['service-bindings']);
    });
  });
}
