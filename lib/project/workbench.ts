/**
 * @module One workload while bindings are taken out of it and put into it: what the views of different mappings share.
 */
import { equal, isObject, type Json, type JsonObject } from '../api/json.ts';
import { pointer } from '../patch/pointer.ts';
import type { Places } from '../resolve/mapping.ts';
import { ListPool } from './list-pool.ts';
import type { Opened } from './open-list.ts';
import { TemplateView } from './template-view.ts';
import { Draft, find } from './tree.ts';

/**
 * Variables and mounts that are put into one workload. The API server would refuse so large an object anyway, and putting
 * them in holds the event loop for all other admissions.
 */
const MAX_ADDITIONS = 20_000;

const isAtOrIn = (place: string, around: string): boolean =>
  place === around || place.startsWith(`${around}/`);

/** The annotations of a Pod template. */
export class Annotations {
  readonly keys: readonly string[];
  readonly #original: JsonObject;
  readonly #entries: Record<string, Json>;

  constructor(keys: readonly string[], original: JsonObject) {
    this.keys = keys;
    this.#original = original;
    this.#entries = { ...original };
  }

  get entries(): JsonObject {
    return this.#entries;
  }

  set(key: string, value: string): void {
    this.#entries[key] = value;
  }

  remove(key: string): void {
    delete this.#entries[key];
  }

  write(draft: Draft): void {
    if (equal(this.#entries, this.#original)) return;
    const empty = Object.keys(this.#entries).length === 0;
    draft.set(this.keys, empty ? undefined : this.#entries);
  }
}

interface Field {
  readonly keys: readonly string[];
  readonly value: string | undefined;
}

export class Workbench {
  readonly workload: JsonObject;
  readonly pool = new ListPool();
  readonly #annotations = new Map<string, Annotations>();
  readonly #views = new Map<Places, Opened<TemplateView>>();
  readonly #fields = new Map<string, Field>();
  #additions = 0;

  constructor(workload: JsonObject) {
    this.workload = workload;
  }

  /** The Pod template at these places. */
  view(places: Places): Opened<TemplateView> {
    const known = this.#views.get(places);
    if (known !== undefined) return known;
    if (this.#views.size > 0) this.pool.share();
    const opened = TemplateView.open(this, places);
    this.#views.set(places, opened);
    return opened;
  }

  views(): readonly TemplateView[] {
    return [...this.#views.values()].flatMap((view) => (view.ok ? [view.value] : []));
  }

  annotationsAt(keys: readonly string[]): Opened<Annotations> {
    const place = pointer(keys);
    const known = this.#annotations.get(place);
    if (known !== undefined) return { ok: true, value: known };
    const found = find(this.workload, keys, []);
    if (!found.ok) return found;
    if (found.value !== undefined && !isObject(found.value))
      return { ok: false, problem: `${place} is not an object` };
    const annotations = new Annotations(keys, found.value ?? {});
    this.#annotations.set(place, annotations);
    return { ok: true, value: annotations };
  }

  /** False if it is too much for one workload. */
  claimAdditions(count: number): boolean {
    if (this.#additions + count > MAX_ADDITIONS) return false;
    this.#additions += count;
    return true;
  }

  /** A field that holds a text. A problem if something else stands there, or in the way; to be called with all lists open. */
  setField(keys: readonly string[], value: string): string | undefined {
    const found = find(this.workload, keys, []);
    if (!found.ok) return found.problem;
    const place = pointer(keys);
    if (found.value !== undefined && typeof found.value !== 'string') return `${place} is not a text`;
    const other = this.#placeThatMeets(place);
    if (other !== undefined) return `${place} would overwrite what is projected at ${other}`;
    this.#fields.set(place, { keys, value });
    return undefined;
  }

  /** Takes a field away that holds a text. */
  clearField(keys: readonly string[]): void {
    this.#fields.set(pointer(keys), { keys, value: undefined });
  }

  /** Of the places that are written, one that a text could not stand beside. */
  #placeThatMeets(place: string): string | undefined {
    const isAround = (other: string): boolean => isAtOrIn(other, place);
    const fields = [...this.#fields.keys()].filter((other) => other !== place);
    return (
      [...this.pool.places(), ...fields].find((other) => isAround(other) || isAtOrIn(place, other)) ??
      [...this.#annotations.keys()].find(isAround)
    );
  }

  field(keys: readonly string[]): Json | undefined {
    const found = find(this.workload, keys, []);
    return found.ok ? found.value : undefined;
  }

  /** The workload with all of it done; the very same object if nothing changes. */
  write(): JsonObject {
    const draft = new Draft(this.workload);
    for (const annotations of this.#annotations.values()) annotations.write(draft);
    this.pool.write(draft);
    for (const { keys, value } of this.#fields.values())
      if (this.field(keys) !== value) draft.set(keys, value);
    return draft.result;
  }
}
