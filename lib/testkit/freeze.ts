/**
 * @module Inputs that nobody may modify.
 */

/** Freezes the value and everything in it; a function that writes to its input then throws. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
