/**
 * @module `apiVersion`, `kind` and `metadata`: what every object has.
 */
import { dig, isObject, type Json, type JsonObject } from '../api/json.ts';
import { groupVersion, type GroupVersionKind } from '../api/kinds.ts';
import type { ObjectIdentity } from '../api/sink.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { type FieldError, Fields, parsed, type Parsed, rejected } from './field.ts';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** The type that an object says it has; fields that are missing or no strings are empty. */
export function typeOf(object: JsonObject): GroupVersionKind {
  return { ...groupVersion(text(dig(object, 'apiVersion'))), kind: text(dig(object, 'kind')) };
}

/** Type and name of any object, for messages and look-ups; undefined if it has no kind or no name. */
export function identityOf(object: JsonObject): ObjectIdentity | undefined {
  const { group, kind } = typeOf(object);
  const name = text(dig(object, 'metadata', 'name'));
  if (kind === '' || name === '') return undefined;
  return { group, kind, name, namespace: text(dig(object, 'metadata', 'namespace')) };
}

/** `metadata` of an object that is stored somewhere: name and uid are there. */
export function parseMeta(object: JsonObject): Parsed<ObjectMeta> {
  const errors: FieldError[] = [];
  const fields = new Fields(object, '', errors).object('metadata');
  if (fields === undefined) return rejected(...errors);
  const meta = {
    name: fields.string('name'),
    namespace: fields.optionalString('namespace') ?? '',
    uid: fields.string('uid'),
    generation: fields.optionalInteger('generation') ?? 0,
    creationTimestamp: fields.optionalString('creationTimestamp') ?? '',
    deleting: fields.optionalString('deletionTimestamp') !== undefined,
  };
  return errors.length > 0 ? rejected(...errors) : parsed(meta);
}

/** The labels of an object; what is no string is no label. */
export function labelsOf(object: JsonObject): ReadonlyMap<string, string> {
  const labels = dig(object, 'metadata', 'labels');
  if (!isObject(labels)) return new Map();
  return new Map(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
