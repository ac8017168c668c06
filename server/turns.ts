/**
 * @module Work in slices, between which everybody else has a turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Slices } from '../lib/api/slices.ts';

/** What needs no more than one slice is done at once. */
export function inTurns<T>(slices: Slices<T>): T | Promise<T> {
  const { done, value } = slices.next();
  return done === true ? value : rest(slices);
}

async function rest<T>(slices: Slices<T>): Promise<T> {
  for (;;) {
    await nextTurn();
    const { done, value } = slices.next();
    if (done === true) return value;
  }
}
