/**
 * @module Work in slices: it pauses now and then, so that whoever drives it can let others have a turn.
 */

/** Comes to a result, with pauses on the way to it. */
export type Slices<T> = Generator<void, T, void>;

/** For whoever may be held up. */
export function inOneGo<T>(slices: Slices<T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done === true) return value;
  }
}
