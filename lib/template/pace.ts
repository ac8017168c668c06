/**
 * @module How much of a source is read in one go.
 */

/** So many tokens are cut, or read, within some 5 ms; by code that the engine has not seen before, 20 ms. */
const tokensPerSlice = 2000;

/** Tells when a slice is over. */
export class Pace {
  #end = tokensPerSlice;

  /** `tokens` is how far the work has come. */
  isOver(tokens: number): boolean {
    if (tokens < this.#end) return false;
    this.#end = tokens + tokensPerSlice;
    return true;
  }
}
