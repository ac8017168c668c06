/**
 * @module The annotations on the workload itself, while a projection's bookkeeping is written into them.
 */
import { projectionUids } from '../api/annotations.ts';
import { dig, isObject, type Json, type JsonObject, own } from '../api/json.ts';
import { replace } from './tree.ts';

const NONE: JsonObject = {};
const PLACE = ['metadata', 'annotations'];

/** The API server takes 256 KiB for all annotations of an object, keys and values together. */
const MAX_BYTES = 256 * 1024;

/** The workload's own annotations; empty if it has none. */
function annotationsOf(workload: JsonObject): JsonObject {
  const annotations = dig(workload, ...PLACE);
  return isObject(annotations) ? annotations : NONE;
}

/** In UTF-8, or what it is at most: no character of a JavaScript string has more than three bytes. */
function bytesOf(key: string, value: Json | undefined): number {
  if (typeof value !== 'string') return key.length;
  return key.length + (/^\p{ASCII}*$/u.test(value) ? value.length : 3 * value.length);
}

export class OwnAnnotations {
  readonly #annotations: JsonObject;
  readonly #changes = new Map<string, string | undefined>();
  #uids: ReadonlySet<string> | undefined;
  #bytes: number | undefined;

  constructor(workload: JsonObject) {
    this.#annotations = annotationsOf(workload);
  }

  /** As the workload came. */
  original(key: string): Json | undefined {
    return own(this.#annotations, key);
  }

  /** Whether any annotation of a projection of this binding is there. */
  mentions(uid: string): boolean {
    this.#uids ??= projectionUids(this.#annotations);
    return this.#uids.has(uid);
  }

  /** Claims the room for one more. False if the API server would not take it, by a bound that errs on the safe side. */
  claimRoom(key: string, value: string): boolean {
    this.#bytes ??= Object.entries(this.#annotations).reduce((sum, entry) => sum + bytesOf(...entry), 0);
    const more =
      bytesOf(key, value) - (Object.hasOwn(this.#annotations, key) ? bytesOf(key, this.original(key)) : 0);
    if (this.#bytes + more > MAX_BYTES) return false;
    this.#bytes += more;
    return true;
  }

  /** Undefined removes it. */
  set(key: string, value: string | undefined): void {
    if (this.original(key) === value) this.#changes.delete(key);
    else this.#changes.set(key, value);
  }

  /** The workload with the changes, in one copy; the very same object if there are none. */
  write(workload: JsonObject): JsonObject {
    if (this.#changes.size === 0) return workload;
    const annotations: Record<string, Json> = { ...annotationsOf(workload) };
    for (const [key, value] of this.#changes) {
      if (value === undefined) delete annotations[key];
      else annotations[key] = value;
    }
    // A map that held nothing else goes with its last entry.
    return replace(workload, PLACE, Object.keys(annotations).length === 0 ? undefined : annotations);
  }
}
