/**
 * @module The builtins eq, ne, lt, le, gt and ge (text/template/funcs.go).
 */

import { compareBytes } from './bytes.ts';
import { Fault } from './fault.ts';
import { typeName, type Value } from './value.ts';

/** Kinds that can be compared; an unsigned integer with a signed one by what they are. */
type BasicKind = 'bool' | 'int' | 'float' | 'string';
type Basic = Extract<Value, { readonly kind: BasicKind }>;

const basicKinds: ReadonlySet<Value['kind']> = new Set<BasicKind>(['bool', 'int', 'float', 'string']);

function isBasic(value: Value): value is Basic {
  return basicKinds.has(value.kind);
}

function isNothing(value: Value): boolean {
  return value.kind === 'absent' || value.kind === 'nil';
}

/** Whether the first equals any of the others. */
export function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new Fault('missing argument for comparison');
  return others.some((other) => equals(first, other));
}

/** Nothing equals nothing, and no value; maps and lists can be compared with nothing only. */
export function equals(a: Value, b: Value): boolean {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (isBasic(a) && isBasic(b) && a.kind === b.kind) return a.value === b.value;
  if (isBasic(a) || isBasic(b) || a.kind !== b.kind) {
    throw new Fault(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
  }
  throw new Fault(`non-comparable type ${typeName(a)}`);
}

export function isLess(a: Value, b: Value): boolean {
  if (!isBasic(a) || !isBasic(b)) throw new Fault('invalid type for comparison');
  if (a.kind === 'string' && b.kind === 'string') return compareBytes(a.value, b.value) < 0;
  if (a.kind === 'int' && b.kind === 'int') return a.value < b.value;
  if (a.kind === 'float' && b.kind === 'float') return a.value < b.value;
  if (a.kind === b.kind) throw new Fault('invalid type for comparison');
  throw new Fault(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

export function isLessOrEqual(a: Value, b: Value): boolean {
  return isLess(a, b) || equals(a, b);
}
