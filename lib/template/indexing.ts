/**
 * @module The builtins len, index and slice (text/template/funcs.go). Strings are bytes.
 */

import type { Budget } from './budget.ts';
import { byteLength, decode, encode } from './bytes.ts';
import { Fault } from './fault.ts';
import { int, item, lengthOf, member, nil, text, typeName, type Value } from './value.ts';

export function length(value: Value, budget: Budget): number {
  switch (value.kind) {
    case 'string':
      return byteLength(value.value);
    case 'list':
      return lengthOf(value);
    case 'map':
      return budget.sizeOf(value.value);
    default:
      throw new Fault(`len of type ${typeName(value)}`);
  }
}

/** `index x 1 "a"` is x[1]["a"]. A key that a map does not have leads to nil, of which there is no index. */
export function indexInto(value: Value, keys: readonly Value[], budget: Budget): Value {
  if (value.kind === 'absent' || value.kind === 'nil') throw new Fault('index of untyped nil');
  return keys.reduce((at, key) => indexOne(at, key, budget), value);
}

function indexOne(value: Value, key: Value, budget: Budget): Value {
  switch (value.kind) {
    case 'list':
      return item(value, position(key, lengthOf(value) - 1), budget);
    case 'string': {
      const bytes = encode(value.value);
      return int(bytes[position(key, bytes.length - 1)] ?? 0, 'uint8');
    }
    case 'map':
      if (key.kind !== 'string') throw new Fault(`value has type ${typeName(key)}; should be string`);
      return orNil(member(value.value, key.value, budget));
    case 'absent':
    case 'nil':
      throw new Fault('index of nil pointer');
    default:
      throw new Fault(`can't index item of type ${typeName(value)}`);
  }
}

function orNil(value: Value): Value {
  return value.kind === 'absent' ? nil : value;
}

/** A number from 0 to the last one. The number itself may be confidential and stays out of the message. */
function position(key: Value, last: number): number {
  if (key.kind !== 'int') throw new Fault(`cannot index slice/array with type ${typeName(key)}`);
  if (key.value < 0n || key.value > BigInt(last)) throw new Fault('index out of range');
  return Number(key.value);
}

/** `slice x 1 2 3` is x[1:2:3]. */
export function sliceOf(value: Value, bounds: readonly Value[]): Value {
  if (bounds.length > 3) throw new Fault(`too many slice indexes: ${bounds.length}`);
  switch (value.kind) {
    case 'string': {
      if (bounds.length === 3) throw new Fault('cannot 3-index slice a string');
      const bytes = encode(value.value);
      const [from, to] = window(bounds, bytes.length, bytes.length);
      return text(decode(bytes.subarray(from, to)));
    }
    case 'list': {
      const capacity = value.end - value.from;
      const [from, to, end] = window(bounds, lengthOf(value), capacity);
      return { ...value, from: value.from + from, to: value.from + to, end: value.from + end };
    }
    case 'absent':
    case 'nil':
      throw new Fault('slice of untyped nil');
    default:
      throw new Fault(`can't slice item of type ${typeName(value)}`);
  }
}

function window(
  bounds: readonly Value[],
  length: number,
  capacity: number,
): readonly [from: number, to: number, end: number] {
  const [from = 0, to = length, end = capacity] = bounds.map((bound) => position(bound, capacity));
  if (from > to || to > end) throw new Fault('invalid slice index');
  return [from, to, end];
}
