/**
 * @module Filters (client-go: evalFilter): the items of lists for which a comparison holds or something exists.
 */

import { compare } from './compare.ts';
import type { Item, Run, Step } from './evaluation.ts';
import { count, fail, isList, kindOf } from './evaluation.ts';

export interface Condition {
  readonly left: Step;
  readonly operator: string;
  readonly right: Step;
}

/**
 * The items of each list that pass. One item that cannot be compared fails the whole expression. Existence is judged
 * as in client-go, where a left side that fails for another reason than a missing key, such as an index out of
 * bounds, counts as existing.
 */
export function filter(condition: Condition): Step {
  const test = condition.operator === 'exists' ? exists : holds;
  return function selectMatching(input, run) {
    const results: Item[] = [];
    for (const list of input) {
      if (!isList(list.value)) {
        fail(run, `${kindOf(list.value)} is not array or slice and cannot be filtered`, list);
        return input;
      }
      for (const [key, value] of list.value.entries()) {
        const item: Item = { value, parent: list, key, float: false };
        if (count(1, run) && test(condition, item, run)) results.push(item);
        if (run.failure !== undefined) return input;
      }
    }
    return results;
  };
}

function exists(condition: Condition, item: Item, run: Run): boolean {
  const found = condition.left([item], run);
  if (run.failure?.fatal === false) run.failure = undefined;
  return found.length > 0;
}

function holds(condition: Condition, item: Item, run: Run): boolean {
  const left = operand(condition.left, item, run);
  if (left === undefined) return false;
  const right = operand(condition.right, item, run);
  if (right === undefined) return false;
  const result = compare(left, condition.operator, right);
  if ('pass' in result) return result.pass;
  fail(run, result.error, item);
  return false;
}

/** The one value of an operand; undefined if there is none, or a failure. */
function operand(step: Step, item: Item, run: Run): Item | undefined {
  const found = step([item], run);
  if (run.failure !== undefined) return undefined;
  if (found.length > 1) fail(run, 'can only compare one element at a time', item);
  return found.length === 1 ? found[0] : undefined;
}
