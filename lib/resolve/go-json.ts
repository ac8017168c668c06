/**
 * @module JSON as Go's encoding/json writes it.
 */
import type { Json } from '../api/json.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * Compact JSON in which `<`, `>`, `&`, U+2028 and U+2029 are escaped, as Go does by default. JSON.stringify agrees
 * otherwise for the texts at hand (both write the short escapes, and \u00xx for other control characters).
 */
export function goJson(value: Json): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character);
}
