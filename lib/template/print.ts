/**
 * @module Go's fmt.Sprint and Sprintln, and the text that escapers work on.
 */

import type { Budget } from './budget.ts';
import { rejoin } from './bytes.ts';
import { Printer } from './printer.ts';
import { text, type Value } from './value.ts';

/** The arguments with a blank between two of them if neither is a string. */
export function sprint(values: readonly Value[], budget: Budget): string {
  const printer = new Printer(budget);
  let wasString = true;
  for (const value of values) {
    const isString = value.kind === 'string';
    if (!isString && !wasString) printer.write(' ');
    printer.printArgument(value, 'v');
    wasString = isString;
  }
  return rejoin(printer.text);
}

/** The arguments with a blank between any two, and a new line. */
export function sprintln(values: readonly Value[], budget: Budget): string {
  const printer = new Printer(budget);
  for (const [index, value] of values.entries()) {
    if (index > 0) printer.write(' ');
    printer.printArgument(value, 'v');
  }
  printer.write('\n');
  return rejoin(printer.text);
}

/** What an action prints, and an argument of `html`, `js` and `urlquery` becomes. */
export function shown(value: Value): Value {
  return value.kind === 'absent' || value.kind === 'nil' ? text('<no value>') : value;
}
