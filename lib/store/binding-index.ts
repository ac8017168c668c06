/**
 * @module Bindings, found by what a workload has: its name, or one of its labels. A look-up costs what it finds, however
 * many bindings there are.
 *
 * Besides what a source says there is, a binding may be proposed: it is about to be stored, and its watch event is under
 * way. It is found instead of what the source says, until the source has caught up or the proposal is withdrawn.
 */
import type { GroupVersionKind } from '../api/kinds.ts';
import type { Binding, InvalidBinding } from '../binding/binding.ts';
import { namespacedKind } from '../resolve/lister.ts';
import { anchors, labelKey } from '../resolve/selector.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';

/** Of an object that cannot be used: what it is told from other states of itself, and from others of its name, by. */
export interface Stored extends Pick<Binding, 'generation' | 'deleting'> {
  /** As the API server had it; undefined where objects have none. */
  readonly version: string | undefined;
}

interface Entry extends Stored {
  readonly uid: string;
  readonly binding: Binding | undefined;
  readonly invalid: InvalidBinding | undefined;
}

const nameKey = (kind: string, name: string): string => `${kind}\nname\n${name}`;
const anchorKey = (kind: string, label: string): string => `${kind}\nlabel\n${label}`;
/** Selectors that ask for no label (empty, or only NotIn and DoesNotExist) are looked at for every workload. */
const anyKey = (kind: string): string => `${kind}\nany`;

function keysOf({ namespace, workload }: Binding): readonly string[] {
  const kind = namespacedKind(namespace, workload);
  if ('nothing' in workload.target) return [];
  if ('name' in workload.target) return [nameKey(kind, workload.target.name)];
  return anchors(workload.target.selector)?.map((label) => anchorKey(kind, label)) ?? [anyKey(kind)];
}

