/**
 * @module The JSON Patch from one document to another that shares with it whatever was not touched.
 */
import jsonPatch from 'fast-json-patch';
import type { PatchOperation } from '../api/admission.ts';
import { isList, isObject, type Json, type JsonObject } from '../api/json.ts';

/**
 * What fast-json-patch gets to compare: the differences alone. A bigint, which no JSON value is, stands for a new value
 * (its index in the list of them), so that the library need not copy it; the placeholder stands on both sides for what
 * is the same on both sides, so that an index of a list keeps its meaning.
 */
type Skeleton = Json | bigint | readonly Skeleton[] | { readonly [key: string]: Skeleton };
const SAME = 0;

interface Pair {
  readonly before: Skeleton;
  readonly after: Skeleton;
}
const UNCHANGED: Pair = { before: SAME, after: SAME };

class Pruner {
  readonly values: Json[] = [];

  #token(value: Json): bigint {
    return BigInt(this.values.push(value) - 1);
  }

  object(before: JsonObject, after: JsonObject): Pair {
    // Without a prototype a key `__proto__` is a member like any other.
    const left: Record<string, Skeleton> = Object.create(null);
    const right: Record<string, Skeleton> = Object.create(null);
    for (const key of Object.keys(before)) {
      const value = before[key];
      const other = Object.hasOwn(after, key) ? after[key] : undefined;
      if (value === other || value === undefined) continue;
      if (other === undefined) left[key] = SAME;
      else {
        const pair = this.pair(value, other);
        left[key] = pair.before;
        right[key] = pair.after;
      }
    }
    for (const key of Object.keys(after)) {
      const value = after[key];
      if (value !== undefined && !Object.hasOwn(before, key)) right[key] = this.#token(value);
    }
    return { before: left, after: right };
  }

  #list(before: readonly Json[], after: readonly Json[]): Pair {
    const left: Skeleton[] = [];
    const right: Skeleton[] = [];
    for (const [index, value] of before.entries()) {
      const other = after[index];
      const pair = other === undefined ? UNCHANGED : this.pair(value, other);
      left.push(pair.before);
      if (other !== undefined) right.push(pair.after);
    }
    for (const value of after.slice(before.length)) right.push(this.#token(value));
    return { before: left, after: right };
  }

  pair(before: Json, after: Json): Pair {
    if (before === after) return UNCHANGED;
    if (isList(before) && isList(after)) return this.#list(before, after);
    if (isObject(before) && isObject(after)) return this.object(before, after);
    return { before: SAME, after: this.#token(after) };
  }
}

/**
 * The operations that turn `before` into `after` (RFC 6902). What is identical by reference is not looked at, which
 * makes the cost that of the touched places; fast-json-patch compares the rest and writes every operation. The values
 * are those of `after`, not copies.
 */
export function diff(before: JsonObject, after: JsonObject): readonly PatchOperation[] {
  if (before === after) return [];
  const pruner = new Pruner();
  const pair = pruner.object(before, after);
  const operations: readonly unknown[] = jsonPatch.compare(Object(pair.before), Object(pair.after));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type has operations that compare never writes
  return operations.map((operation) => withValue(operation as PatchOperation, pruner.values));
}

function withValue(operation: PatchOperation, values: readonly Json[]): PatchOperation {
  const token: unknown = operation.value;
  if (typeof token !== 'bigint') return operation;
  const { op, path } = operation;
  return { op, path, value: values[Number(token)] ?? null };
}
