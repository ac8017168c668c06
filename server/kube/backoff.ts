/**
 * @module How long to wait before the next attempt.
 */

export interface BackoffLimits {
  /** After the first failure. */
  readonly baseMs: number;
  /** The longest wait, unless the server itself asks for more. */
  readonly capMs: number;
}

const BACKOFF: BackoffLimits = { baseMs: 800, capMs: 30_000 };

/** However long a server asks us to stay away, we look again after this. */
const LONGEST_RETRY_AFTER_MS = 120_000;

export interface Attempt {
  /** Failures in a row, at least 1. */
  readonly failures: number;
  /** At least 0, less than 1. */
  readonly random: number;
  /** From a Retry-After header. */
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Doubles with each failure up to the cap. The upper half of it is left to chance, so that the replicas and reflectors
 * that lost the API server in one moment do not come back in one moment.
 */
export function backoffMs(
  { failures, random, retryAfterSeconds = 0 }: Attempt,
  { baseMs, capMs }: BackoffLimits = BACKOFF,
): number {
  const wait = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
  const asked = Math.min(retryAfterSeconds * 1000, LONGEST_RETRY_AFTER_MS);
  return asked > wait ? asked * (1 + random / 4) : (wait / 2) * (1 + random);
}

/** A steady interval, up to a fifth longer or shorter by chance. */
export function jittered(ms: number, random: number): number {
  return ms * (0.8 + 0.4 * random);
}
