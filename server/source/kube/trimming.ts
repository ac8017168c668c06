/**
 * @module Keeping some of the metadata of an object.
 */
import { isObject, type Json, type JsonObject, only } from '../../../lib/api/json.ts';

/** kubectl's copy of the whole object, and the largest of all annotations. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** These members of `metadata`; of the annotations, all that somebody has written. */
export function trimMetadata(metadata: Json | undefined, keys: readonly string[]): JsonObject {
  const { annotations, ...rest } = only(metadata, keys);
  if (!isObject(annotations)) return rest;
  const kept = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED);
  return { ...rest, annotations: Object.fromEntries(kept) };
}
