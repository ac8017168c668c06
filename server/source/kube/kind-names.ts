/**
 * @module The kinds behind plurals: references may name a resource instead of a kind, and only the API server knows which
 * kind that is. It is asked, and where Cleat is told of CustomResourceDefinitions a new kind is known at once.
 */
import { dig, type JsonObject, textOf } from '../../../lib/api/json.ts';
import { CUSTOM_RESOURCE_DEFINITION, groupKindKey } from '../../../lib/api/kinds.ts';
import type { ObjectSink } from '../../../lib/api/sink.ts';
import { typeOf } from '../../../lib/parse/meta.ts';
import type { RestMapper } from '../../kube/discovery.ts';
import { describeError } from '../../kube/errors.ts';
import type { Log } from '../../kube/log.ts';
import type { Timing } from '../../kube/timing.ts';

export interface KindNamesOptions {
  readonly mapper: Pick<RestMapper, 'resolvePlural'>;
  /** A kind that was asked for in vain before is known now. */
  readonly onLearned: () => void;
  readonly log: Log;
  readonly timing: Timing;
}

/** A CustomResourceDefinition that is missing may come any time. */
const AGAIN_MS = 30_000;

const DEFINITION = groupKindKey(CUSTOM_RESOURCE_DEFINITION);

export class KindNames implements ObjectSink {
  readonly #options: KindNamesOptions;
  readonly #end = new AbortController();
  readonly #kinds = new Map<string, string>();
  readonly #searches = new Set<string>();

  constructor(options: KindNamesOptions) {
    this.#options = options;
  }

  /** Undefined as long as it is not known; asking begins the search for it. */
  readonly kindOf = (group: string, plural: string): string | undefined => {
    const key = `${plural}.${group}`;
    const kind = this.#kinds.get(key);
    if (kind === undefined && !this.#searches.has(key)) {
      this.#searches.add(key);
      void this.#search(key, { group, plural });
    }
    return kind;
  };

  /** Definitions are named as they are searched for: `plural.group`. */
  upsert(object: JsonObject): void {
    if (groupKindKey(typeOf(object)) !== DEFINITION) return;
    const kind = textOf(dig(object, 'spec', 'names', 'kind'));
    if (kind !== '') this.#learn(textOf(dig(object, 'metadata', 'name')), kind);
  }

  /** What a plural was it will be, should it come back. */
  remove(): void {}
  synced(): void {}

  stop(): void {
    this.#end.abort();
  }

  async #search(key: string, resource: { readonly group: string; readonly plural: string }): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted && !this.#kinds.has(key)) {
      const kind = await this.#ask(resource);
      if (kind === undefined) await this.#options.timing.sleep(AGAIN_MS, signal);
      else this.#learn(key, kind);
    }
  }

  #learn(key: string, kind: string): void {
    if (!this.#searches.has(key) || this.#kinds.has(key)) return;
    this.#kinds.set(key, kind);
    this.#options.onLearned();
  }

  async #ask(resource: { readonly group: string; readonly plural: string }): Promise<string | undefined> {
    try {
      return (await this.#options.mapper.resolvePlural(resource))?.kind;
    } catch (error) {
      this.#options.log.debug(
        { resource, problem: describeError(error) },
        'the kind of a resource is not known',
      );
      return undefined;
    }
  }
}
