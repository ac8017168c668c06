/**
 * @module ServiceBindings that were admitted and whose watch events are still under way, so that a workload that is
 * applied in the same breath finds them. Whether the API server has stored them in the end nobody says, hence the limit
 * in time.
 */
import type { JsonObject } from '../lib/api/json.ts';
import { identityOf } from '../lib/parse/meta.ts';
import type { Store } from '../lib/store/store.ts';

/** A watch delivers within a second as a rule. What is not there after five was refused after Cleat had been asked. */
const TTL_MS = 5_000;
/** Some megabytes. Whoever applies more at once has the oldest of them bound by the controller. */
const MAX_PROPOSALS = 10_000;

export interface OverlayOptions {
  readonly store: Pick<Store, 'propose'>;
  /** Calls back after a time; returns what calls it off. */
  readonly schedule?: (callback: () => void, ms: number) => () => void;
  readonly ttlMs?: number;
  readonly max?: number;
}

/** A process that is done does not stay for a proposal's sake. */
function later(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
}

export class Overlay {
  readonly #options: Required<OverlayOptions>;
  /** By the object's name, the oldest first. */
  readonly #ends = new Map<string, () => void>();

  constructor(options: OverlayOptions) {
    this.#options = { schedule: later, ttlMs: TTL_MS, max: MAX_PROPOSALS, ...options };
  }

  get size(): number {
    return this.#ends.size;
  }

  /** Proposes an admitted object; an earlier proposal of the same name ends. */
  add(object: JsonObject): void {
    const identity = identityOf(object);
    if (identity === undefined) return;
    const { store, schedule, ttlMs, max } = this.#options;
    const key = `${identity.namespace}/${identity.name}`;
    // First the new one, so that nobody sees the state from before both in between.
    const withdraw = store.propose(object);
    this.#ends.get(key)?.();
    const cancel = schedule(() => this.#ends.get(key)?.(), ttlMs);
    this.#ends.set(key, () => {
      this.#ends.delete(key);
      cancel();
      withdraw();
    });
    if (this.#ends.size > max) this.#ends.values().next().value?.();
  }

  /** Withdraws all of them. */
  stop(): void {
    for (const end of this.#ends.values()) end();
  }
}
