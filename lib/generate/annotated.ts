/**
 * @module Whether anything tells how to make a Secret of a service that publishes none: cheap enough to be asked for every
 * service that is cached.
 */
import { dig, isObject, type JsonObject } from '../api/json.ts';
import type { GroupVersionKind } from '../api/kinds.ts';
import { isAnnotationKey, parseKey } from './annotation-key.ts';
import { registered } from './registry.ts';

/** Whether a resource, or a CustomResourceDefinition, has such annotations (SEC-10). */
export function hasBindingAnnotations(object: JsonObject): boolean {
  const annotations = dig(object, 'metadata', 'annotations');
  if (!isObject(annotations)) return false;
  return Object.keys(annotations).some((key) => isAnnotationKey(key, false) && parseKey(key) !== undefined);
}

/** Whether Cleat itself knows how, for the services of a well-known operator. */
export function isRegistered(kind: GroupVersionKind): boolean {
  const entry = registered(kind);
  return entry !== undefined && entry.annotations.size > 0;
}
