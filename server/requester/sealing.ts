/**
 * @module What requesters are sealed with, here and now: the key, bound to the very webhook configuration by which the API
 * server has every binding stamped. While there was none, anybody could store anything, with a seal too that somebody got
 * by asking Cleat directly. Whoever installs it anew makes another one, and what was sealed before is void.
 */
import { boundKey } from '../../lib/requester/seal.ts';
import type { SealKey } from '../../lib/requester/stamp.ts';
import { systemTiming, type Timing } from '../kube/timing.ts';
import { within } from '../kube/within.ts';
import type { RequesterKey } from './key-source.ts';

export interface SealingOptions {
  readonly key: Pick<RequesterKey, 'current' | 'ready' | 'doubt' | 'subscribe' | 'stop'>;
  /** The uid of the configuration, as the API server has it at this moment; undefined if nobody has bindings stamped. */
  readonly webhook: () => Promise<string | undefined>;
  readonly timing?: Timing;
}

/** An admission takes what was known a moment ago: at worst its seal is void. */
const FRESH_MS = 1_000;

/** The API server gives up after 5 s. */
const PATIENCE_MS = 3_000;

const UNSTAMPED =
  'the MutatingWebhookConfiguration cleat has no webhook requesters.webhook.cleat.dev, or it does not refuse what Cleat cannot stamp; re-apply the installation';

export class Sealing {
  readonly #options: SealingOptions;
  readonly #timing: Timing;
  #webhook: string | undefined;
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(options: SealingOptions) {
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
  }

  /** Returns once there is something to seal with, or at any rate when an admission has waited long enough. */
  async ready(): Promise<void> {
    // Beside each other: the API server waits for both together.
    await Promise.all([this.#options.key.ready(), this.#webhookReady()]);
  }

  /** What is known. */
  current(): SealKey {
    const current = this.#options.key.current();
    if ('problem' in current) return current;
    if (this.#webhook === undefined) return { problem: UNSTAMPED };
    return { key: boundKey(current.key, this.#webhook) };
  }

  /**
   * What holds at this moment, for whoever believes a seal: what is stored was stored before. Undefined if nobody has
   * bindings stamped. Throws what passes by itself.
   */
  async verifying(): Promise<SealKey | undefined> {
    await this.#options.key.ready();
    await this.#read();
    return this.#webhook === undefined ? undefined : this.current();
  }

  /** See {@link RequesterKey.doubt}. */
  doubt(): void {
    this.#options.key.doubt();
  }

  /** See {@link RequesterKey.subscribe}. */
  subscribe(listener: () => void): () => void {
    return this.#options.key.subscribe(listener);
  }

  stop(): void {
    this.#options.key.stop();
  }

  async #webhookReady(): Promise<void> {
    if (this.#timing.now() - this.#readAt < FRESH_MS) return;
    // One question for all that wait. What was known stays known if there is no answer.
    this.#reading ??= this.#read().finally(() => void (this.#reading = undefined));
    const reading = this.#reading.catch(() => {});
    await within(this.#timing, PATIENCE_MS, async () => await reading);
  }

  async #read(): Promise<void> {
    this.#webhook = await this.#options.webhook();
    this.#readAt = this.#timing.now();
  }
}
