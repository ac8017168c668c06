/**
 * @module Values as text, as Go's fmt prints them with `%v`: what an item of a Secret says.
 */
import type { Json } from '../api/json.ts';
import { Budget, slicedLimits } from '../template/budget.ts';
import { Fault } from '../template/fault.ts';
import { sprint } from '../template/print.ts';
import { lift } from '../template/value.ts';

/** Undefined if the value is too deep, or has too many members, to be printed. */
export function goText(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  try {
    return sprint([lift(value)], new Budget(slicedLimits));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
