/**
 * @module Chance that can be repeated: the same seed, the same choices.
 */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number, at least 0, less than that. */
  below(limit: number): number;
  /** True so often in 100 times. */
  percent(times: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** The generator mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    percent: (times) => next() * 100 < times,
    pick: (items) => items[below(items.length)] ?? items[0],
  };
}
