/**
 * @module The seal: an HMAC over who requested which spec of which object on which occasion. Whoever has no key can make
 * none; and what was made for one object and one generation of it says nothing about any other.
 */
import type { Json } from '../api/json.ts';
import { apiVersionOf, type GroupVersionKind } from '../api/kinds.ts';
import type { Requester, Seal, SealOccasion } from '../api/requester.ts';
import { bytesOfHex, hmacOf } from '../identity/digest.ts';
import { SEAL_VERSION } from '../parse/requester.ts';
import { canonical } from './canonical.ts';

/** Anything may be in it: it goes into the seal as one JSON value, so that nothing runs into its neighbour. */
export interface Sealed {
  readonly type: Pick<GroupVersionKind, 'group' | 'kind'>;
  readonly namespace: string;
  /** Empty where the occasion has a prefix in its place. */
  readonly name: string;
  readonly spec: Json | undefined;
  readonly requester: Requester;
  readonly occasion: SealOccasion;
}

function macOf({ type, namespace, name, spec, requester, occasion }: Sealed, key: Uint8Array): string {
  const { username, uid, groups, extra } = requester;
  const text = canonical([
    'cleat requester',
    SEAL_VERSION,
    apiVersionOf({ group: type.group, version: type.kind }),
    namespace,
    name,
    { ...occasion },
    { username, uid, groups, extra },
    spec === undefined ? [] : [spec],
  ]);
  return hmacOf(text, key);
}

/**
 * The key for what is stamped by one installation of the webhook: a seal of a former one says nothing, for while there was
 * none, nobody put back what was written by hand.
 */
export function boundKey(key: Uint8Array, webhook: string): Uint8Array {
  return bytesOfHex(hmacOf(`cleat requester webhook ${webhook}`, key));
}

export function seal(sealed: Sealed, key: Uint8Array): Seal {
  return { occasion: sealed.occasion, mac: macOf(sealed, key) };
}

/** Takes the same time wherever the texts differ: how far a guess is right must not show. */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

export function isSealed(sealed: Sealed, mac: string, key: Uint8Array): boolean {
  return isSame(macOf(sealed, key), mac);
}
