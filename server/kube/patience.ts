/**
 * @module How long to wait after a failure: longer with each in a row, and as long as what failed gives reason to.
 */
import { type BackoffLimits, backoffMs } from './backoff.ts';
import { ApiError, hasStatus, TransportError } from './errors.ts';

/**
 * An API server that cannot be reached is not burdened by another attempt, and until one succeeds what is known grows
 * older.
 */
const AWAY: BackoffLimits = { baseMs: 800, capMs: 5_000 };

export class Patience {
  readonly #random: () => number;
  /** In a row. */
  #failures = 0;
  /** A 410 was answered, and nothing has succeeded since. */
  #isExpired = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#isExpired = false;
  }

  /** Milliseconds. */
  failed(error: unknown): number {
    // Somebody is there again who was away, and has begun to remember anew: there is nothing to wait for. But only once.
    if (hasStatus(error, 410) && !this.#isExpired) {
      this.#isExpired = true;
      this.#failures = 0;
    }
    this.#failures += 1;
    const retryAfterSeconds = error instanceof ApiError ? error.retryAfterSeconds : undefined;
    const attempt = { failures: this.#failures, random: this.#random(), retryAfterSeconds };
    return backoffMs(attempt, error instanceof TransportError ? AWAY : undefined);
  }
}
