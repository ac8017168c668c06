/**
 * @module Reflectors of kinds that bindings name: they come and go with those bindings.
 */
import { groupKindKey, type GroupKind, type GroupVersionKind } from '../../../lib/api/kinds.ts';
import type { Reflector, ReflectorState } from '../../kube/reflector.ts';
import type { Timing } from '../../kube/timing.ts';

export interface KindReflectorsOptions {
  readonly graceMs: number;
  readonly timing: Timing;
  /** The version to ask for may change while the reflector runs. */
  readonly create: (kind: GroupKind, version: () => string | undefined) => Reflector;
}

interface Entry {
  readonly reflector: Reflector;
  /** No binding names the kind any more: aborted if one does so in time. */
  grace?: AbortController;
}

export class KindReflectors {
  readonly #options: KindReflectorsOptions;
  readonly #stop = new AbortController();
  readonly #entries = new Map<string, Entry>();
  readonly #ending = new Set<Promise<void>>();
  #wanted = new Map<string, GroupVersionKind>();

  constructor(options: KindReflectorsOptions) {
    this.#options = options;
  }

  set(kinds: readonly GroupVersionKind[]): void {
    // Of a kind that is named in several versions, the first: any of them shows the same objects.
    this.#wanted = new Map([...kinds].reverse().map((kind) => [groupKindKey(kind), kind]));
    this.#adjust();
  }

  state(kind: GroupKind): ReflectorState | undefined {
    return this.#entries.get(groupKindKey(kind))?.reflector.state();
  }

  /** The kinds that bindings name now. */
  named(): readonly GroupKind[] {
    return [...this.#wanted.values()];
  }

  reflectors(): readonly Reflector[] {
    return [...this.#entries.values()].map(({ reflector }) => reflector);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const { grace } of this.#entries.values()) grace?.abort();
    await Promise.all([...this.#ending, ...this.reflectors().map((reflector) => reflector.stop())]);
  }

  #adjust(): void {
    if (this.#stop.signal.aborted) return;
    for (const [key, kind] of this.#wanted) {
      const entry = this.#entries.get(key);
      if (entry) entry.grace?.abort();
      else this.#begin(key, kind);
    }
    for (const [key, entry] of this.#entries) {
      if (!this.#wanted.has(key) && !entry.grace) this.#endLater(key, entry);
    }
  }

  #begin(key: string, kind: GroupVersionKind): void {
    const reflector = this.#options.create(kind, () => this.#wanted.get(key)?.version);
    this.#entries.set(key, { reflector });
    reflector.start();
  }

  #endLater(key: string, entry: Entry): void {
    const grace = new AbortController();
    entry.grace = grace;
    const ending = this.#end(key, entry, grace.signal).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** While it ends its entry stays, so that a successor never meets it: that one begins when this is over. */
  async #end(key: string, entry: Entry, reprieve: AbortSignal): Promise<void> {
    await this.#options.timing.sleep(this.#options.graceMs, reprieve);
    if (reprieve.aborted) {
      delete entry.grace;
    } else {
      await entry.reflector.forget();
      this.#entries.delete(key);
    }
    this.#adjust();
  }
}
