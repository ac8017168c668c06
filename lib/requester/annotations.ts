/**
 * @module The annotations of a binding before and after: stamped anew, or put back to what they were.
 */
import { dig, isObject, type Json, type JsonObject, withMember, withoutMember } from '../api/json.ts';
import {
  CONFIRM_ANNOTATION,
  REQUESTER_ANNOTATION,
  type Requester,
  type Seal,
  SEAL_ANNOTATION,
} from '../api/requester.ts';
import { SEAL_VERSION } from '../parse/requester.ts';

/** The values of the two annotations. */
export interface Stamp {
  readonly requester: string;
  readonly seal: string;
}

/** As Go's encoding of a UserInfo, which the Service Binding Operator wrote: empty fields are left out. */
function requesterText({ username, uid, groups, extra }: Requester): string {
  return JSON.stringify({
    username,
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  });
}

export function stampOf(requester: Requester, { occasion, mac }: Seal): Stamp {
  return {
    requester: requesterText(requester),
    seal: JSON.stringify({ v: SEAL_VERSION, ...occasion, mac }),
  };
}

export function annotationOf(object: JsonObject, key: string): Json | undefined {
  return dig(object, 'metadata', 'annotations', key);
}

/** Without any, the object has no member for them. */
function withAnnotations(object: JsonObject, change: (annotations: JsonObject) => JsonObject): JsonObject {
  const [metadata, present] = [dig(object, 'metadata'), dig(object, 'metadata', 'annotations')];
  const meta = isObject(metadata) ? metadata : {};
  const annotations = withoutMember(change(isObject(present) ? present : {}), CONFIRM_ANNOTATION);
  const isEmpty = Object.keys(annotations).length === 0;
  return withMember(
    object,
    'metadata',
    isEmpty ? withoutMember(meta, 'annotations') : withMember(meta, 'annotations', annotations),
  );
}

/** What asked for it is taken away by the same patch: it must not be there for the next one who edits something. */
export function stamped(object: JsonObject, { requester, seal }: Stamp): JsonObject {
  return withAnnotations(object, (annotations) =>
    withMember(withMember(annotations, REQUESTER_ANNOTATION, requester), SEAL_ANNOTATION, seal),
  );
}

export function isStamped(object: JsonObject, { requester, seal }: Stamp): boolean {
  return (
    annotationOf(object, REQUESTER_ANNOTATION) === requester && annotationOf(object, SEAL_ANNOTATION) === seal
  );
}

/** With both annotations as they were before, which may be: none. */
export function putBack(object: JsonObject, old: JsonObject): JsonObject {
  const back = (annotations: JsonObject, key: string): JsonObject => {
    const before = annotationOf(old, key);
    return before === undefined ? withoutMember(annotations, key) : withMember(annotations, key, before);
  };
  return withAnnotations(object, (annotations) =>
    back(back(annotations, REQUESTER_ANNOTATION), SEAL_ANNOTATION),
  );
}

/** Whether somebody wrote something of their own there. Leaving it out is what every `kubectl replace` does. */
export function isForged(object: JsonObject, old: JsonObject): boolean {
  return [REQUESTER_ANNOTATION, SEAL_ANNOTATION].some((key) => {
    const now = annotationOf(object, key);
    return now !== undefined && now !== annotationOf(old, key);
  });
}
