/**
 * @module A list at a fixed place of a document.
 */
import { isList, type JsonObject } from '../api/json.ts';
import { type KeyOf, ListEdit } from './list-edit.ts';
import { type Key, pointer } from '../patch/pointer.ts';
import { find } from './tree.ts';

export type Opened<T> =
  | { readonly ok: true; readonly value: T }
  /** What stands there instead, and where. */
  | { readonly ok: false; readonly problem: string };

/** Opens the list at `keys` of `root`, which itself stands at `at`. A missing or null list is an empty one (WRM-30). */
export function openList(
  root: JsonObject,
  keys: readonly string[],
  at: readonly Key[],
  keyOf?: KeyOf,
): Opened<ListEdit> {
  const found = find(root, keys, at);
  if (!found.ok) return found;
  const place = [...at, ...keys];
  if (found.value === undefined) return { ok: true, value: new ListEdit(place, undefined, keyOf) };
  if (!isList(found.value)) return { ok: false, problem: `${pointer(place)} is not a list` };
  return { ok: true, value: new ListEdit(place, found.value, keyOf) };
}
