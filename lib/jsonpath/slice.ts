/**
 * @module Items of lists by index, slice and step (client-go: evalArray).
 */

import type { Json } from '../api/json.ts';
import type { Item, Run, Step } from './evaluation.ts';
import { fail, isList, kindOf, visit } from './evaluation.ts';
import type { SliceNode } from './syntax.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Steps extends Range {
  readonly step: number;
  readonly values: readonly Json[];
}

/**
 * The items that the slice names, of each list; null is passed over. As in client-go an empty range, which `[*]` of an
 * empty list is too, ends the step: what the input has behind that list is not looked at.
 */
export function slice(node: SliceNode): Step {
  return function selectItems(input, run) {
    const results: Item[] = [];
    for (const item of input) {
      if (item.value === null) continue;
      if (!isList(item.value)) {
        fail(run, `${kindOf(item.value)} is not array or slice`, item);
        return input;
      }
      const range = rangeIn(node, item.value.length);
      if (range.start === range.end) return results;
      const fault = faultOf(node, range, item.value.length);
      if (fault !== undefined) {
        fail(run, fault, item);
        return input;
      }
      if (!addItems(results, item, { ...range, step: node.step ?? 1, values: item.value }, run))
        return results;
    }
    return results;
  };
}

function rangeIn(node: SliceNode, length: number): Range {
  const start = node.start ?? 0;
  const end = node.end ?? length;
  const fromBack = end < 0 || (end === 0 && node.single);
  return { start: start < 0 ? start + length : start, end: fromBack ? end + length : end };
}

function faultOf(node: SliceNode, range: Range, length: number): string | undefined {
  const { start, end } = range;
  if (start >= length || start < 0) return `array index out of bounds: index ${start}, length ${length}`;
  if (end > length || end < 0) return `array index out of bounds: index ${end - 1}, length ${length}`;
  if (start > end) return `starting index ${start} is greater than ending index ${end}`;
  return node.step !== undefined && node.step <= 0 ? 'step must be > 0' : undefined;
}

function addItems(into: Item[], list: Item, range: Steps, run: Run): boolean {
  for (let key = range.start; key < range.end; key += range.step) {
    const value = range.values[key];
    if (!visit(into, { value, parent: list, key, float: false }, run)) return false;
  }
  return true;
}
