/**
 * @module An annotation as it stands on an object.
 */
import { fail } from './failure.ts';

export interface Annotation {
  readonly key: string;
  readonly value: string;
  /** The object that has it, as messages name it. */
  readonly on: string;
}

/** What is wrong with the text of an annotation; the object has to be changed before trying again makes sense. */
export function reject({ key, on }: Annotation, problem: string): never {
  fail('annotation', `${on}: annotation ${key}: ${problem}`);
}
