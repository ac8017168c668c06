/**
 * @module The way of an AdmissionReview for a ServiceBinding whose requester counts: parse -> guards -> decide -> patch.
 *
 * Unlike a workload, such a binding is refused when something is missing: without the stamp nobody would ever know who
 * asked for it. What changes neither its spec nor its stamp never fails.
 */
import type { AdmissionRequest } from '../api/admission.ts';
import { dig, isObject, type Json, type JsonObject, textOf } from '../api/json.ts';
import { groupKindKey, OPERATOR_SERVICE_BINDING } from '../api/kinds.ts';
import { CONFIRM_ANNOTATION, type Requester, type SealOccasion } from '../api/requester.ts';
import { parseReview } from '../parse/admission-review.ts';
import { parseRequester } from '../parse/requester.ts';
import { diff } from '../patch/diff.ts';
import { type Addressee, allowed, type Answer, denied, errored, patched } from '../patch/response.ts';
import { isTerminating, malformed } from '../resolve/guard.ts';
import { annotationOf, isForged, isStamped, putBack, type Stamp, stamped, stampOf } from './annotations.ts';
import { type Change, type Decision, decide } from './decision.ts';
import { CONFIRM_LEFT_OVER, CONFIRM_OTHER_VALUE, confirmed, noKey, PUT_BACK } from './messages.ts';
import { seal } from './seal.ts';

/** What requesters are sealed with, or why it is not there and what to do about it. */
export type SealKey = { readonly key: Uint8Array } | { readonly problem: string };

export interface Stamping extends Answer {
  /** The binding, for the log line; undefined if the review could not be read. */
  readonly request: AdmissionRequest | undefined;
  /** One line: why it came out as it did. */
  readonly reason: string;
}

type Guarded = { readonly change: Change } | { readonly pass: string } | { readonly refusal: string };

/** What becomes of the object, or why the request cannot pass. */
type Result =
  | { readonly object: JsonObject; readonly reason: string; readonly warnings: readonly string[] }
  | { readonly refusal: string };

function guardRequest({ kind, subResource, operation }: AdmissionRequest): string | undefined {
  const isStamped = groupKindKey(kind) === groupKindKey(OPERATOR_SERVICE_BINDING);
  if (!isStamped) return 'objects of this kind are not stamped';
  if (subResource !== '') return `it is the sub-resource ${subResource}`;
  return operation === 'CREATE' || operation === 'UPDATE' ? undefined : `nothing to stamp on ${operation}`;
}

function guard(request: AdmissionRequest): Guarded {
  const pass = guardRequest(request);
  if (pass !== undefined) return { pass };
  const { operation, object, oldObject } = request;
  if (!isObject(object)) return { refusal: 'the request carries no object' };
  const problem = malformed(object);
  if (problem !== undefined) return { refusal: problem };
  const name = request.name === '' ? textOf(dig(object, 'metadata', 'name')) : request.name;
  if (operation === 'CREATE') return { change: { object, old: undefined, name } };
  if (!isObject(oldObject)) return { refusal: 'the request does not carry what it replaces' };
  // As it is stored: a request may say of an object that it is being deleted when it is not.
  if (isTerminating(oldObject)) return { pass: 'it is being deleted' };
  return { change: { object, old: oldObject, name } };
}

function stampFor(
  { kind, namespace }: AdmissionRequest,
  { object, name }: Change,
  occasion: SealOccasion,
  { requester, key }: { readonly requester: Requester; readonly key: Uint8Array },
): Stamp {
  const sealed = { type: kind, namespace, name, spec: dig(object, 'spec'), requester, occasion };
  return stampOf(requester, seal(sealed, key));
}

function leaveWarnings(object: JsonObject, old: JsonObject): readonly string[] {
  const confirm = annotationOf(object, CONFIRM_ANNOTATION);
  const useless = confirm === 'true' ? CONFIRM_LEFT_OVER : CONFIRM_OTHER_VALUE;
  return [...(confirm === undefined ? [] : [useless]), ...(isForged(object, old) ? [PUT_BACK] : [])];
}

function leave(object: JsonObject, old: JsonObject, stamp: Stamp | undefined): Result {
  // Another webhook changed the object after this one had stamped it, so the API server asks again, without the
  // annotation that had asked for the stamp. Only this webhook can have made that very stamp, and for this very user.
  if (stamp !== undefined && isStamped(object, stamp)) {
    return { object: stamped(object, stamp), reason: 'it is stamped already', warnings: [] };
  }
  const reason = 'its spec is unchanged, so its requester is';
  return { object: putBack(object, old), reason, warnings: leaveWarnings(object, old) };
}

function carryOut(
  request: AdmissionRequest,
  change: Change,
  decision: Exclude<Decision, { kind: 'refuse' }>,
  sealKey: SealKey,
): Result {
  const requester = parseRequester(request.userInfo);
  const stamp =
    requester !== undefined && 'key' in sealKey
      ? stampFor(request, change, decision.occasion, { requester, key: sealKey.key })
      : undefined;
  if (decision.kind === 'leave') return leave(change.object, decision.old, stamp);
  if (requester === undefined) return { refusal: 'the request does not say who sends it' };
  if (stamp === undefined) return { refusal: noKeyFor(request, change, sealKey) };
  return {
    object: stamped(change.object, stamp),
    reason: decision.confirms ? 'confirmed' : 'its spec is new or changed',
    warnings: decision.confirms ? [confirmed(requester)] : [],
  };
}

function noKeyFor({ namespace }: AdmissionRequest, { object, name }: Change, sealKey: SealKey): string {
  const known = name === '' ? textOf(dig(object, 'metadata', 'generateName')) : name;
  return noKey({ namespace, name: known }, 'problem' in sealKey ? sealKey.problem : '');
}

function answer(request: AdmissionRequest, to: Addressee, sealKey: SealKey, now: number): Stamping {
  const refuse = (reason: string): Stamping => ({ ...denied(to, reason), request, reason });
  const guarded = guard(request);
  if ('pass' in guarded) return { ...allowed(to), request, reason: guarded.pass };
  if ('refusal' in guarded) return refuse(guarded.refusal);
  const { change } = guarded;
  const decision = decide(change, now);
  if (decision.kind === 'refuse') return refuse(decision.problem);
  const result = carryOut(request, change, decision, sealKey);
  if ('refusal' in result) return refuse(result.refusal);
  const { object, reason, warnings } = result;
  return { ...patched(to, diff(change.object, object), warnings), request, reason };
}

/**
 * Answers the parsed body of a call to `/stamp`. Pure; `now` is in milliseconds since 1970, by the clock of the cluster.
 */
export function stamp(body: Json, sealKey: SealKey, now: number): Stamping {
  const parsed = parseReview(body);
  if (!parsed.ok)
    return { ...errored(parsed, 400, parsed.message), request: undefined, reason: parsed.message };
  const { version, request } = parsed.review;
  const to = { version, uid: request.uid };
  try {
    return answer(request, to, sealKey, now);
  } catch (error) {
    // An object that is too deep for the stack, or a fault of ours. Unstamped it must not pass.
    const reason = `Cleat could not stamp it: ${error instanceof Error ? error.message : String(error)}`;
    return { ...errored(to, 500, reason), request, reason };
  }
}
