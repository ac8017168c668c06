/**
 * @module JSON text without losing digits: integers beyond 2^53 are bigints, as far as they are int64. JavaScript's own numbers would take
 * 9007199254740993 for ...992, and nobody would notice.
 */
import type { Json } from './json.ts';

/** Fifteen digits are always exact as a number. */
const longInteger = /\d{16}/;

/** As JSON.parse does. Throws a SyntaxError if the text is no JSON. */
export function parseExactly(text: string): Json {
  return longInteger.test(text) ? parse(text) : parsePlainly(text);
}

function parsePlainly(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

function parse(text: string): Json {
  const value: Json = JSON.parse(text, (_key, read: Json, context?: { readonly source?: string }) => {
    const source = context?.source ?? '';
    const isExact = typeof read !== 'number' || Number.isSafeInteger(read);
    return isExact || !/^-?\d+$/.test(source) ? read : exactInteger(BigInt(source));
  });
  return value;
}

/** Beyond int64 Kubernetes has floats. */
export function exactInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) || BigInt.asIntN(64, value) !== value ? number : value;
}

/** In the form of JSON.stringify with an indentation of two blanks. */
export function writeExactly(value: Json): string {
  return JSON.stringify(
    value,
    (_key, member: Json) => (typeof member === 'bigint' ? JSON.rawJSON(String(member)) : member),
    2,
  );
}

declare global {
  interface JSON {
    /** In every Node that Cleat runs on; TypeScript does not know it yet. */
    rawJSON(text: string): object;
  }
}
