/**
 * @module What ClusterServiceVersions say of the kinds in a namespace. The Operator Lifecycle Manager copies each of them
 * into every namespace, and each Secret asks for all of its own: they are listed once, and again when one has changed.
 */
import type { SourceState } from '../../../lib/generate/generation.ts';
import { withDescriptorsAlone } from '../../../lib/generate/descriptors.ts';
import { BoundedMap } from '../../kube/bounded-map.ts';

/** So many namespaces at most: some kilobytes for each operator in each of them. */
const NAMESPACES = 200;

interface Kept {
  /** The watch that tells of changes. */
  readonly watch: number;
  readonly listing: Promise<SourceState>;
}

export class ServiceVersions {
  readonly #watch: () => number | undefined;
  readonly #kept = new BoundedMap<Kept>(NAMESPACES);

  /**
   * `watch`: which watch it is that has {@link changed} called for each change; undefined while there is none. Of what
   * goes between two watches nobody tells, so that what was kept during the one is nothing to the other.
   */
  constructor(watch: () => number | undefined) {
    this.#watch = watch;
  }

  /** Those in a namespace. Whoever asks has to have said before that changes of them concern it. */
  async of(namespace: string, list: () => Promise<SourceState>): Promise<SourceState> {
    const watch = this.#watch();
    if (watch === undefined) return await list();
    const known = this.#kept.get(namespace);
    if (known?.watch === watch) return await known.listing;
    const kept: Kept = { watch, listing: list().then(trimmed) };
    this.#kept.set(namespace, kept);
    try {
      const state = await kept.listing;
      // A right that is granted changes none of them.
      if (state.state !== 'found') this.#drop(namespace, kept);
      return state;
    } catch (error) {
      this.#drop(namespace, kept);
      throw error;
    }
  }

  /** One of them in the namespace: a list that is under way may have it as it was. */
  changed(namespace: string): void {
    this.#kept.delete(namespace);
  }

  clear(): void {
    this.#kept.clear();
  }

  #drop(namespace: string, kept: Kept): void {
    if (this.#kept.get(namespace) === kept) this.#kept.delete(namespace);
  }
}

function trimmed(state: SourceState): SourceState {
  return state.state === 'found'
    ? { state: 'found', objects: state.objects.map(withDescriptorsAlone) }
    : state;
}
