/**
 * @module One list of a Pod template while projections are taken out of it and put into it.
 */
import { equal, type Json, type JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { nameOf } from './entries.ts';
import type { Key } from './tree.ts';

export interface Added {
  readonly entry: JsonObject;
  readonly owner: Binding;
}

const byName = (a: Json, b: Json): number => {
  const [left, right] = [nameOf(a) ?? '', nameOf(b) ?? ''];
  return Number(left > right) - Number(left < right);
};

/** Whether two sets of entries hold the same, in whatever order. Both are one binding's worth: short. */
function sameEntries(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [a.toSorted(byName), b.toSorted(byName)];
  return left.every((entry, index) => equal(entry, right[index]));
}

export class ListEdit {
  readonly keys: readonly Key[];
  readonly #original: readonly Json[] | undefined;
  #kept: readonly Json[];
  #removed: readonly Json[] = [];
  #appended: readonly Json[] = [];
  readonly #added: Added[] = [];

  constructor(keys: readonly Key[], original: readonly Json[] | undefined) {
    this.keys = keys;
    this.#original = original;
    this.#kept = original ?? [];
  }

  /** False as long as there is nothing to write. */
  get touched(): boolean {
    return this.#added.length + this.#removed.length + this.#appended.length > 0;
  }

  isOriginal(list: readonly Json[] | undefined): boolean {
    return list === this.#original;
  }

  /** What stands in the list and was not taken out. */
  get kept(): readonly Json[] {
    return this.#kept;
  }

  get added(): readonly Added[] {
    return this.#added;
  }

  remove(isOwn: (entry: Json) => boolean): void {
    const removed = this.#kept.filter(isOwn);
    if (removed.length === 0) return;
    const gone = new Set(removed);
    this.#kept = this.#kept.filter((entry) => !gone.has(entry));
    this.#removed = [...this.#removed, ...removed];
  }

  /** An entry that counts as the user's from now on: it stands after the user's and is never taken out. */
  append(entry: JsonObject): void {
    this.#kept = [...this.#kept, entry];
    this.#appended = [...this.#appended, entry];
  }

  add(added: Added): void {
    this.#added.push(added);
  }

  /**
   * The list as it has to be: the user's entries in their order, then the projected ones by name. The original itself
   * if it holds just that, in whatever order: a projection that is already right is left alone. Undefined if nothing
   * is left to hold.
   */
  result(isProjected: (entry: Json) => boolean): readonly Json[] | undefined {
    const added = this.#added.map(({ entry }) => entry);
    if (this.#appended.length === 0 && sameEntries(this.#removed, added)) return this.#original;
    const projected = [...this.#kept.filter(isProjected), ...added].sort(byName);
    const entries = [...this.#kept.filter((entry) => !isProjected(entry)), ...projected];
    return entries.length === 0 ? undefined : entries;
  }
}
