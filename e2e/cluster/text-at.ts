/**
 * @module Texts out of answers of the API server.
 */
import { dig, type Json } from '../../lib/api/json.ts';

/** The text at a chain of keys, where there has to be one. */
export function textAt(value: Json, ...keys: readonly string[]): string {
  const found = dig(value, ...keys);
  if (typeof found !== 'string') throw new Error(`no text at ${keys.join('.')} in ${JSON.stringify(value)}`);
  return found;
}
