/**
 * @module An index from one text to the keys of what it concerns: most often of one object, rarely of thousands.
 */
export class KeyIndex {
  /** A set takes some 200 bytes, which ten thousand texts with one key each can do without. */
  readonly #keys = new Map<string, string | Set<string>>();

  add(at: string, key: string): void {
    const keys = this.#keys.get(at);
    if (keys === undefined) this.#keys.set(at, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#keys.set(at, new Set([keys, key]));
  }

  delete(at: string, key: string): void {
    const keys = this.#keys.get(at);
    if (keys === key) this.#keys.delete(at);
    if (keys === undefined || typeof keys === 'string') return;
    keys.delete(key);
    if (keys.size === 0) this.#keys.delete(at);
  }

  /** In the order in which they were added. */
  at(at: string): readonly string[] {
    const keys = this.#keys.get(at);
    if (keys === undefined) return [];
    return typeof keys === 'string' ? [keys] : [...keys];
  }
}
