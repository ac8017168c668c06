/**
 * @module Whether anything tells how to make a Secret of a service that publishes none: cheap enough to be asked for every
 * service that is cached.
 */
import { dig, isObject, type JsonObject } from '../api/json.ts';
import type { GroupVersionKind } from '../api/kinds.ts';
import { isProperKey } from './annotation-key.ts';
import { definedKind, registeredFor } from './definition.ts';
import { isWellKnown, registered } from './registry.ts';

/** Whether a resource, or a CustomResourceDefinition, has such annotations (SEC-10). */
export function hasBindingAnnotations(object: JsonObject): boolean {
  const annotations = dig(object, 'metadata', 'annotations');
  if (!isObject(annotations)) return false;
  return Object.keys(annotations).some((key) => isProperKey(key, false));
}

/**
 * What a CustomResourceDefinition tells of all services of its kind: whether they are annotated, by it or by what Cleat
 * knows of a well-known operator. Undefined if it is just any definition.
 */
export function isAnnotatedKind(definition: JsonObject): boolean | undefined {
  if (hasBindingAnnotations(definition)) return true;
  if (!isWellKnown(definedKind(definition))) return undefined;
  return (registeredFor(definition, false)?.annotations.size ?? 0) > 0;
}

/** Whether Cleat itself knows how, for the services of a well-known operator. Their definition, if it is known, tells better. */
export function isRegistered(kind: GroupVersionKind): boolean {
  const entry = registered(kind);
  return entry !== undefined && entry.annotations.size > 0;
}
