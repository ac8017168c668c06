/**
 * @module Values as text, as Go's fmt prints them with `%v`: what an item of a Secret says.
 */
import type { Json } from '../api/json.ts';
import type { Budget } from '../template/budget.ts';
import { Fault } from '../template/fault.ts';
import { sprint } from '../template/print.ts';
import { lift } from '../template/value.ts';

/** Undefined if the value is too deep, or has more members than the budget allows, to be printed. */
export function goText(value: Json, budget: Budget): string | undefined {
  return within(() => print(value, budget));
}

/** The same, with a fault. */
export function print(value: Json, budget: Budget): string {
  return typeof value === 'string' ? value : sprint([lift(value)], budget);
}

/** Undefined if it exceeds its budget. */
export function within<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
