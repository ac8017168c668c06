/**
 * @module What is kept of a service: where its binding is, and the annotations that may tell how to make one.
 */
import { dig, own, type JsonObject, only } from '../../../lib/api/json.ts';
import { trimMetadata } from './trimming.ts';

const METADATA = ['name', 'namespace', 'uid', 'annotations', 'deletionTimestamp', 'resourceVersion'] as const;

/** Services are of any kind, and some are large; a cache of them must not be. */
export function trimService(object: JsonObject): JsonObject {
  const binding = dig(object, 'status', 'binding');
  return {
    ...only(object, ['apiVersion', 'kind']),
    metadata: trimMetadata(own(object, 'metadata'), METADATA),
    ...(binding === undefined ? {} : { status: { binding } }),
  };
}
