/**
 * @module Unquoted YAML scalars, read as kubectl reads them.
 *
 * kubectl converts YAML with sigs.k8s.io/yaml, which follows YAML 1.1: `yes` is true and `0755` is 493. What it makes
 * of a scalar is what the API server gets, so that is what Cleat sees, whatever YAML 1.2 says. (Checked against
 * kubectl 1.32: scalar.test.ts.)
 */

import { exactInteger } from '../../lib/api/exact-json.ts';

const WORDS: ReadonlyMap<string, null | boolean | number> = new Map<string, null | boolean | number>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE', 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['false', 'False', 'FALSE', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const INTEGER = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const LOOKS_LIKE_A_NUMBER = /^[-+.]?\d|^[-+.]+$/;

/** The value of an unquoted scalar. Infinities and NaN are returned as such: JSON has none, the caller complains. */
export function readPlain(text: string): null | boolean | number | bigint | string {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(text)) return text;
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  const integer = readInteger(digits);
  if (integer !== undefined) return exactInteger(integer);
  const number = Number(FLOAT.test(digits) ? digits : Number.NaN);
  if (!Number.isFinite(number)) return text;
  return number === 0 ? 0 : number;
}

/** The key of a mapping member: kubectl turns integers, floats and booleans into text; undefined if it refuses. */
export function readKey(text: string): string | undefined {
  const value = readPlain(text);
  if (value === null) return undefined;
  if (typeof value !== 'number') return String(value);
  return Number.isFinite(value) ? String(readInteger(text.replaceAll('_', '')) ?? value) : undefined;
}

/** True for the words that are booleans to kubectl and text to a YAML 1.2 reader. */
export function isAmbiguousWord(text: string): boolean {
  return typeof WORDS.get(text) === 'boolean' && !/^(?:true|false)$/i.test(text);
}

/** True if some YAML reader, of whichever version, may take the unquoted text for something else than text. */
export function needsQuotes(text: string): boolean {
  return typeof readPlain(text) !== 'string' || LOOKS_LIKE_A_NUMBER.test(text) || /^(?:=|<<)$/.test(text);
}

/** An integer in any of Go's notations; undefined if it is none, or too large for 64 bits and so a float or text. */
function readInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const magnitude = magnitudeOf({ hex, binary, octal, decimal });
  if (magnitude > 0xffff_ffff_ffff_ffffn) return undefined;
  return sign === '-' ? -magnitude : magnitude;
}

function magnitudeOf(digits: Record<'hex' | 'binary' | 'octal' | 'decimal', string | undefined>): bigint {
  if (digits.hex !== undefined) return BigInt(`0x${digits.hex}`);
  if (digits.binary !== undefined) return BigInt(`0b${digits.binary}`);
  if (digits.octal !== undefined) return BigInt(`0o${digits.octal}`);
  return BigInt(digits.decimal ?? '0');
}
