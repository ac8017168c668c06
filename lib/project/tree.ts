/**
 * @module Reading and replacing at a place of a document without touching anything else: copies are made only along
 * the path, so that whatever was not touched stays the very same object, and a diff can skip it.
 */
import { isList, isObject, type Json, type JsonObject, own } from '../api/json.ts';
import { type Key, pointer } from '../patch/pointer.ts';

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

type MutableObject = Record<string, Json>;
type Mutable = MutableObject | Json[];

/** Sets a member; a key named `__proto__` becomes an ordinary one. */
function put(target: Mutable, key: Key, value: Json): void {
  if (Array.isArray(target)) target[Number(key)] = value;
  else if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * A document that is changed at some places. Whatever stands on the way to one of them is copied, once, however many
 * places there are; everything else stays the very same object, so that a diff can skip it.
 */
export class Draft {
  #root: JsonObject;
  /** Each copy, by itself. */
  readonly #copies = new Map<unknown, Mutable>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** The document with all changes; the very same object if there were none. */
  get result(): JsonObject {
    return this.#root;
  }

  /**
   * Replaces the value at `keys`; missing and null parents become objects (WRM-30). Undefined removes the member. The
   * caller has made sure, with {@link find}, that every parent can hold the next key.
   */
  set(keys: readonly Key[], value: Json | undefined): void {
    const last = keys.at(-1);
    if (last === undefined) throw new Error('a document is not replaced as a whole');
    let parent: Mutable = this.#copyOf(this.#root);
    if (!Array.isArray(parent)) this.#root = parent;
    for (const [index, key] of keys.slice(0, -1).entries()) {
      const child: Mutable = this.#copyOf(memberOf(parent, key), typeof keys[index + 1] === 'number');
      put(parent, key, child);
      parent = child;
    }
    if (value !== undefined) put(parent, last, value);
    else if (!Array.isArray(parent)) delete parent[last];
  }

  #copyOf(value: Json | undefined, mayBeList = false): Mutable {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const copy: Mutable = mayBeList && isList(value) ? [...value] : { ...(isObject(value) ? value : {}) };
    this.#copies.set(copy, copy);
    return copy;
  }
}

function memberOf(parent: Mutable, key: Key): Json | undefined {
  if (Array.isArray(parent)) return typeof key === 'number' ? parent[key] : undefined;
  return own(parent, String(key));
}

/** {@link Draft} with a single change. */
export function replace(root: JsonObject, keys: readonly Key[], value: Json | undefined): JsonObject {
  const draft = new Draft(root);
  draft.set(keys, value);
  return draft.result;
}
