/**
 * @module How much a template may do.
 */

import { Fault } from './fault.ts';

export interface Limits {
  /** Bytes of the result, and of each text made on the way to it. */
  readonly output: number;
  /** Units of work: a node, an operand, a value printed, 32 characters copied, 1 to 8 looked at. One takes a microsecond at most. */
  readonly steps: number;
  /** How deep templates call each other. */
  readonly calls: number;
}

/** What runs in slices may take its time: about a second of work. */
export const slicedLimits: Limits = { output: 1024 * 1024, steps: 1_000_000, calls: 1000 };

/** What runs in one go must not hold up anybody else: some 50 ms. */
export const limits: Limits = { ...slicedLimits, steps: 50_000 };

/** A slice ends at the first action after so many steps, which is some 10 ms. */
export const stepsPerSlice = 10_000;

/** What a single action may take, since nothing can come between: with the slice before it some 60 ms. */
export const stepsPerAction = 50_000;

/** How deep values nest that are printed: each level takes some frames of the stack. */
export const maxValueDepth = 500;

/** Counts what is done, and stops it when it is too much. */
export class Budget {
  readonly limits: Limits;
  #spent = 0;
  #actionEnd = stepsPerAction;
  #sliceEnd = stepsPerSlice;
  readonly #sizes = new WeakMap<object, number>();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** What was done so far, in steps. */
  get spent(): number {
    return this.#spent;
  }

  /** Charges steps; called before the work or, where only the result tells its size, right after. */
  spend(steps: number): void {
    this.#spent += steps;
    if (this.#spent > this.limits.steps) throw new Fault(`takes more than ${this.limits.steps} steps`);
    if (this.#spent > this.#actionEnd) throw new Fault(`one action takes more than ${stepsPerAction} steps`);
  }

  /** Charges the work on a text as a whole; one with bytes that are no characters is gone through by hand. */
  spendOn(text: string): void {
    if (text.isWellFormed()) this.spend(1 + (text.length >> 5));
    else this.spendOnEach(text);
  }

  /** Charges the work on a text, character by character, as many of them in a step as the work is quick. */
  spendOnEach(text: string, unitsPerStep = 8): void {
    this.spend(1 + Math.floor(text.length / unitsPerStep));
  }

  /** How many members a map has: to count them, or to see whether there are any, all are gone through, so once for each map. */
  sizeOf(map: object): number {
    const known = this.#sizes.get(map);
    if (known !== undefined) return known;
    const size = Object.keys(map).length;
    this.#sizes.set(map, size);
    this.spend(size >> 1);
    return size;
  }

  /** Says that a text of so many bytes, or UTF-16 units, comes into being. */
  grow(size: number): void {
    if (size > this.limits.output) {
      throw new Fault(`makes a text of more than ${this.limits.output} bytes`);
    }
  }

  /** A new action begins. True if the slice is over. */
  next(): boolean {
    this.#actionEnd = this.#spent + stepsPerAction;
    if (this.#spent < this.#sliceEnd) return false;
    this.#sliceEnd = this.#spent + stepsPerSlice;
    return true;
  }
}
