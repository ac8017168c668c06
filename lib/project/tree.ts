/**
 * @module Reading and replacing at a place of a document without touching anything else: copies are made only along
 * the path, so that whatever was not touched stays the very same object, and a diff can skip it.
 */
import { isList, isObject, type Json, type JsonObject, own, withMember, withoutMember } from '../api/json.ts';

export type Key = string | number;

const escaped = (key: string): string =>
  /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;

/** RFC 6901. */
export function pointer(keys: readonly Key[]): string {
  let text = '';
  for (const key of keys) text += typeof key === 'number' ? `/${key}` : `/${escaped(key)}`;
  return text;
}

export type Found =
  /** The value; undefined if it, or an object on the way to it, is missing or null. */
  { readonly ok: true; readonly value: Json | undefined } | { readonly ok: false; readonly problem: string };

const shapeOf = (value: Json): string => (isList(value) ? 'a list' : `a ${typeof value}`);

/** Follows object keys. A problem if something that is neither an object nor null stands in the way. */
export function find(root: JsonObject, keys: readonly string[], at: readonly Key[]): Found {
  let value: Json | undefined = root;
  for (const [index, key] of keys.entries()) {
    if (value === undefined || value === null) return { ok: true, value: undefined };
    if (!isObject(value)) {
      const place = pointer([...at, ...keys.slice(0, index)]);
      return { ok: false, problem: `${place} is ${shapeOf(value)}, not an object` };
    }
    value = own(value, key);
  }
  return { ok: true, value: value ?? undefined };
}

function replaceItem(list: readonly Json[], index: number, value: Json): readonly Json[] {
  const copy = [...list];
  copy[index] = value;
  return copy;
}

/**
 * The document with the value at `keys` replaced; missing and null parents become objects (WRM-30). Undefined removes
 * the member. The caller has made sure, with {@link find}, that every parent can hold the next key.
 */
export function replace(root: JsonObject, keys: readonly Key[], value: Json | undefined): JsonObject {
  if (keys.length === 0) throw new Error('a document is not replaced as a whole');
  return replaceMember(root, keys, 0, value);
}

function replaceMember(
  object: JsonObject,
  keys: readonly Key[],
  depth: number,
  value: Json | undefined,
): JsonObject {
  const name = String(keys[depth]);
  if (depth < keys.length - 1)
    return withMember(object, name, replaceBelow(own(object, name), keys, depth + 1, value));
  return value === undefined ? withoutMember(object, name) : withMember(object, name, value);
}

function replaceBelow(
  parent: Json | undefined,
  keys: readonly Key[],
  depth: number,
  value: Json | undefined,
): Json {
  const key = keys[depth];
  if (!isList(parent) || typeof key !== 'number')
    return replaceMember(isObject(parent) ? parent : {}, keys, depth, value);
  const isLast = depth === keys.length - 1;
  return replaceItem(
    parent,
    key,
    isLast ? (value ?? null) : replaceBelow(parent[key], keys, depth + 1, value),
  );
}
