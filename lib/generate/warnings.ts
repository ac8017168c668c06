/**
 * @module What the user should know: each thing once, and not without end.
 */
import { cut } from './failure.ts';

const maxWarnings = 20;

export class Warnings {
  readonly #warnings = new Set<string>();
  #more = 0;

  add(warning: string): void {
    const text = cut(warning);
    if (this.#warnings.has(text)) return;
    if (this.#warnings.size < maxWarnings) this.#warnings.add(text);
    else this.#more += 1;
  }

  get list(): readonly string[] {
    return this.#more === 0 ? [...this.#warnings] : [...this.#warnings, `and ${this.#more} more warnings`];
  }
}
