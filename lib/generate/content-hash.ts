/**
 * @module The name of a generated Secret: new content means a new name. As the Service Binding Operator computes it, so
 * that the workloads it has bound keep their Secret's name and need no rollout.
 */
import { sha256Of } from '../identity/digest.ts';

/** What the name of any object may have. */
const maxName = 253;

/** The first 8 hex digits of SHA-256 over each key and its raw bytes, without separators, in the order given. */
export function contentHash(entries: Iterable<readonly [string, Uint8Array]>): string {
  return sha256Of([...entries].flat()).slice(0, 8);
}

/** `<binding>-<hash>`; of a long name the end is cut off, never the hash. */
export function generatedName(binding: string, hash: string): string {
  const room = maxName - hash.length - 1;
  // A cut may leave a name that ends in the middle of a label, which may not end there.
  const kept = binding.length <= room ? binding : binding.slice(0, room).replace(/[-.]+$/, '');
  return `${kept}-${hash}`;
}
