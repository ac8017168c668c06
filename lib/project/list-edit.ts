/**
 * @module One list of a Pod template while projections are taken out of it and put into it.
 */
import type { Json, JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { isSameEntry, nameOf } from './entries.ts';
import type { Key } from '../patch/pointer.ts';

export interface Added {
  readonly entry: JsonObject;
  readonly owner: Binding;
}

const byName = (a: Json, b: Json): number => {
  const [left, right] = [nameOf(a) ?? '', nameOf(b) ?? ''];
  return Number(left > right) - Number(left < right);
};

/** Whether two sets of entries hold the same, in whatever order. Both are one binding's worth: short. */
function sameEntries(there: readonly Json[], wanted: readonly Json[]): boolean {
  if (there.length !== wanted.length) return false;
  const [left, right] = [there.toSorted(byName), wanted.toSorted(byName)];
  return left.every((entry, index) => isSameEntry(entry, right[index]));
}

/** What of an entry no two entries of a list may share. */
export type KeyOf = (entry: Json) => string | undefined;

/** Who has a key of a list: an entry that is kept, or one that was put in, with its owner. */
export interface Holder {
  readonly entry: Json;
  readonly owner: Binding | undefined;
}

export class ListEdit {
  readonly keys: readonly Key[];
  readonly #keyOf: KeyOf;
  readonly #original: readonly Json[] | undefined;
  #kept: readonly Json[];
  #removed: readonly Json[] = [];
  readonly #appended: Json[] = [];
  readonly #added: Added[] = [];
  #keepsEmpty = false;
  /** Made when first asked for: most lists are looked at by one binding, some by a thousand. */
  #holders: Map<string, Holder> | undefined;

  constructor(keys: readonly Key[], original: readonly Json[] | undefined, keyOf: KeyOf = nameOf) {
    this.keys = keys;
    this.#keyOf = keyOf;
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

  /** Who has a key now: the first one, if the user wrote it twice. */
  holder(key: string): Holder | undefined {
    return this.#index().get(key);
  }

  /** `keepsEmpty`: a list that loses its last entry so stays, as `[]`. */
  remove(isOwn: (entry: Json) => boolean, keepsEmpty = false): void {
    const removed = this.#kept.filter(isOwn);
    if (removed.length === 0) return;
    this.#keepsEmpty = keepsEmpty;
    const gone = new Set(removed);
    this.#kept = this.#kept.filter((entry) => !gone.has(entry));
    this.#removed = [...this.#removed, ...removed];
    this.#holders = undefined;
  }

  /** An entry that counts as the user's from now on: it stands after the user's and is never taken out. */
  append(entry: JsonObject): void {
    this.#appended.push(entry);
    this.#claim(entry, undefined);
  }

  add(added: Added): void {
    this.#added.push(added);
    this.#claim(added.entry, added.owner);
  }

  #index(): Map<string, Holder> {
    if (this.#holders !== undefined) return this.#holders;
    this.#holders = new Map();
    for (const entry of [...this.#kept, ...this.#appended]) this.#claim(entry, undefined);
    for (const { entry, owner } of this.#added) this.#claim(entry, owner);
    return this.#holders;
  }

  #claim(entry: Json, owner: Binding | undefined): void {
    const key = this.#keyOf(entry);
    if (key === undefined || this.#holders === undefined || this.#holders.has(key)) return;
    this.#holders.set(key, { entry, owner });
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
    const users = this.#kept.filter((entry) => !isProjected(entry));
    const entries = [...users, ...this.#appended, ...projected];
    return entries.length === 0 && !this.#keepsEmpty ? undefined : entries;
  }
}
