/**
 * @module Go's comparisons, as client-go's filters use them (third_party/forked/golang/template, funcs.go).
 */

import type { Item } from './evaluation.ts';

export type Comparison = { readonly pass: boolean } | { readonly error: string };

type Scalar = boolean | number | string;

const unordered: Comparison = { error: 'invalid type for comparison' };
const incompatible: Comparison = { error: 'incompatible types for comparison' };

/**
 * Compares two values of the same kind: bool, string, integer or float. An integer is not even equal to a float; null,
 * maps and lists cannot be compared with anything, and bools only for equality.
 */
export function compare(left: Item, operator: string, right: Item): Comparison {
  const test = tests.get(operator);
  if (test === undefined) return { error: `unrecognized filter operator ${operator}` };
  const [a, b] = [left.value, right.value];
  if (!isScalar(a) || !isScalar(b)) return unordered;
  if (goKind(a, left.float) !== goKind(b, right.float)) return incompatible;
  const equality = operator === '==' || operator === '!=';
  if (!equality && typeof a === 'boolean') return unordered;
  return { pass: test(order(a, b)) };
}

const tests = new Map<string, (order: number) => boolean>([
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
]);

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';
}

/** Kubernetes reads a number of a document as int64 if it has no fraction and fits. */
export function isInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

function goKind(value: Scalar, float: boolean): string {
  if (typeof value !== 'number') return typeof value;
  return isInteger(value) && !float ? 'int' : 'float';
}

function order(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  return Number(a) - Number(b);
}

/** The order of UTF-8 bytes, in which Go compares strings; UTF-16 code units differ beyond U+D7FF. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters beyond all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
