/**
 * @module A limit that allows a burst and then a steady rate.
 */
import type { Timing } from './timing.ts';

export interface TokenBucketOptions {
  readonly burst: number;
  readonly perSecond: number;
  readonly timing: Pick<Timing, 'now'>;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAt: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAt = options.timing.now();
  }

  /** False if there is none left. */
  take(): boolean {
    const { burst, perSecond, timing } = this.#options;
    const now = timing.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
