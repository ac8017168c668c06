/**
 * @module JSON text as data for templates, without losing digits.
 */

import type { Data } from './value.ts';

/** Fifteen digits are always exact as a number. */
const longInteger = /\d{16}/;

/**
 * Reads JSON, as JSON.parse does, but integers beyond 2^53 as bigints; data read otherwise may hold bigints of their
 * own. Throws a SyntaxError if the text is no JSON.
 */
export function parseData(text: string): Data {
  return longInteger.test(text) ? parseExactly(text) : parse(text);
}

function parse(text: string): Data {
  const data: Data = JSON.parse(text);
  return data;
}

function parseExactly(text: string): Data {
  const data: Data = JSON.parse(text, (_key, value: Data, context?: { readonly source?: string }) => {
    const source = context?.source ?? '';
    const isExact = typeof value !== 'number' || Number.isSafeInteger(value);
    return isExact || !/^-?\d+$/.test(source) ? value : BigInt(source);
  });
  return data;
}
