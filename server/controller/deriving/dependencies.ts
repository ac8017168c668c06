/**
 * @module What the Secrets of bindings were made from, so that a change of any of it is told from all other changes.
 */
import { groupKindKey, type GroupKind } from '../../../lib/api/kinds.ts';
import type { BindingKey } from '../bindings.ts';
import { KeyIndex } from '../key-index.ts';

/** Names one thing that a Secret depends on. */
export type DependencyKey = string;

/** An object, whether it is there or not. */
export const onObject = (
  kind: GroupKind,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): DependencyKey => `${groupKindKey(kind)}/${namespace}/${name}`;

/** The objects of a kind that an object owns. */
export const onOwned = (kind: GroupKind, owner: string): DependencyKey =>
  `${groupKindKey(kind)} owned by ${owner}`;

/** All objects of a kind in a namespace. */
export const onAll = (kind: GroupKind, namespace: string): DependencyKey =>
  `${groupKindKey(kind)} in ${namespace}`;

/** With the version that was read; undefined for what was not there, and for what no single version stands for. */
export type Dependency = readonly [key: DependencyKey, resourceVersion: string | undefined];

interface Known {
  readonly kinds: ReadonlyMap<string, GroupKind>;
  readonly versions: Map<DependencyKey, string | undefined>;
}

export class Dependencies {
  readonly #byBinding = new Map<BindingKey, Known>();
  readonly #byKey = new KeyIndex();
  readonly #kinds = new Map<string, { readonly kind: GroupKind; count: number }>();
  readonly #onKinds: () => void;

  /** `onKinds` is called whenever {@link kinds} may have changed. */
  constructor(onKinds: () => void) {
    this.#onKinds = onKinds;
  }

  /**
   * About to be read: whatever happens to it from now on concerns the binding, until {@link set} says what was read. What
   * changed in between would be told to nobody otherwise.
   */
  expect(binding: BindingKey, key: DependencyKey): void {
    const known = this.#byBinding.get(binding) ?? { kinds: new Map(), versions: new Map() };
    this.#byBinding.set(binding, known);
    if (known.versions.has(key)) return;
    known.versions.set(key, undefined);
    this.#byKey.add(key, binding);
  }

  /** What the Secret of a binding was made from last, all of it. */
  set(binding: BindingKey, dependencies: readonly Dependency[], kinds: readonly GroupKind[]): void {
    const next: Known = {
      versions: new Map(dependencies),
      kinds: new Map(kinds.map((kind) => [groupKindKey(kind), kind])),
    };
    // Before the old ones are counted off: a kind that stays is never gone in between.
    for (const kind of next.kinds.values()) this.#count(kind, 1);
    this.#drop(binding);
    this.#byBinding.set(binding, next);
    for (const key of next.versions.keys()) this.#byKey.add(key, binding);
    this.#onKinds();
  }

  forget(binding: BindingKey): void {
    if (!this.#byBinding.has(binding)) return;
    this.#drop(binding);
    this.#onKinds();
  }

  clear(): void {
    for (const binding of this.#byBinding.keys()) this.#drop(binding);
    this.#onKinds();
  }

  /** The kinds whose objects Secrets depend on. */
  kinds(): readonly GroupKind[] {
    return [...this.#kinds.values()].map(({ kind }) => kind);
  }

  /** The bindings whose Secret may become another; those that have seen this very version know it already. */
  concerned(key: DependencyKey, resourceVersion?: string): readonly BindingKey[] {
    return this.#byKey.at(key).filter((binding) => {
      const seen = this.#byBinding.get(binding)?.versions.get(key);
      return resourceVersion === undefined || seen !== resourceVersion;
    });
  }

  /** The bindings that have read an object of the kind which is not among those that there are. */
  missing(kind: GroupKind, present: ReadonlySet<DependencyKey>): readonly BindingKey[] {
    const objects = `${groupKindKey(kind)}/`;
    const isMissing = ([key, version]: Dependency): boolean =>
      version !== undefined && key.startsWith(objects) && !present.has(key);
    return [...this.#byBinding]
      .filter(([, { versions }]) => [...versions].some(isMissing))
      .map(([binding]) => binding);
  }

  #drop(binding: BindingKey): void {
    const known = this.#byBinding.get(binding);
    if (known === undefined) return;
    for (const key of known.versions.keys()) this.#byKey.delete(key, binding);
    for (const kind of known.kinds.values()) this.#count(kind, -1);
    this.#byBinding.delete(binding);
  }

  #count(kind: GroupKind, by: number): void {
    const key = groupKindKey(kind);
    const counted = this.#kinds.get(key) ?? { kind, count: 0 };
    counted.count += by;
    if (counted.count > 0) this.#kinds.set(key, counted);
    else this.#kinds.delete(key);
  }
}
