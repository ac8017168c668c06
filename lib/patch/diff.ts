/**
 * @module The JSON Patch from one document to another that shares with it whatever was not touched.
 */
import jsonPatch from 'fast-json-patch';
import type { PatchOperation } from '../api/admission.ts';
import { isList, isObject, type Json, type JsonObject } from '../api/json.ts';
import { escapeKey } from './pointer.ts';

/**
 * Walks the two documents side by side, past whatever is one and the same object on both sides, which is most of it.
 * Objects are compared by member, lists by index: additions of a projection stand at the end. A list that became shorter
 * may have lost any of its items; that is fast-json-patch's business.
 */
class Differ {
  readonly operations: PatchOperation[] = [];

  compare(before: Json, after: Json, path: readonly string[]): void {
    if (before === after) return;
    if (isList(before) && isList(after)) this.#compareLists(before, after, path);
    else if (isObject(before) && isObject(after)) this.#compareObjects(before, after, path);
    else this.#write('replace', path, after);
  }

  #compareObjects(before: JsonObject, after: JsonObject, path: readonly string[]): void {
    for (const key of Object.keys(before)) {
      const [old, value] = [before[key], Object.hasOwn(after, key) ? after[key] : undefined];
      if (old === undefined || old === value) continue;
      if (value === undefined) this.#write('remove', [...path, escapeKey(key)]);
      else this.compare(old, value, [...path, escapeKey(key)]);
    }
    for (const key of Object.keys(after)) {
      const value = after[key];
      if (value !== undefined && !Object.hasOwn(before, key))
        this.#write('add', [...path, escapeKey(key)], value);
    }
  }

  #compareLists(before: readonly Json[], after: readonly Json[], path: readonly string[]): void {
    if (after.length < before.length) {
      this.#compareShrunk(before, after, path);
      return;
    }
    for (const [index, value] of after.entries()) {
      const old = before[index];
      if (old === value) continue;
      if (old === undefined) this.#write('add', [...path, String(index)], value);
      else this.compare(old, value, [...path, String(index)]);
    }
  }

  #compareShrunk(before: readonly Json[], after: readonly Json[], path: readonly string[]): void {
    for (const operation of jsonPatch.compare(Object(before), Object(after))) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type has operations that compare never writes
      this.operations.push({ ...operation, path: path.join('/') + operation.path } as PatchOperation);
    }
  }

  /** Paths are joined, not added up: see `pointer`. */
  #write(op: PatchOperation['op'], path: readonly string[], value?: Json): void {
    const place = path.join('/');
    this.operations.push(value === undefined ? { op, path: place } : { op, path: place, value });
  }
}

/**
 * The operations that turn `before` into `after` (RFC 6902). What is identical by reference is not looked at, which
 * makes the cost that of the touched places. The values are those of `after`, not copies.
 */
export function diff(before: JsonObject, after: JsonObject): readonly PatchOperation[] {
  const differ = new Differ();
  differ.compare(before, after, ['']);
  return differ.operations;
}
