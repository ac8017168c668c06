/**
 * @module The values of a JSON document: what a Kubernetes object is before anybody has looked at it.
 */

/** Integers beyond 2^53 may come as bigints, where no digit must be lost (see {@link ./exact-json.ts}). */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** A JSON object. Its keys are data, `__proto__` and `constructor` included: look them up with {@link own}. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a JSON object, false for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a JSON array. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Two exact ones are told apart to the last digit; any other only as far as JavaScript's numbers go. */
function isSameNumber(a: Json | undefined, b: Json | undefined): boolean {
  const isNumber = (value: Json | undefined): boolean =>
    typeof value === 'number' || typeof value === 'bigint';
  return isNumber(a) && isNumber(b) && typeof a !== typeof b && Number(a) === Number(b);
}

/** Deep equality; the order of an object's members does not count, nor whether a large integer was read exactly. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint' || typeof b === 'bigint') return isSameNumber(a, b);
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
  );
}

/** The object's own member; undefined if there is none (never something inherited, such as `constructor`). */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The member at a chain of keys; undefined as soon as one is missing or what holds it is no object. */
export function dig(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let at = value;
  for (const key of keys) {
    if (!isObject(at)) return undefined;
    at = own(at, key);
  }
  return at;
}

/** These members, as far as the object has them. */
export function only(object: Json | undefined, keys: readonly string[]): JsonObject {
  if (!isObject(object)) return {};
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = own(object, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** The list at a place; the empty one if there is none. */
export function listAt(value: Json | undefined, ...keys: readonly string[]): readonly Json[] {
  const list = dig(value, ...keys);
  return isList(list) ? list : [];
}

/** The value if it is a string, otherwise the empty one. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * A copy of the object with one member set, added at the end if it is new. The copy shares everything else with the
 * original. A key named `__proto__` becomes an ordinary member.
 */
export function withMember(object: JsonObject, key: string, value: Json): JsonObject {
  const copy: Record<string, Json> = { ...object };
  if (key === '__proto__') {
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    copy[key] = value;
  }
  return copy;
}

/** A copy of the object without one member. */
export function withoutMember(object: JsonObject, key: string): JsonObject {
  const copy: Record<string, Json> = { ...object };
  delete copy[key];
  return copy;
}
