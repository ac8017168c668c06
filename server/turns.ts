/**
 * @module Turns of the event loop: how long work lets others go first.
 */
import { setImmediate as afterEvents } from 'node:timers/promises';
import type { Slices } from '../lib/api/slices.ts';

let last: Promise<void> = Promise.resolve();

/**
 * Returns once the events that wait have been served, to one caller at a time: Node runs all that was put off in one go, so
 * that ten works in slices would together hold the loop for ten slices.
 */
export async function nextTurn(): Promise<void> {
  last = last.then(async () => await afterEvents());
  await last;
}

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
