/**
 * @module The uid of an object that no API server ever gave one.
 */
import type { ObjectIdentity } from '../api/sink.ts';
import { bytesOfHex, hexOf, sha1Of } from './digest.ts';

/** Cleat's own namespace of UUIDs. Fixed: another one would rename every volume that `cleat inject` has written. */
const NAMESPACE = bytesOfHex('6d6a1f0e3c0b5b7e9d4e2f1c8a7b9e10');

function uuidV5(name: string): string {
  const hash = sha1Of([NAMESPACE, name]).slice(0, 16);
  // RFC 9562, 5.5: the version in the high half of octet 6, the variant in the two high bits of octet 8.
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hexOf(hash);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A stable uid: UUID v5 of `group/kind/namespace/name`. The version of the API is left out, since it is one object. */
export function stableUid({ group, kind, namespace, name }: ObjectIdentity): string {
  return uuidV5(`${group}/${kind}/${namespace}/${name}`);
}
