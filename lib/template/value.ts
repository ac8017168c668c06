/**
 * @module The values that a template works with: JSON data seen as Go's dynamic values.
 */

import type { Json, JsonObject } from '../api/json.ts';
import type { Budget } from './budget.ts';

/**
 * What a template is executed on: JSON. An integer that JavaScript's numbers cannot hold exactly comes as a bigint (see
 * {@link ../api/exact-json.ts}); a number without a fraction is an int64 if it fits, else a float64, as in Kubernetes.
 */
export type Data = Json;
export type DataObject = JsonObject;

export type IntegerType = 'int' | 'int64' | 'uint8';

/**
 * Go's reflect.Value: `absent` is its zero (a missing key), `nil` an interface that holds nothing (null in a list or
 * map). They print alike, but only of `nil` it is an error to ask for a field.
 */
export type Value =
  | { readonly kind: 'absent' }
  | { readonly kind: 'nil' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly type: IntegerType; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | List
  | { readonly kind: 'map'; readonly value: DataObject };

/** A Go slice: a window on its backing array, which may be widened again up to `end`. */
export interface List {
  readonly kind: 'list';
  readonly backing: readonly Data[];
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

export const absent: Value = { kind: 'absent' };
export const nil: Value = { kind: 'nil' };

const trueValue: Value = { kind: 'bool', value: true };
const falseValue: Value = { kind: 'bool', value: false };

export function bool(value: boolean): Value {
  return value ? trueValue : falseValue;
}

export function text(value: string): Value {
  return { kind: 'string', value };
}

export function int(value: bigint | number, type: IntegerType = 'int'): Value {
  return { kind: 'int', type, value: BigInt(value) };
}

/** A value of the data, or one that is not there. */
export function lift(data: Data | undefined): Value {
  switch (typeof data) {
    case 'undefined':
      return absent;
    case 'boolean':
      return bool(data);
    case 'number':
      return liftNumber(data);
    case 'bigint':
      return fitsInt64(data) ? int(data, 'int64') : { kind: 'float', value: Number(data) };
    case 'string':
      // Go's JSON decoder replaces lone surrogates; here they would be taken for bytes (see bytes.ts).
      return text(data.toWellFormed());
    default:
      return liftObject(data);
  }
}

function liftNumber(value: number): Value {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) return int(value, 'int64');
  return { kind: 'float', value };
}

function liftObject(data: null | readonly Data[] | DataObject): Value {
  if (data === null) return nil;
  if (isList(data)) {
    return { kind: 'list', backing: data, from: 0, to: data.length, end: data.length };
  }
  return { kind: 'map', value: data };
}

// Array.isArray does not narrow readonly arrays.
function isList(data: readonly Data[] | DataObject): data is readonly Data[] {
  return Array.isArray(data);
}

export function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** The member of a map, never one that is inherited. */
export function member(map: DataObject, key: string, budget: Budget): Value {
  return Object.hasOwn(map, key) ? liftPart(map[key], budget) : absent;
}

export function item(list: List, index: number, budget: Budget): Value {
  return liftPart(list.backing[list.from + index], budget);
}

/** A text is looked through for lone surrogates each time, some thousand units in a step at most. */
function liftPart(data: Data | undefined, budget: Budget): Value {
  if (typeof data === 'string') budget.spend(data.length >> 10);
  return lift(data);
}

export function lengthOf(list: List): number {
  return list.to - list.from;
}

/** Go's word for the type, as messages and `%T` have it. */
export function typeName(value: Value): string {
  switch (value.kind) {
    case 'absent':
    case 'nil':
      return '<nil>';
    case 'int':
      return value.type;
    case 'float':
      return 'float64';
    case 'list':
      return '[]interface {}';
    case 'map':
      return 'map[string]interface {}';
    default:
      return value.kind;
  }
}

/** Go templates' truth: not the zero of its type. */
export function isTrue(value: Value, budget: Budget): boolean {
  switch (value.kind) {
    case 'absent':
    case 'nil':
      return false;
    case 'bool':
      return value.value;
    case 'int':
      return value.value !== 0n;
    case 'float':
      return value.value !== 0;
    case 'string':
      return value.value !== '';
    case 'list':
      return lengthOf(value) > 0;
    case 'map':
      return budget.sizeOf(value.value) > 0;
  }
}
