/**
 * @module What a request means for who counts as the requester: it is somebody's who sends it, or it leaves that alone.
 */
import { dig, equal, type Json, type JsonObject, textOf } from '../api/json.ts';
import { CONFIRM_ANNOTATION, type SealOccasion } from '../api/requester.ts';
import { annotationOf } from './annotations.ts';

export type Decision =
  /** The sender is the requester from now on. */
  | { readonly kind: 'stamp'; readonly occasion: SealOccasion; readonly confirms: boolean }
  /** The requester stays who it was. `occasion` is that of a confirmation, if it should have been one. */
  | { readonly kind: 'leave'; readonly old: JsonObject; readonly occasion: SealOccasion }
  | { readonly kind: 'refuse'; readonly problem: string };

export interface Change {
  readonly object: JsonObject;
  /** Undefined on a CREATE. */
  readonly old: JsonObject | undefined;
  /** Empty while the API server has still to generate it. */
  readonly name: string;
}

/** On a CREATE nothing is there yet that would tell this object from its predecessor, but the time. */
function atBirth({ object, name }: Change, now: number): SealOccasion {
  const time = Math.floor(now / 1000);
  return name === '' ? { time, generateName: textOf(dig(object, 'metadata', 'generateName')) } : { time };
}

/** Of what is stored: the sender could write anything into the new object's. */
function occasionOf(old: JsonObject, changesSpec: boolean): SealOccasion | undefined {
  const uid = textOf(dig(old, 'metadata', 'uid'));
  const generation: Json | undefined = dig(old, 'metadata', 'generation');
  if (uid === '' || typeof generation !== 'number') return undefined;
  return { uid, generation: generation + (changesSpec ? 1 : 0) };
}

/**
 * Only who sets the annotation confirms. One that was there before was left over from a time when Cleat was not asked,
 * and whoever edits something else must not become the requester by it.
 */
function confirms(object: JsonObject, old: JsonObject): boolean {
  return (
    annotationOf(object, CONFIRM_ANNOTATION) === 'true' && annotationOf(old, CONFIRM_ANNOTATION) !== 'true'
  );
}

/** `now` in milliseconds. */
export function decide(change: Change, now: number): Decision {
  const { object, old } = change;
  if (old === undefined) return { kind: 'stamp', occasion: atBirth(change, now), confirms: false };
  const changesSpec = !equal(dig(object, 'spec'), dig(old, 'spec'));
  const occasion = occasionOf(old, changesSpec);
  if (occasion === undefined)
    return { kind: 'refuse', problem: 'what it replaces has no uid or no generation' };
  const isConfirmation = confirms(object, old);
  if (changesSpec || isConfirmation) return { kind: 'stamp', occasion, confirms: isConfirmation };
  return { kind: 'leave', old, occasion };
}