const serviceKey = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}/${kind}`;

/**
 * Whether a proposal is what a workload should find. Against another object of its name only if that one is going away:
 * otherwise the API server may well refuse it, since the name is taken.
 */
function prevails(proposal: Binding, entry: Entry | undefined): boolean {
  return entry === undefined || entry.uid === proposal.uid || entry.deleting;
}

export class BindingIndex {
  readonly #entries = new Map<string, Entry>();
  /** Where there is an entry of the same uid, that one is of an earlier generation. */
  readonly #proposals = new Map<string, Binding>();
  readonly #byUid = new Map<string, Binding>();
  /** A place is most often that of one binding: a map for it would take as much room as all the rest. */
  readonly #byKey = new Map<string, Binding | Map<string, Binding>>();
  /** Kinds of services with the number of references to them. */
  readonly #services = new Map<string, { readonly kind: GroupVersionKind; count: number }>();
  #revision = 0;

  /** Without proposals: those are counted once they are there. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether the object of this name is held in this very version. */
  isCurrent(key: string, version: string): boolean {
    return this.#entries.get(key)?.version === version;
  }

  put(key: string, binding: Binding, version: string | undefined): void {
    const { uid, generation, deleting } = binding;
    this.#enter(key, { uid, generation, deleting, binding, invalid: undefined, version });
  }

  putInvalid(key: string, invalid: InvalidBinding, stored: Stored): void {
    this.#enter(key, { ...stored, uid: invalid.uid, binding: undefined, invalid });
  }

  /**
   * False if there was nothing to remove. A proposal of another uid stays: what is gone is the object that stood in its
   * way.
   */
  remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#change(key, () => {
      this.#entries.delete(key);
      if (this.#proposals.get(key)?.uid === entry.uid) this.#proposals.delete(key);
    });
    return true;
  }

  /** Replaces an earlier proposal. It does nothing where the source already has this generation, or a later one. */
  propose(key: string, binding: Binding): void {
    const entry = this.#entries.get(key);
    if (entry?.uid === binding.uid && entry.generation >= binding.generation) return;
    this.#change(key, () => this.#proposals.set(key, binding));
  }

  /** False if it was no longer proposed. */
  withdraw(key: string, binding: Binding): boolean {
    if (this.#proposals.get(key) !== binding) return false;
    this.#change(key, () => this.#proposals.delete(key));
    return true;
  }

  get(key: string): Binding | undefined {
    const proposal = this.#proposals.get(key);
    const entry = this.#entries.get(key);
    return proposal !== undefined && prevails(proposal, entry) ? proposal : entry?.binding;
  }

  byUid(uid: string): Binding | undefined {
    return this.#byUid.get(uid);
  }

  invalid(key: string): InvalidBinding | undefined {
    return this.get(key) === undefined ? this.#entries.get(key)?.invalid : undefined;
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

  /** What the source says of a name, whatever is proposed. */
  storedAt(key: string): Binding | undefined {
    return this.#entries.get(key)?.binding;
  }

  /** The same of a uid. Proposals are few, and gone within seconds. */
  storedByUid(uid: string): Binding | undefined {
    for (const key of this.#proposals.keys()) {
      const entry = this.#entries.get(key);
      if (entry?.uid === uid) return entry.binding;
      if (this.#proposals.get(key)?.uid === uid) return undefined;
    }
    return this.#byUid.get(uid);
  }

  /** As {@link candidates}, going by what the source says alone. */
  storedCandidates(workload: WorkloadIdentity): readonly Binding[] {
    const found = this.candidates(workload);
    if (this.#proposals.size === 0) return found;
    const proposed = new Set(this.#proposals.values());
    const hidden = [...this.#proposals.keys()].flatMap((key) => this.#entries.get(key)?.binding ?? []);
    return [...new Set([...found.filter((binding) => !proposed.has(binding)), ...hidden])];
  }

  storedInvalid(key: string): InvalidBinding | undefined {
    return this.#entries.get(key)?.invalid;
  }

  /** Changes whenever {@link serviceKinds} does. */
  get serviceKindsRevision(): number {
    return this.#revision;
  }

  serviceKinds(): readonly GroupVersionKind[] {
    return [...this.#services.values()].map(({ kind }) => kind);
  }

  /** The source has caught up with a proposal once it says of the same object what is as new, or newer. */
  #enter(key: string, entry: Entry): void {
    this.#change(key, () => {
      this.#entries.set(key, entry);
      const proposal = this.#proposals.get(key);
      if (proposal?.uid === entry.uid && proposal.generation <= entry.generation) this.#proposals.delete(key);
    });
  }

  /** Does something to the entry or the proposal of a name, then brings the indexes in line. */
  #change(key: string, edit: () => void): void {
    const before = this.get(key);
    edit();
    const after = this.get(key);
    if (before === after) return;
    // Before the old ones are counted off: a kind that stays is never gone in between.
    for (const service of after?.services ?? []) this.#countService(service, 1);
    if (before !== undefined) this.#unindex(before);
    if (after !== undefined) this.#index(after);
  }

  #collect(place: string, into: Binding[]): void {
    const held = this.#byKey.get(place);
    if (held === undefined) return;
    if (held instanceof Map) into.push(...held.values());
    else into.push(held);
  }

  #index(binding: Binding): void {
    this.#byUid.set(binding.uid, binding);
    for (const place of keysOf(binding)) this.#hold(place, binding);
  }

  #hold(place: string, binding: Binding): void {
    const held = this.#byKey.get(place);
    if (held instanceof Map) held.set(binding.uid, binding);
    else if (held === undefined || held.uid === binding.uid) this.#byKey.set(place, binding);
    else
      this.#byKey.set(
        place,
        new Map([
          [held.uid, held],
          [binding.uid, binding],
        ]),
      );
  }

  #release(place: string, binding: Binding): void {
    const held = this.#byKey.get(place);
    // Another object of the same uid, as copied files have, may have taken the place.
    if (held === binding) this.#byKey.delete(place);
    if (!(held instanceof Map) || held.get(binding.uid) !== binding) return;
    held.delete(binding.uid);
    if (held.size === 0) this.#byKey.delete(place);
  }

  #unindex(binding: Binding): void {
    if (this.#byUid.get(binding.uid) === binding) this.#byUid.delete(binding.uid);
    for (const place of keysOf(binding)) this.#release(place, binding);
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
