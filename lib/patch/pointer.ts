/**
 * @module JSON Pointers (RFC 6901).
 */

export type Key = string | number;

/** One key of a pointer. */
export function escapeKey(key: Key): string {
  if (typeof key === 'number') return String(key);
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/**
 * The pointer to a place. Joined, not added up: V8 keeps a sum of strings as a tree, which JSON.stringify writes at half
 * the speed (measured), and pointers become part of answers.
 */
export function pointer(keys: readonly Key[]): string {
  return ['', ...keys.map(escapeKey)].join('/');
}
