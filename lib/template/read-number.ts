/**
 * @module The numbers of a template: Go's untyped constants, of which the way of writing decides whether they are int
 * or float64 (parse.NumberNode and exec.idealConstant).
 */

import { Fault } from './fault.ts';
import { fitsInt64, int, type Value } from './value.ts';

/** The value of a number; undefined if it is an integer that fits uint64 only, which is an error where it is used. */
export function readNumber(token: string, at: number): Value | undefined {
  if (token.endsWith('i')) throw new Fault('complex numbers are not supported', at);
  const unsigned = token.replace(/^[+-]/, '');
  if (!separatesDigits(unsigned)) throw new Fault(`illegal number syntax: ${JSON.stringify(token)}`, at);
  const number: Written = { token, at, magnitude: unsigned.replaceAll('_', '') };
  const integer = readInteger(number);
  if (integer !== undefined && fitsInt64(integer)) {
    return looksFloat(token) ? { kind: 'float', value: Number(integer) } : int(integer);
  }
  // Go reads an unsigned integer without a sign only.
  if (integer !== undefined && token === unsigned && integer < 2n ** 64n) return undefined;
  return readFloat(number);
}

/** A number as it is written, and without sign and underscores. */
interface Written {
  readonly token: string;
  readonly at: number;
  readonly magnitude: string;
}

/** Underscores stand between digits, or behind the prefix of a base. */
function separatesDigits(unsigned: string): boolean {
  if (/^0[xX]/.test(unsigned)) return !/[^\dxXa-fA-F]_|_(?![\da-fA-F])/.test(unsigned);
  return !/^_|[^\doObB]_|_(?!\d)/.test(unsigned);
}

/** Go's rule; by it `+0x1e` is a float, since `0x` does not come first. */
function looksFloat(token: string): boolean {
  return /[.eEpP]/.test(token) && !/^0[xX][^pP]+$/.test(token);
}

function readInteger({ token, magnitude }: Written): bigint | undefined {
  if (!/^(?:0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/.test(magnitude)) return undefined;
  const value = BigInt(magnitude.replace(/^0(?=\d)/, '0o'));
  return token.startsWith('-') ? -value : value;
}

function readFloat({ token, at, magnitude }: Written): Value {
  const value = /^0[xX]/.test(magnitude) ? hexadecimal(magnitude) : decimal(magnitude);
  if (value === undefined || !Number.isFinite(value)) {
    throw new Fault(`illegal number syntax: ${JSON.stringify(token)}`, at);
  }
  if (!/[.eEpP]/.test(token)) throw new Fault(`integer overflow: ${JSON.stringify(token)}`, at);
  return { kind: 'float', value: token.startsWith('-') ? -value : value };
}

function decimal(magnitude: string): number | undefined {
  if (!/^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(magnitude)) return undefined;
  return Number(magnitude);
}

/** The exponent is a must; the mantissa is rounded to 53 bits by hand, ties to even. */
function hexadecimal(magnitude: string): number | undefined {
  const parts = /^0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d+)$/.exec(magnitude);
  if (parts === null) return undefined;
  const [, whole = '', fraction = '', exponent] = parts;
  if (whole + fraction === '') return undefined;
  return scale(BigInt(`0x${whole}${fraction}`), Number(exponent) - 4 * fraction.length);
}

/** mantissa · 2^exponent. */
function scale(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  if (bits + exponent > 1025) return Infinity;
  if (bits + exponent < -1080) return 0;
  // Below 2^-1022 the distance of numbers stays 2^-1074.
  const drop = Math.max(bits - 53, -1074 - exponent, 0);
  const rounded = roundToEven(mantissa, drop);
  const power = exponent + drop;
  // Two factors, since a single one may be beyond what a number holds.
  const half = Math.trunc(power / 2);
  return Number(rounded) * 2 ** half * 2 ** (power - half);
}

function roundToEven(mantissa: bigint, drop: number): bigint {
  if (drop === 0) return mantissa;
  const shift = BigInt(drop);
  const kept = mantissa >> shift;
  const rest = mantissa - (kept << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}
