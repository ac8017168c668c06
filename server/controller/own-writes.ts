/**
 * @module The versions that our own writes made: what a watch says may be older.
 */
import { isOlder } from '../kube/resource-version.ts';

/**
 * How long a write of our own is held to be newer than what a watch says. An event that was under way comes within
 * milliseconds; but a cluster that was restored from a backup counts from an older number, and has to be believed.
 */
const TRUST_MS = 10_000;

/** The versions that our own writes made, until the watch has caught up with them. */
export class OwnWrites {
  readonly #written = new Map<string, { readonly version: string; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(key: string, version: string): void {
    this.#written.set(key, { version, until: this.#now() + TRUST_MS });
  }

  /** Whether what a watch says is older than what our own write brought back. */
  isStale(key: string, version: string): boolean {
    const written = this.#written.get(key);
    if (written === undefined) return false;
    if (this.#now() < written.until && isOlder(version, written.version)) return true;
    this.#written.delete(key);
    return false;
  }

  forget(key: string): void {
    this.#written.delete(key);
  }
}
