/**
 * @module The text that a template makes.
 */

import type { Budget } from './budget.ts';
import { byteLength, rejoin } from './bytes.ts';

export class Output {
  readonly #budget: Budget;
  readonly #parts: string[] = [];
  #bytes = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  write(text: string): void {
    this.#budget.spendOn(text);
    this.#bytes += byteLength(text);
    this.#budget.grow(this.#bytes);
    this.#parts.push(text);
  }

  /** The whole as text; bytes that are no UTF-8 become U+FFFD, as they do when Go writes JSON. */
  finish(): string {
    return rejoin(this.#parts.join('')).toWellFormed();
  }
}
