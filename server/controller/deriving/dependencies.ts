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
  readonly versions: ReadonlyMap<DependencyKey, string | undefined>;
}

export class Dependencies {
  readonly #byBinding = new Map<BindingKey, Known>();
  readonly #byKey = new KeyIndex();
  readonly #onKinds: () => void;

  /** `onKinds` is called whenever {@link kinds} may have changed. */
  constructor(onKinds: () => void) {
    this.#onKinds = onKinds;
  }

  /** What the Secret of a binding was made from last, all of it. */
  set(binding: BindingKey, dependencies: readonly Dependency[], kinds: readonly GroupKind[]): void {
    this.#drop(binding);
    const versions = new Map(dependencies);
    this.#byBinding.set(binding, {
      versions,
      kinds: new Map(kinds.map((kind) => [groupKindKey(kind), kind])),
    });
    for (const key of versions.keys()) this.#byKey.add(key, binding);
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
    return [...new Map([...this.#byBinding.values()].flatMap(({ kinds }) => [...kinds])).values()];
  }

  /** The bindings whose Secret may become another; those that have seen this very version know it already. */
  concerned(key: DependencyKey, resourceVersion?: string): readonly BindingKey[] {
    return this.#byKey.at(key).filter((binding) => {
      const seen = this.#byBinding.get(binding)?.versions.get(key);
      return resourceVersion === undefined || seen !== resourceVersion;
    });
  }

  #drop(binding: BindingKey): void {
    for (const key of this.#byBinding.get(binding)?.versions.keys() ?? []) this.#byKey.delete(key, binding);
    this.#byBinding.delete(binding);
  }
}
