/**
 * @module Whether an object has only fields that its kind has, and all that it has to have, as the shipped
 * CustomResourceDefinitions say.
 */
import { isList, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { groupKindKey } from '../../lib/api/kinds.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import { type Definition, readDefinition, type Schema } from '../../manifests/testkit/definitions.ts';

const FILES = [
  'crds/servicebinding.io_servicebindings',
  'crds/servicebinding.io_clusterworkloadresourcemappings',
  'components/api-v1alpha2/service.binding_servicebindings',
  'components/api-v1alpha2/service.binding_clusterapplicationresourcemappings',
  'components/api-service-binding-operator/binding.operators.coreos.com_servicebindings',
  'components/api-application-stacks/operators.coreos.com_servicebindings',
];

const DEFINITIONS: ReadonlyMap<string, Definition> = new Map(
  FILES.map(readDefinition).map((definition) => {
    const { group, names } = definition.spec;
    return [groupKindKey({ group, kind: textOf(names['kind'] as Json) }), definition];
  }),
);

function* problemsAt(value: Json, schema: Schema, path: string): Generator<string> {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return;
  if (isList(value)) {
    if (schema.items === undefined) yield `${path} is no list`;
    else
      for (const [index, item] of value.entries()) yield* problemsAt(item, schema.items, `${path}[${index}]`);
  } else if (isObject(value)) yield* problemsOfMembers(value, schema, path);
  else if (schema.properties !== undefined || schema.items !== undefined) yield `${path} is a scalar`;
}

function* problemsOfMembers(value: JsonObject, schema: Schema, path: string): Generator<string> {
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name)) yield `${path}.${name} is missing`;
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known === undefined) yield `${path}.${name} is no field`;
    else if (`${path}.${name}` !== '.metadata') yield* problemsAt(member, known, `${path}.${name}`);
  }
}

/** None for kinds that are not Cleat's. */
export function problemsOf(object: JsonObject): readonly string[] {
  const type = typeOf(object);
  const definition = DEFINITIONS.get(groupKindKey(type));
  if (definition === undefined) return [];
  const version = definition.spec.versions.find(({ name, served }) => served && name === type.version);
  if (version === undefined) return [`the version ${type.version} is not served`];
  return [...problemsAt(object, version.schema.openAPIV3Schema, '')];
}
