/**
 * @module How the making of a Secret stops: with a failure that is thrown and caught within this room, and turned into a
 * value at its door. No message ever holds a Secret's value.
 */
import type { GenerationFailure, GenerationStage } from './generation.ts';

/** Names and paths that somebody else chose may be of any length; a status or an event is not. */
const maxMessage = 1000;

/** A message that is not longer than a status should have. */
export function cut(message: string): string {
  return message.length > maxMessage ? `${message.slice(0, maxMessage).toWellFormed()}…` : message;
}

export class Failure extends Error {
  readonly failure: GenerationFailure;

  constructor(failure: GenerationFailure) {
    super(failure.message);
    this.failure = { ...failure, message: cut(failure.message) };
  }
}

/** Something that is said by an object is wrong. */
export function fail(stage: GenerationStage, message: string): never {
  throw new Failure({ stage, message, cause: undefined });
}

/** The service itself is not there. */
export function failAbsent(message: string): never {
  throw new Failure({ stage: 'service', message, cause: 'absent' });
}

/** A right is lacking. */
export function failDenied(stage: GenerationStage, message: string): never {
  throw new Failure({ stage, message, cause: 'denied' });
}

/** How messages name an object; a cluster-scoped one has no namespace. */
export function describeObject({
  kind,
  namespace,
  name,
}: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** A name that somebody else chose, within a message: quoted, and cut if it is long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
