/**
 * @module Making a Secret in one go, from what is all at hand.
 */
import type { Generation, SourceReference, SourceState } from './generation.ts';
import type { Making } from './reader.ts';

/** Answers each demand at once; pauses are none. */
export function drive(
  making: Making<Generation>,
  read: (source: SourceReference) => SourceState,
): Generation {
  let step = making.next();
  while (step.done !== true) {
    const demand = step.value;
    step = making.next(demand.demand === 'read' ? demand.sources.map(read) : []);
  }
  return step.value;
}
