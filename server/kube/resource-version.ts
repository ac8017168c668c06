/**
 * @module Which of two states is the newer. Resource versions are decimal numbers that grow with each write (the API
 * defines them so by now); others are not compared.
 */
const NUMBER = /^[1-9]\d*$/;

/** True if the first is known to be older than the second. */
export function isOlder(version: string, than: string): boolean {
  if (!NUMBER.test(version) || !NUMBER.test(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}
