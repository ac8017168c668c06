/**
 * @module What is kept of a CustomResourceDefinition: what it says of binding. Its schemas are the largest objects that a
 * cluster has, and one field of them is all that counts.
 */
import { dig, isList, own, type Json, type JsonObject, only } from '../../../lib/api/json.ts';
import { trimMetadata } from './trimming.ts';

const METADATA = ['name', 'uid', 'annotations', 'labels', 'deletionTimestamp', 'resourceVersion'] as const;

/** As every definition has it whose objects name their Secret. */
const NAMES_SECRET: JsonObject = {
  openAPIV3Schema: {
    properties: {
      status: { properties: { binding: { properties: { name: { type: 'string' } } } } },
    },
  },
};

/** In the shape that it had, so that it is read as a whole one is. */
export function trimDefinition(object: JsonObject): JsonObject {
  const spec = own(object, 'spec');
  const versions = dig(spec, 'versions');
  return {
    ...only(object, ['apiVersion', 'kind']),
    metadata: trimMetadata(own(object, 'metadata'), METADATA),
    spec: {
      ...only(spec, ['group', 'names', 'scope']),
      ...(isList(versions) ? { versions: versions.map(trimVersion) } : {}),
    },
  };
}

function trimVersion(version: Json): JsonObject {
  const kept = only(version, ['name', 'served', 'storage']);
  return namesSecret(version) ? { ...kept, schema: NAMES_SECRET } : kept;
}

function namesSecret(version: Json): boolean {
  const status = dig(version, 'schema', 'openAPIV3Schema', 'properties', 'status');
  return dig(status, 'properties', 'binding', 'properties', 'name', 'type') === 'string';
}
