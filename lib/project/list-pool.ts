/**
 * @module The lists of one workload that are being edited: several mappings may lead to one list, and then it is edited once.
 */
import type { Json, JsonObject } from '../api/json.ts';
import { type Key, pointer } from '../patch/pointer.ts';
import type { KeyOf, ListEdit } from './list-edit.ts';
import { type Opened, openList } from './open-list.ts';
import type { Draft } from './tree.ts';

/** What of a list's entries is put behind the user's, sorted by name. */
type IsProjected = (entry: Json) => boolean;

interface Pooled {
  readonly list: ListEdit;
  readonly isProjected: IsProjected;
}

/** What a list holds: it decides by what its entries are told apart. */
export interface ListKind {
  readonly keyOf: KeyOf | undefined;
  readonly isProjected: IsProjected;
}

export class ListPool {
  readonly #lists: Pooled[] = [];
  /** Made when a second mapping comes in, which is rare: the lists of one do not meet. */
  #index: Map<string, ListEdit> | undefined;

  /** From now on lists are looked for among those that are open. */
  share(): void {
    this.#index ??= new Map(this.#lists.map(({ list }) => [pointer(list.keys), list]));
  }

  /** As {@link openList}; the one that is being edited already, if there is one. */
  open(
    root: JsonObject,
    keys: readonly string[],
    at: readonly Key[],
    { keyOf, isProjected }: ListKind,
  ): Opened<ListEdit> {
    const known = this.#index?.get(pointer([...at, ...keys]));
    if (known !== undefined) return { ok: true, value: known };
    const opened = openList(root, keys, at, keyOf);
    if (!opened.ok) return opened;
    this.#lists.push({ list: opened.value, isProjected });
    this.#index?.set(pointer(opened.value.keys), opened.value);
    return opened;
  }

  places(): readonly string[] {
    return this.#lists.map(({ list }) => pointer(list.keys));
  }

  write(draft: Draft): void {
    for (const { list, isProjected } of this.#lists) {
      if (!list.touched) continue;
      const result = list.result(isProjected);
      if (!list.isOriginal(result)) draft.set(list.keys, result);
    }
  }
}
