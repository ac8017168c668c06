/**
 * @module How Go's fmt prints floats.
 */

import { floatText, type FloatFormat } from './float-text.ts';
import { pad, type Flags } from './verb.ts';

interface Form {
  readonly format: FloatFormat;
  /** -1: as many digits as identify the number. */
  readonly precision: number;
}

const forms: ReadonlyMap<string, Form> = new Map([
  ['v', { format: 'g', precision: -1 }],
  ['b', { format: 'b', precision: -1 }],
  ['g', { format: 'g', precision: -1 }],
  ['G', { format: 'G', precision: -1 }],
  ['x', { format: 'x', precision: -1 }],
  ['X', { format: 'X', precision: -1 }],
  ['f', { format: 'f', precision: 6 }],
  ['F', { format: 'f', precision: 6 }],
  ['e', { format: 'e', precision: 6 }],
  ['E', { format: 'E', precision: 6 }],
]);

/** The text; undefined if the verb is not for floats. */
export function formatFloat(value: number, verb: string, flags: Flags): string | undefined {
  const form = forms.get(verb);
  if (form === undefined) return undefined;
  const precision = flags.precision ?? form.precision;
  const plain = floatText(value, form.format, precision);
  const text = flags.sharp && verb !== 'b' ? withPoint(plain, form.format, precision) : plain;
  const sign = signOf(value, flags);
  if (sign === '') return pad(text, flags);
  const { width = 0, minus, zero } = flags;
  return zero && !minus ? sign + text.padStart(width - 1, '0') : pad(sign + text, flags);
}

function signOf(value: number, { plus, space }: Flags): string {
  if (value < 0 || Object.is(value, -0)) return '-';
  if (plus) return '+';
  return space ? ' ' : '';
}

/** `#`: there is always a point, and `%g` keeps the zeros that its precision, by default 6, asks for. */
function withPoint(text: string, format: FloatFormat, precision: number): string {
  const end = text.search(format === 'x' || format === 'X' ? /p/i : /e|$/i);
  const number = text.slice(0, end);
  const pointed = number.includes('.') ? number : `${number}.`;
  const zeros = keepsZeros.has(format) ? (precision === -1 ? 6 : precision) - countDigits(number) : 0;
  return pointed + '0'.repeat(Math.max(zeros, 0)) + text.slice(end);
}

const keepsZeros: ReadonlySet<FloatFormat> = new Set(['g', 'G', 'x']);

/** The digits from the first that is not zero on, a lone zero counting as one; Go counts the `x` of `0x` as well. */
function countDigits(number: string): number {
  return number === '0' ? 1 : number.replace('.', '').replace(/^0+/, '').length;
}
