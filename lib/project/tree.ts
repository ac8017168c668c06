/**
 * @module Reading and replacing at a place of a document without touching anything else: copies are made only along
 * the path, so that whatever was not touched stays the very same object, and a diff can skip it.
 */
import { isObject, type Json, type JsonObject, own, withMember, withoutMember } from '../api/json.ts';

export type Key = string | number;

/** RFC 6901. */
export function pointer(keys: readonly Key[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export type Found =
  /** The value; undefined if it, or an object on the way to it, is missing or null. */
  { readonly ok: true; readonly value: Json | undefined } | { readonly ok: false; readonly problem: string };

const shapeOf = (value: Json): string => (Array.isArray(value) ? 'a list' : `a ${typeof value}`);

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
export function replace(
  root: Json | undefined,
  keys: readonly Key[],
  value: Json | undefined,
  depth = 0,
): Json {
  const key = keys[depth];
  if (key === undefined) return value ?? null;
  if (Array.isArray(root) && typeof key === 'number') {
    const list: readonly Json[] = root;
    return replaceItem(list, key, replace(list[key], keys, value, depth + 1));
  }
  const object = isObject(root) ? root : {};
  const name = String(key);
  if (depth === keys.length - 1 && value === undefined) return withoutMember(object, name);
  return withMember(object, name, replace(own(object, name), keys, value, depth + 1));
}

/** Deep equality of JSON values; the order of an object's keys does not count. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    const [left, right]: readonly [readonly Json[], unknown] = [a, b];
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equal(item, right[index] as Json))
    );
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
  );
}
