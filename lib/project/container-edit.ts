/**
 * @module One container-like object of a Pod template: its variables and its mounts.
 */
import { Reason } from '../api/condition.ts';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import { type Binding, describeBinding } from '../binding/binding.ts';
import { message, type TextName } from '../message/texts.ts';
import type { ContainerPlaces } from '../resolve/mapping.ts';
import {
  type BindingEntries,
  DEFAULT_ROOT,
  isProjectedVolume,
  isSameEntry,
  mountOf,
  mountPathOf,
  nameOf,
  ROOT_VARIABLE,
} from './entries.ts';
import type { Holder, ListEdit } from './list-edit.ts';
import { cleanPath, mountPath } from './mount-path.ts';
import { type Opened, openList } from './open-list.ts';
import type { Report } from './report.ts';
import { type Key, pointer } from '../patch/pointer.ts';
import { find } from './tree.ts';

/** What tells one binding's entries from all others. */
export interface Claim {
  readonly uid: string;
  readonly volume: string;
  /** `mounted`: whether the container had the binding's mount. */
  readonly isOwnVariable: (entry: Json, place: string, mounted: boolean) => boolean;
}

export class ContainerEdit {
  readonly env: ListEdit;
  readonly mounts: ListEdit;
  readonly #name: string | undefined;
  readonly #hasNames: boolean;
  readonly #at: readonly Key[];

  private constructor(
    at: readonly Key[],
    names: { name: string | undefined; has: boolean },
    env: ListEdit,
    mounts: ListEdit,
  ) {
    this.env = env;
    this.mounts = mounts;
    this.#name = names.name;
    this.#hasNames = names.has;
    this.#at = at;
  }

  /** A problem if it is no object, or if its env or mounts are no lists. */
  static open(value: Json, at: readonly Key[], places: ContainerPlaces): Opened<ContainerEdit> {
    if (!isObject(value)) return { ok: false, problem: 'it is not an object' };
    const env = openList(value, places.env.keys, at);
    if (!env.ok) return env;
    const mounts = openList(value, places.volumeMounts.keys, at, mountKey);
    if (!mounts.ok) return mounts;
    const found = places.name && find(value, places.name.keys, at);
    const name = found?.ok === true && typeof found.value === 'string' ? found.value : undefined;
    const names = { name, has: places.name !== undefined };
    return { ok: true, value: new ContainerEdit(at, names, env.value, mounts.value) };
  }

  /** JSON Pointer of the env list. */
  get place(): string {
    return pointer(this.env.keys);
  }

  get entries(): readonly Json[] {
    return this.env.kept;
  }

  remove({ volume, isOwnVariable }: Claim): void {
    const mounted = this.mounts.kept.some((entry) => nameOf(entry) === volume);
    this.mounts.remove((entry) => nameOf(entry) === volume);
    this.env.remove((entry) => isOwnVariable(entry, this.place, mounted));
  }

  /** SB-13, SB-14; a filter says nothing about containers whose names the mapping does not give (WRM-28, WRM-29). */
  #isBoundBy({ containers }: Binding): boolean {
    if (containers === undefined || !this.#hasNames) return true;
    return this.#name !== undefined && containers.has(this.#name);
  }

  add(binding: Binding, { variables }: BindingEntries): readonly Report[] {
    if (!this.#isBoundBy(binding)) return [];
    const root = this.#root();
    if (typeof root !== 'string') return [this.#report(binding, Reason.unprojectable, root.text, {})];
    const path = mountPath(root, binding.directory);
    if (path.includes(':')) return [this.#report(binding, Reason.unprojectable, 'rootUnusable', {})];
    this.#declareRoot();
    const reports = variables.flatMap(({ name, entry }) => this.#addVariable(binding, name, entry));
    return [...this.#addMount(binding, path), ...reports];
  }

  /** The container's own SERVICE_BINDING_ROOT, or the default (SB-40..42). */
  #root(): string | { readonly text: TextName } {
    const entry = this.env.holder(ROOT_VARIABLE)?.entry;
    if (!isObject(entry)) return DEFAULT_ROOT;
    if (isObject(entry['valueFrom'])) return { text: 'rootFromSource' };
    return typeof entry['value'] === 'string' ? entry['value'] : '';
  }

  /** SB-41; one that is there is never changed (SB-43). */
  #declareRoot(): void {
    if (this.env.holder(ROOT_VARIABLE) !== undefined) return;
    this.env.append({ name: ROOT_VARIABLE, value: DEFAULT_ROOT });
  }

  #addMount(binding: Binding, path: string): readonly Report[] {
    const taken = this.mounts.holder(path);
    if (taken !== undefined) {
      const data = { path, holder: describeHolder(taken, binding) };
      return [this.#report(binding, Reason.collision, 'mountTaken', data)];
    }
    this.mounts.add({ entry: mountOf(binding, path), owner: binding });
    return [];
  }

  #addVariable(binding: Binding, name: string, entry: JsonObject): readonly Report[] {
    const taken = this.env.holder(name);
    if (taken === undefined) {
      this.env.add({ entry, owner: binding });
      return [];
    }
    // The user wrote the very same entry, or spec.env says it twice: it stays whose it is, and nothing is missing.
    if ((taken.owner === undefined || taken.owner === binding) && isSameEntry(taken.entry, entry)) return [];
    const data = { variable: name, holder: describeHolder(taken, binding) };
    return [this.#report(binding, Reason.collision, 'variableTaken', data)];
  }

  /** The names of the variables that were put in for a binding, sorted. */
  addedVariables(uid: string): readonly string[] {
    const own = this.env.added.filter(({ owner }) => owner.uid === uid);
    return own.map(({ entry }) => nameOf(entry) ?? '').sort();
  }

  #report(binding: Binding, reason: Reason, text: TextName, data: object): Report {
    return {
      binding,
      reason,
      message: message(text, { container: this.#name ?? pointer(this.#at), ...data }),
    };
  }
}

const mountKey = (entry: Json): string | undefined => {
  const path = mountPathOf(entry);
  return path === undefined ? undefined : cleanPath(path);
};

/** Who has what a binding wants, in words. */
function describeHolder({ entry, owner }: Holder, binding: Binding): string {
  if (owner === binding) return 'spec.env names it twice';
  if (owner !== undefined) return `from ${describeBinding(owner)}`;
  return isProjectedVolume(entry) ? "another binding's, which stays as it is" : "the workload's own";
}
