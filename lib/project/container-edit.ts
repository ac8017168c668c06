/**
 * @module One container-like object of a Pod template: its variables and its mounts.
 */
import { Reason } from '../api/condition.ts';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import { type Binding, describeBinding } from '../binding/binding.ts';
import { message, type TextName } from '../message/texts.ts';
import type { ContainerPlaces } from '../resolve/mapping.ts';
import type { Claim } from './claim.ts';
import { isComposed } from './composed.ts';
import {
  type BindingEntries,
  DEFAULT_ROOT,
  envFromSecretOf,
  isProjectedVolume,
  isSameEntry,
  mountPathOf,
  nameOf,
  ROOT_VARIABLE,
} from './entries.ts';
import type { Holder, ListEdit } from './list-edit.ts';
import type { ListKind, ListPool } from './list-pool.ts';
import { cleanPath, mountPath } from './mount-path.ts';
import type { Opened } from './open-list.ts';
import type { Report } from './report.ts';
import { type Key, pointer } from '../patch/pointer.ts';
import { find } from './tree.ts';

const mountKey = (entry: Json): string | undefined => {
  const path = mountPathOf(entry);
  return path === undefined ? undefined : cleanPath(path);
};

/** What is left in an env list cannot be told from the user's, and what the user wrote stays where it is. */
const isUsers = (): boolean => false;

const ENV: ListKind = { keyOf: undefined, isProjected: isUsers };
const MOUNTS: ListKind = { keyOf: mountKey, isProjected: isProjectedVolume };
/** Entries have neither a name nor a path: nothing in one stands in the way of another. */
const ENV_FROM: ListKind = { keyOf: () => undefined, isProjected: isUsers };

/** Always there, whatever the mapping says of the other lists, as the Service Binding Operator has it. */
const ENV_FROM_KEYS = ['envFrom'];

/** Where a container stands: `index` counts the places of the path, where integers of a filter do so. */
export interface ContainerPlace {
  readonly keys: readonly Key[];
  readonly index: number | undefined;
}

interface Lists {
  readonly env: ListEdit | undefined;
  readonly mounts: ListEdit | undefined;
  /** Most bindings never ask for it. */
  readonly envFrom: () => ListEdit | undefined;
}

export class ContainerEdit {
  readonly env: ListEdit | undefined;
  readonly mounts: ListEdit | undefined;
  readonly #openEnvFrom: () => ListEdit | undefined;
  #envFrom: ListEdit | undefined;
  readonly #name: string | undefined;
  readonly #hasNames: boolean;
  readonly #place: ContainerPlace;

  private constructor(
    place: ContainerPlace,
    names: { name: string | undefined; has: boolean },
    lists: Lists,
  ) {
    this.env = lists.env;
    this.mounts = lists.mounts;
    this.#openEnvFrom = lists.envFrom;
    this.#name = names.name;
    this.#hasNames = names.has;
    this.#place = place;
  }

  /** A problem if it is no object, or if its env or mounts are no lists. */
  static open(
    value: Json,
    place: ContainerPlace,
    places: ContainerPlaces,
    pool: ListPool,
  ): Opened<ContainerEdit> {
    if (!isObject(value)) return { ok: false, problem: 'it is not an object' };
    const lists = openLists(value, place.keys, places, pool);
    if (!lists.ok) return lists;
    const found = places.name && find(value, places.name.keys, place.keys);
    const name = found?.ok === true && typeof found.value === 'string' ? found.value : undefined;
    const names = { name, has: places.name !== undefined };
    return { ok: true, value: new ContainerEdit(place, names, lists.value) };
  }

  /** JSON Pointer of the env list; empty if it has none. */
  get place(): string {
    return this.env === undefined ? '' : pointer(this.env.keys);
  }

  /** What tells it from other containers: where its lists are. */
  get identity(): string {
    return `${this.place}\n${this.mounts === undefined ? '' : pointer(this.mounts.keys)}`;
  }

  get entries(): readonly Json[] {
    return this.env?.kept ?? [];
  }

