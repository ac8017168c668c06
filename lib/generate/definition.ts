/**
 * @module What a CustomResourceDefinition says of binding.
 */
import { dig, isList, isObject, own, textOf, type JsonObject } from '../api/json.ts';
import type { GroupKind, GroupVersionKind } from '../api/kinds.ts';
import { isProperKey } from './annotation-key.ts';
import { registered, type Registered } from './registry.ts';

/** On a CustomResourceDefinition: its services name their Secret in `.status.binding.name`. */
export const PROVISIONED_SERVICE = 'servicebinding.io/provisioned-service';

/** The annotations of any object; what is no string is none. */
export function annotationsIn(object: JsonObject): ReadonlyMap<string, string> {
  return stringsIn(dig(object, 'metadata', 'annotations'));
}

function stringsIn(value: unknown): ReadonlyMap<string, string> {
  const strings = new Map<string, string>();
  if (!isObject(value)) return strings;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'string') strings.set(key, member);
  }
  return strings;
}

/** The same in the draft, as a label alone: as an annotation it would give an item. */
const DRAFT_PROVISIONED_SERVICE = 'service.binding/provisioned-service';

/** As an annotation, which the Service Binding Operator reads, or as a label, which the specification asks for (PS-7). */
export function isMarkedProvisioned(definition: JsonObject): boolean {
  const labels = stringsIn(dig(definition, 'metadata', 'labels'));
  return (
    [annotationsIn(definition), labels].some((marks) => marks.get(PROVISIONED_SERVICE) === 'true') ||
    labels.get(DRAFT_PROVISIONED_SERVICE) === 'true'
  );
}

/** Whether it tells by itself how to bind: with an annotation, or with a schema that has `.status.binding.name`. */
export function isBindable(definition: JsonObject, older: boolean): boolean {
  return (
    [...annotationsIn(definition).keys()].some((key) => isProperKey(key, older)) ||
    versionsOf(definition).some(publishesSecret)
  );
}

function versionsOf(definition: JsonObject): readonly JsonObject[] {
  const versions = dig(definition, 'spec', 'versions');
  return isList(versions) ? versions.filter(isObject) : [];
}

function publishesSecret(version: JsonObject): boolean {
  const status = dig(version, 'schema', 'openAPIV3Schema', 'properties', 'status');
  return dig(status, 'properties', 'binding', 'properties', 'name', 'type') === 'string';
}

export function definedKind(definition: JsonObject): GroupKind {
  const spec = dig(definition, 'spec');
  return { group: textOf(dig(spec, 'group')), kind: textOf(dig(spec, 'names', 'kind')) };
}

/** The kind, once for each version that is served. */
export function servedKinds(definition: JsonObject): readonly GroupVersionKind[] {
  const { group, kind } = definedKind(definition);
  return versionsOf(definition)
    .filter((version) => own(version, 'served') === true)
    .map((version) => ({ group, kind, version: textOf(own(version, 'name')) }));
}

/** What is built in for a definition that tells nothing itself: it then holds for all its versions. */
export function registeredFor(definition: JsonObject, older: boolean): Registered | undefined {
  if (isBindable(definition, older)) return undefined;
  return servedKinds(definition)
    .map(registered)
    .find((entry) => entry !== undefined);
}
