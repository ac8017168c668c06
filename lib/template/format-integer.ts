/**
 * @module How Go's fmt prints integers.
 */

import { isPrintable } from './characters.ts';
import { quote } from './quote.ts';
import type { IntegerType } from './value.ts';
import { pad, type Flags } from './verb.ts';

interface Integer {
  readonly type: IntegerType;
  readonly value: bigint;
}

const bases: ReadonlyMap<string, number> = new Map([
  ['v', 10],
  ['d', 10],
  ['b', 2],
  ['o', 8],
  ['O', 8],
  ['x', 16],
  ['X', 16],
]);

/** The text; undefined if the verb is not for integers. */
export function formatInteger({ type, value }: Integer, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'c':
      return pad(characterOf(value), flags);
    case 'q':
      return pad(quote(characterOf(value), "'", flags.plus), flags);
    case 'U':
      return pad(unicode(value, flags), flags, false);
    case 'v':
      if (flags.source && type === 'uint8') return digits(value, 'x', { ...flags, sharp: true });
      return digits(value, verb, flags);
    default:
      return bases.has(verb) ? digits(value, verb, flags) : undefined;
  }
}

function characterOf(value: bigint): string {
  if (value < 0n || value > 0x10ffffn) return '\ufffd';
  return String.fromCodePoint(Number(value)).toWellFormed();
}

function unicode(value: bigint, { sharp, precision = 0 }: Flags): string {
  const code = BigInt.asUintN(64, value);
  const name = `U+${code.toString(16).toUpperCase().padStart(Math.max(precision, 4), '0')}`;
  const character = code > 0x10ffffn ? '' : String.fromCodePoint(Number(code));
  return sharp && isPrintable(character) ? `${name} '${character}'` : name;
}

function digits(value: bigint, verb: string, flags: Flags): string {
  // A precision of 0 and a value of 0 print nothing but padding.
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
  const base = bases.get(verb) ?? 10;
  const magnitude = (value < 0n ? -value : value).toString(base).padStart(leastDigits(value, flags), '0');
  const cased = verb === 'X' ? magnitude.toUpperCase() : magnitude;
  return pad(signOf(value, flags) + prefix(verb, magnitude, flags) + cased, flags, false);
}

/** Zeros come from a precision or, if there is none, from a padding with zeros that leaves room for the sign. */
function leastDigits(value: bigint, flags: Flags): number {
  const { precision, width, minus, zero } = flags;
  if (precision !== undefined) return precision;
  if (!zero || minus || width === undefined) return 0;
  return signOf(value, flags) === '' ? width : width - 1;
}

function signOf(value: bigint, { plus, space }: Flags): string {
  if (value < 0n) return '-';
  if (plus) return '+';
  return space ? ' ' : '';
}

function prefix(verb: string, magnitude: string, { sharp }: Flags): string {
  const octal = sharp && !magnitude.startsWith('0') ? '0' : '';
  switch (verb) {
    case 'O':
      return `0o${octal}`;
    case 'o':
      return octal;
    case 'b':
      return sharp ? '0b' : '';
    case 'x':
    case 'X':
      return sharp ? `0${verb}` : '';
    default:
      return '';
  }
}
