/**
 * @module What is kept of a service: where its binding is, and the annotations that may tell how to make one.
 */
import { dig, isObject, own, type Json, type JsonObject } from '../../../lib/api/json.ts';

const METADATA = ['name', 'namespace', 'uid', 'annotations', 'deletionTimestamp', 'resourceVersion'] as const;

/** kubectl's copy of the whole object, and the largest of all annotations. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Services are of any kind, and some are large; a cache of them must not be. */
export function trimService(object: JsonObject): JsonObject {
  const binding = dig(object, 'status', 'binding');
  return {
    ...only(object, ['apiVersion', 'kind']),
    metadata: trimMetadata(own(object, 'metadata')),
    ...(binding === undefined ? {} : { status: { binding } }),
  };
}

function trimMetadata(metadata: Json | undefined): JsonObject {
  if (!isObject(metadata)) return {};
  const { annotations, ...rest } = only(metadata, METADATA);
  if (!isObject(annotations)) return rest;
  const kept = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED);
  return { ...rest, annotations: Object.fromEntries(kept) };
}

function only(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = own(object, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
