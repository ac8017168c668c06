/**
 * @module Digests of texts and bytes, in hexadecimal: pure JavaScript, since the core runs wherever that does.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const bytesOf = (part: string | Uint8Array): Uint8Array =>
  typeof part === 'string' ? utf8ToBytes(part) : part;

/** SHA-256 of the parts one behind the other, without separators; texts in UTF-8. */
export function sha256Of(parts: Iterable<string | Uint8Array>): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(bytesOf(part));
  return bytesToHex(hash.digest());
}

/** HMAC-SHA-256. */
export function hmacOf(text: string, key: Uint8Array): string {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(text)));
}

/** SHA-1, for UUIDs of version 5 and nothing else. */
export function sha1Of(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = sha1.create();
  for (const part of parts) hash.update(bytesOf(part));
  return hash.digest();
}

export { bytesToHex as hexOf, hexToBytes as bytesOfHex } from '@noble/hashes/utils.js';
