/**
 * @module Bindings, found by what a workload has: its name, or one of its labels. A look-up costs what it finds, however
 * many bindings there are.
 */
import type { GroupVersionKind } from '../api/kinds.ts';
import type { Binding, InvalidBinding } from '../binding/binding.ts';
import { namespacedKind } from '../resolve/lister.ts';
import { anchors, labelKey } from '../resolve/selector.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';

interface Entry {
  readonly binding: Binding | undefined;
  readonly invalid: InvalidBinding | undefined;
  /** As the API server had it; undefined where objects have none. */
  readonly version: string | undefined;
}

const nameKey = (kind: string, name: string): string => `${kind}\nname\n${name}`;
const anchorKey = (kind: string, label: string): string => `${kind}\nlabel\n${label}`;
/** Selectors that ask for no label (empty, or only NotIn and DoesNotExist) are looked at for every workload. */
const anyKey = (kind: string): string => `${kind}\nany`;

function keysOf({ namespace, workload }: Binding): readonly string[] {
  const kind = namespacedKind(namespace, workload);
  if ('name' in workload.target) return [nameKey(kind, workload.target.name)];
  return anchors(workload.target.selector)?.map((label) => anchorKey(kind, label)) ?? [anyKey(kind)];
}

const serviceKey = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}/${kind}`;

export class BindingIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #byUid = new Map<string, Binding>();
  readonly #byKey = new Map<string, Map<string, Binding>>();
  /** Kinds of services with the number of references to them. */
  readonly #services = new Map<string, { readonly kind: GroupVersionKind; count: number }>();
  #revision = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Whether the object of this name is held in this very version. */
  isCurrent(key: string, version: string): boolean {
    return this.#entries.get(key)?.version === version;
  }

  put(key: string, binding: Binding, version: string | undefined): void {
    // Before the old ones are counted off: a kind that stays is never gone in between.
    for (const service of binding.services) this.#countService(service, 1);
    this.remove(key);
    this.#entries.set(key, { binding, invalid: undefined, version });
    this.#byUid.set(binding.uid, binding);
    for (const place of keysOf(binding)) {
      const held = this.#byKey.get(place);
      if (held === undefined) this.#byKey.set(place, new Map([[binding.uid, binding]]));
      else held.set(binding.uid, binding);
    }
  }

  putInvalid(key: string, invalid: InvalidBinding, version: string | undefined): void {
    this.remove(key);
    this.#entries.set(key, { binding: undefined, invalid, version });
  }

  /** False if there was nothing to remove. */
  remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    if (entry.binding !== undefined) this.#unindex(entry.binding);
    return true;
  }

  get(key: string): Binding | undefined {
    return this.#entries.get(key)?.binding;
  }

  byUid(uid: string): Binding | undefined {
    return this.#byUid.get(uid);
  }

  invalid(key: string): InvalidBinding | undefined {
    return this.#entries.get(key)?.invalid;
  }

  /** All bindings that target the workload, and a few that do not: those whose selector asks for more than one label. */
  candidates(workload: WorkloadIdentity): readonly Binding[] {
    const kind = namespacedKind(workload.namespace, workload);
    const found: Binding[] = [];
    this.#collect(nameKey(kind, workload.name), found);
    for (const [key, value] of workload.labels) {
      this.#collect(anchorKey(kind, labelKey(key, value)), found);
      this.#collect(anchorKey(kind, labelKey(key)), found);
    }
    this.#collect(anyKey(kind), found);
    return found;
  }

  /** Changes whenever {@link serviceKinds} does. */
  get serviceKindsRevision(): number {
    return this.#revision;
  }

  serviceKinds(): readonly GroupVersionKind[] {
    return [...this.#services.values()].map(({ kind }) => kind);
  }

  #collect(place: string, into: Binding[]): void {
    const held = this.#byKey.get(place);
    for (const binding of held?.values() ?? []) into.push(binding);
  }

  #unindex(binding: Binding): void {
    if (this.#byUid.get(binding.uid) === binding) this.#byUid.delete(binding.uid);
    for (const place of keysOf(binding)) {
      const held = this.#byKey.get(place);
      // Another object of the same uid, as copied files have, may have taken the place.
      if (held?.get(binding.uid) === binding) held.delete(binding.uid);
      if (held?.size === 0) this.#byKey.delete(place);
    }
    for (const service of binding.services) this.#countService(service, -1);
  }

  #countService(service: GroupVersionKind, by: number): void {
    const key = serviceKey(service);
    const { group, version, kind } = service;
    const counted = this.#services.get(key) ?? { kind: { group, version, kind }, count: 0 };
    const before = counted.count;
    counted.count += by;
    if (counted.count > 0) this.#services.set(key, counted);
    else this.#services.delete(key);
    if ((before === 0) !== (counted.count === 0)) this.#revision += 1;
  }
}
