/**
 * @module `apiVersion`, `kind` and `metadata`: what every object has.
 */
import { dig, isObject, type Json, type JsonObject, textOf } from '../api/json.ts';
import { groupVersion, type GroupVersionKind } from '../api/kinds.ts';
import type { ObjectIdentity } from '../api/sink.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { type FieldError, Fields, parsed, type Parsed, rejected } from './field.ts';

/** The type that an object says it has; fields that are missing or no strings are empty. */
export function typeOf(object: JsonObject): GroupVersionKind {
  return { ...groupVersion(textOf(dig(object, 'apiVersion'))), kind: textOf(dig(object, 'kind')) };
}

/** Empty if it is not told. */
export function resourceVersionOf(object: Json | undefined): string {
  return textOf(dig(object, 'metadata', 'resourceVersion'));
}

/** Type and name of any object, for messages and look-ups; undefined if it has no kind or no name. */
export function identityOf(object: JsonObject): ObjectIdentity | undefined {
  const { group, kind } = typeOf(object);
  const name = textOf(dig(object, 'metadata', 'name'));
  if (kind === '' || name === '') return undefined;
  return { group, kind, name, namespace: textOf(dig(object, 'metadata', 'namespace')) };
}

/**
 * A uid becomes part of names that have at most 63 characters: of a volume (`servicebinding-<uid>`) and of annotations
 * (`provider-<uid>`), and stands between quotes in a path of the downward API.
 */
const UID = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,46}[A-Za-z0-9])?$/;

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
  if (meta.uid !== '' && !UID.test(meta.uid)) fields.fail('uid', 'must be 1 to 48 letters, digits and `-`');
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
