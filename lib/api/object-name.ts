/**
 * @module Which texts can name an object: what was read out of another object is checked before it becomes part of a
 * request.
 */
export function isObjectName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name);
}