  /** The Secrets that it takes all of, in their order. */
  get secretsOfAll(): readonly string[] {
    return (this.#allOf()?.kept ?? []).flatMap((entry) => envFromSecretOf(entry) ?? []);
  }

  /** How messages name it. */
  get label(): string {
    return this.#name ?? pointer(this.#place.keys);
  }

  remove({ isOwnMount, isOwnVariable, isOwnEnvFrom, keepsEmpty }: Claim): void {
    const mounted = this.mounts?.kept.some(isOwnMount) === true;
    this.mounts?.remove(isOwnMount, keepsEmpty);
    this.env?.remove((entry) => isOwnVariable(entry, this.place, mounted), keepsEmpty);
    if (isOwnEnvFrom !== undefined) this.#allOf()?.remove(isOwnEnvFrom, keepsEmpty);
  }

  /** SB-13, SB-14; a filter says nothing about containers whose names the mapping does not give (WRM-28, WRM-29). */
  isBoundBy({ containers }: Binding): boolean {
    if (containers === undefined || !this.#hasNames) return true;
    if (this.#name !== undefined && containers.names.has(this.#name)) return true;
    return this.#place.index !== undefined && containers.indexes.has(this.#place.index);
  }

  add(binding: Binding, { variables, volume, envFrom }: BindingEntries): readonly Report[] {
    if (!this.isBoundBy(binding)) return [];
    if (envFrom !== undefined) return this.#addEnvFrom(binding, envFrom);
    if (volume === undefined) return variables.flatMap((variable) => this.addVariable(binding, variable));
    const root = this.#root();
    if (typeof root !== 'string') return [this.#report(binding, Reason.unprojectable, root.text, {})];
    const path = mountPath(root, binding.directory);
    if (path.includes(':')) return [this.#report(binding, Reason.unprojectable, 'rootUnusable', {})];
    this.#declareRoot();
    const reports = variables.flatMap((variable) => this.addVariable(binding, variable));
    const mount = { name: volume.name, mountPath: path };
    return [...this.addMount(binding, volume.readOnly ? { ...mount, readOnly: true } : mount), ...reports];
  }

  /** The container's own SERVICE_BINDING_ROOT, or the default (SB-40..42). */
  #root(): string | { readonly text: TextName } {
    const entry = this.env?.holder(ROOT_VARIABLE)?.entry;
    if (!isObject(entry)) return DEFAULT_ROOT;
    if (isObject(entry['valueFrom'])) return { text: 'rootFromSource' };
    return typeof entry['value'] === 'string' ? entry['value'] : '';
  }

  /** SB-41; one that is there is never changed (SB-43). */
  #declareRoot(): void {
    if (this.env === undefined || this.env.holder(ROOT_VARIABLE) !== undefined) return;
    this.env.append({ name: ROOT_VARIABLE, value: DEFAULT_ROOT });
  }

  addMount(binding: Binding, mount: JsonObject): readonly Report[] {
    const holder = this.putMount(binding, mount);
    if (holder === undefined) return [];
    const data = { path: mountKey(mount), holder };
    return [this.#report(binding, Reason.collision, 'mountTaken', data)];
  }

  /** In words, whose the path is already; undefined if it was free. */
  putMount(binding: Binding, mount: JsonObject): string | undefined {
    const taken = this.mounts?.holder(mountKey(mount) ?? '');
    if (taken !== undefined) return describeHolder(taken, binding);
    this.mounts?.add({ entry: mount, owner: binding });
    return undefined;
  }

  /** Whether it has a variable just so, whoever put it there. */
  hasVariable(name: string, entry: JsonObject): boolean {
    return isSameEntry(this.env?.holder(name)?.entry, entry);
  }

  addVariable(binding: Binding, { name, entry }: BindingEntries['variables'][number]): readonly Report[] {
    if (this.env === undefined) return [];
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

  /** One that the user wrote gives the same variables, and so does that of another binding of the same Secret. */
  #addEnvFrom(binding: Binding, entry: JsonObject): readonly Report[] {
    const list = this.#allOf();
    const there = [...(list?.kept ?? []), ...(list?.added ?? []).map((added) => added.entry)];
    if (!there.some((each) => isSameEntry(each, entry))) list?.add({ entry, owner: binding });
    return [];
  }

  #allOf(): ListEdit | undefined {
    this.#envFrom ??= this.#openEnvFrom();
    return this.#envFrom;
  }

  /** The names of the variables that were put in for a binding alone, sorted. */
  addedVariables(uid: string): readonly string[] {
    const own = this.env?.added.filter(({ owner, entry }) => owner.uid === uid && !isComposed(entry)) ?? [];
    return own.map(({ entry }) => nameOf(entry) ?? '').sort();
  }

  #report(binding: Binding, reason: Reason, text: TextName, data: object): Report {
    return { binding, reason, message: message(text, { container: this.label, ...data }) };
  }
}

function openLists(
  value: JsonObject,
  at: readonly Key[],
  places: ContainerPlaces,
  pool: ListPool,
): Opened<Lists> {
  const env = places.env && pool.open(value, places.env.keys, at, ENV);
  if (env?.ok === false) return env;
  const mounts = places.volumeMounts && pool.open(value, places.volumeMounts.keys, at, MOUNTS);
  if (mounts?.ok === false) return mounts;
  const envFrom = (): ListEdit | undefined => {
    const opened = pool.open(value, ENV_FROM_KEYS, at, ENV_FROM);
    return opened.ok ? opened.value : undefined;
  };
  return { ok: true, value: { env: env?.value, mounts: mounts?.value, envFrom } };
}

/** Who has what a binding wants, in words. */
function describeHolder({ entry, owner }: Holder, binding: Binding): string {
  if (owner === binding) return 'spec.env names it twice';
  if (owner !== undefined) return `from ${describeBinding(owner)}`;
  return isProjectedVolume(entry) ? "another binding's, which stays as it is" : "the workload's own";
}
