/**
 * @module Who requested the spec that an object has now, if Cleat said so itself.
 */
import { dig, type Json, type JsonObject, textOf } from '../api/json.ts';
import {
  REQUESTER_ANNOTATION,
  type Requester,
  SEAL_ANNOTATION,
  type SealOccasion,
} from '../api/requester.ts';
import { typeOf } from '../parse/meta.ts';
import { parseRequester, parseSeal } from '../parse/requester.ts';
import { isTerminating } from '../resolve/guard.ts';
import { annotationOf } from './annotations.ts';
import { isSealed } from './seal.ts';

/**
 * How far the clocks of the API server and of Cleat may lie apart, with the time that a request takes after Cleat was
 * asked. Within it, an object of the same name with the same spec could be made again with the same seal, by somebody
 * whom Cleat was not asked about: it says nothing else than it said before.
 */
const MAX_SECONDS_APART = 60;

/** The API server cuts the prefix so that five characters of its own find room in 63. */
const LONGEST_PREFIX = 58;
const GENERATED = 5;

/** An annotation that holds JSON; undefined if it is absent or does not. */
function jsonAt(object: JsonObject, key: string): Json | undefined {
  try {
    const value: Json = JSON.parse(textOf(annotationOf(object, key)));
    return value;
  } catch {
    return undefined;
  }
}

function isGeneratedFrom(prefix: string, name: string): boolean {
  const kept = prefix.slice(0, LONGEST_PREFIX);
  return name.startsWith(kept) && name.length === kept.length + GENERATED;
}

/** The object as the API server has just made it: it sets time and generation, whatever the request says. */
function isNewborn(
  { time, generateName }: Extract<SealOccasion, { time: number }>,
  object: JsonObject,
): boolean {
  const created = Date.parse(textOf(dig(object, 'metadata', 'creationTimestamp'))) / 1000;
  return (
    dig(object, 'metadata', 'generation') === 1 &&
    Math.abs(created - time) <= MAX_SECONDS_APART &&
    (generateName === undefined || isGeneratedFrom(generateName, textOf(dig(object, 'metadata', 'name'))))
  );
}

/** Whether the object, as it is now, came out of the request that the seal was made for. */
function isFrom(occasion: SealOccasion, object: JsonObject): boolean {
  if ('time' in occasion) return isNewborn(occasion, object);
  const { uid, generation } = occasion;
  return dig(object, 'metadata', 'uid') === uid && dig(object, 'metadata', 'generation') === generation;
}

/**
 * The requester of a stored object's spec. Undefined if nobody stamped it, if it was stamped without a seal (as the
 * Service Binding Operator did), or if the seal is that of another object, another generation, another spec, another
 * user or another key. An object that is being deleted has none: Cleat is not asked about changes of it.
 */
export function verifyRequester(object: JsonObject, key: Uint8Array): Requester | undefined {
  if (isTerminating(object)) return undefined;
  const requester = parseRequester(jsonAt(object, REQUESTER_ANNOTATION));
  const seal = parseSeal(jsonAt(object, SEAL_ANNOTATION));
  if (requester === undefined || seal === undefined || !isFrom(seal.occasion, object)) return undefined;
  const { occasion, mac } = seal;
  const hasName = !('time' in occasion) || occasion.generateName === undefined;
  const sealed = {
    type: typeOf(object),
    namespace: textOf(dig(object, 'metadata', 'namespace')),
    name: hasName ? textOf(dig(object, 'metadata', 'name')) : '',
    spec: dig(object, 'spec'),
    requester,
    occasion,
  };
  return isSealed(sealed, mac, key) ? requester : undefined;
}
