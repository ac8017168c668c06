/**
 * @module Puts places of one document into the order in which the document has them, each once.
 */

import { isObject } from '../api/json.ts';
import type { Item } from './evaluation.ts';

interface Branch {
  readonly item: Item;
  found: boolean;
  readonly below: Map<string | number, Branch>;
}

/**
 * The items in document order (a value before what is below it) and without repetitions. `..` and unions find places in
 * another order, and more than once. All items have to descend from one root.
 */
export function inDocumentOrder(items: readonly Item[]): readonly Item[] {
  const results: Item[] = [];
  let root: Branch | undefined;
  for (const item of items) {
    const { start, steps } = wayTo(item);
    root ??= newBranch(start);
    let branch = root;
    for (const step of steps) {
      const next = branch.below.get(step.key) ?? newBranch(step);
      branch.below.set(step.key, next);
      branch = next;
    }
    branch.found = true;
  }
  if (root !== undefined) collect(root, results);
  return results;
}

function newBranch(item: Item): Branch {
  return { item, found: false, below: new Map() };
}

/** The root, and the way from there to the item. */
function wayTo(item: Item): { readonly start: Item; readonly steps: readonly Item[] } {
  const steps: Item[] = [];
  let start = item;
  while (start.parent !== undefined) {
    steps.push(start);
    start = start.parent;
  }
  return { start, steps: steps.reverse() };
}

/** As deep as the items are: by the limits on paths and on `..` far less than the stack. */
function collect(branch: Branch, results: Item[]): void {
  if (branch.found) results.push(branch.item);
  for (const key of keysInOrder(branch)) {
    const next = branch.below.get(key);
    if (next !== undefined) collect(next, results);
  }
}

function keysInOrder(branch: Branch): readonly (string | number)[] {
  const { below, item } = branch;
  if (below.size < 2) return [...below.keys()];
  if (isObject(item.value)) return Object.keys(item.value);
  return [...below.keys()].sort((a, b) => Number(a) - Number(b));
}
