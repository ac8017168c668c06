/**
 * @module What ClusterServiceVersions say of the kinds in a namespace. The Operator Lifecycle Manager copies each of them
 * into every namespace, and each Secret asks for all of its own: they are listed once, and again when one has changed.
 */
import type { SourceState } from '../../../lib/generate/generation.ts';
import { withDescriptorsAlone } from '../../../lib/generate/descriptors.ts';
import { BoundedMap } from '../../kube/bounded-map.ts';

/** So many namespaces at most: some kilobytes for each operator in each of them. */
const NAMESPACES = 200;

export class ServiceVersions {
  readonly #isWatched: () => boolean;
  readonly #lists = new BoundedMap<Promise<SourceState>>(NAMESPACES);

  /** `isWatched`: whether {@link changed} is called for each change. Without that nothing is kept. */
  constructor(isWatched: () => boolean) {
    this.#isWatched = isWatched;
  }

  /** Those in a namespace. Whoever asks has to have said before that changes of them concern it. */
  async of(namespace: string, list: () => Promise<SourceState>): Promise<SourceState> {
    if (!this.#isWatched()) return await list();
    const known = this.#lists.get(namespace);
    if (known !== undefined) return await known;
    const listing = list().then(trimmed);
    this.#lists.set(namespace, listing);
    try {
      const state = await listing;
      // A right that is granted changes none of them.
      if (state.state !== 'found') this.#drop(namespace, listing);
      return state;
    } catch (error) {
      this.#drop(namespace, listing);
      throw error;
    }
  }

  /** One of them in the namespace: a list that is under way may have it as it was. */
  changed(namespace: string): void {
    this.#lists.delete(namespace);
  }

  clear(): void {
    this.#lists.clear();
  }

  #drop(namespace: string, listing: Promise<SourceState>): void {
    if (this.#lists.get(namespace) === listing) this.#lists.delete(namespace);
  }
}

function trimmed(state: SourceState): SourceState {
  return state.state === 'found'
    ? { state: 'found', objects: state.objects.map(withDescriptorsAlone) }
    : state;
}
