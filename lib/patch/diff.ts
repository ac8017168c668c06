/**
 * @module The JSON Patch from one document to another that shares with it whatever was not touched.
 */
import jsonPatch from 'fast-json-patch';
import type { PatchOperation } from '../api/admission.ts';
import { isObject, type Json, type JsonObject } from '../api/json.ts';

/** Stands on both sides for what is the same on both sides, so that an index keeps its meaning. */
const SAME = 0;

type Pair = readonly [before: Json, after: Json];
type ObjectPair = readonly [before: JsonObject, after: JsonObject];

function pruneObject(before: JsonObject, after: JsonObject): ObjectPair {
  const left: [string, Json][] = [];
  const right: [string, Json][] = [];
  for (const [key, value] of Object.entries(before)) {
    const other = Object.hasOwn(after, key) ? after[key] : undefined;
    if (other === value) continue;
    const [one, two] = other === undefined ? [value, undefined] : prune(value, other);
    left.push([key, one]);
    if (two !== undefined) right.push([key, two]);
  }
  for (const [key, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, key)) right.push([key, value]);
  }
  // fromEntries defines members, so a key `__proto__` stays one.
  return [Object.fromEntries(left), Object.fromEntries(right)];
}

function pruneList(before: readonly Json[], after: readonly Json[]): Pair {
  const pairs = before.slice(0, after.length).map((item, index) => prune(item, after[index] ?? null));
  return [
    [...pairs.map(([left]) => left), ...before.slice(pairs.length)],
    [...pairs.map(([, right]) => right), ...after.slice(pairs.length)],
  ];
}

function prune(before: Json, after: Json): Pair {
  if (before === after) return [SAME, SAME];
  if (Array.isArray(before) && Array.isArray(after)) return pruneList(before, after);
  if (isObject(before) && isObject(after)) return pruneObject(before, after);
  return [before, after];
}

/**
 * The operations that turn `before` into `after` (RFC 6902). What is identical by reference is not looked at, which
 * makes the cost that of the touched places; fast-json-patch compares the rest and writes every operation.
 */
export function diff(before: JsonObject, after: JsonObject): readonly PatchOperation[] {
  if (before === after) return [];
  const [left, right] = pruneObject(before, after);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type has operations that compare never writes
  return jsonPatch.compare(left, right) as readonly PatchOperation[];
}
