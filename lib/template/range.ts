/**
 * @module What `range` goes through: lists, maps in the order of their keys, and integers from 0 on.
 */

import type { Budget } from './budget.ts';
import { Fault } from './fault.ts';
import { sortedKeys } from './printer.ts';
import { absent, int, item, lengthOf, member, text, typeName, type DataObject, type Value } from './value.ts';

export interface Iteration {
  readonly count: number;
  readonly at: (round: number) => { readonly index: Value; readonly element: Value };
}

const none: Iteration = { count: 0, at: () => ({ index: absent, element: absent }) };

export function iterate(value: Value, variables: number, budget: Budget): Iteration {
  switch (value.kind) {
    case 'absent':
    case 'nil':
      return none;
    case 'list':
      return {
        count: lengthOf(value),
        at: (round) => ({ index: int(round), element: item(value, round, budget) }),
      };
    case 'map': {
      const map = value.value;
      const keys = sortedKeys(map, budget);
      return { count: keys.length, at: (round) => entry(map, keys[round] ?? '', budget) };
    }
    case 'int':
      if (variables > 1) throw new Fault("can't use an integer to iterate over more than one variable");
      return {
        // Far more rounds than a budget allows are not exact, and need not be.
        count: Math.max(Number(value.value), 0),
        at: (round) => ({ index: absent, element: int(round, value.type) }),
      };
    default:
      throw new Fault(`range can't iterate over a value of type ${typeName(value)}`);
  }
}

function entry(map: DataObject, key: string, budget: Budget): ReturnType<Iteration['at']> {
  return { index: text(key.toWellFormed()), element: member(map, key, budget) };
}
