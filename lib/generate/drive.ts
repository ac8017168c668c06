/**
 * @module Making a Secret from what is all at hand.
 */
import { inOneGo, type Slices } from '../api/slices.ts';
import type { Generation, SourceReference, SourceState } from './generation.ts';
import type { Making } from './reader.ts';

/** Answers each demand at once, and yields where others may have the event loop. */
export function* slicesOf(
  making: Making<Generation>,
  read: (source: SourceReference) => SourceState,
): Slices<Generation> {
  let step = making.next();
  while (step.done !== true) {
    const demand = step.value;
    if (demand.demand === 'pause') yield;
    step = making.next(demand.demand === 'read' ? demand.sources.map(read) : []);
  }
  return step.value;
}

/** The same in one go. */
export function drive(
  making: Making<Generation>,
  read: (source: SourceReference) => SourceState,
): Generation {
  return inOneGo(slicesOf(making, read));
}
