/**
 * @module The steps that go down: fields, wildcards, recursion (client-go: evalField, evalWildcard, evalRecursive).
 */

import { isObject, own } from '../api/json.ts';
import type { Item, Run, Step } from './evaluation.ts';
import { fail, isList, looseItem, maxDepth, visit } from './evaluation.ts';

/** The member of each map. In strict mode it fails if no item has it; what is no map has no members. */
export function field(name: string): Step {
  return function selectField(input, run) {
    const results: Item[] = [];
    for (const item of input) {
      const value = isObject(item.value) ? own(item.value, name) : undefined;
      if (value === undefined) continue;
      if (!visit(results, { value, parent: item, key: name, float: false }, run)) return results;
    }
    if (results.length === 0 && input.length > 0 && run.missing === 'error') {
      fail(run, `${name} is not found`, input[0]);
    }
    return results;
  };
}

/** All members of maps and lists, and the bytes of strings. */
export function wildcard(input: readonly Item[], run: Run): readonly Item[] {
  const results: Item[] = [];
  for (const item of input) {
    if (!addMembers(results, item, run)) break;
  }
  return results;
}

/** Each value that has members, followed by what is below it, depth first. */
export function recursive(input: readonly Item[], run: Run): readonly Item[] {
  const results: Item[] = [];
  for (const item of input) {
    if (!descend(results, item, run, 0)) break;
  }
  return results;
}

function descend(into: Item[], item: Item, run: Run, depth: number): boolean {
  if (depth > maxDepth) {
    fail(run, `nested more than ${maxDepth} levels deep`, undefined, true);
    return false;
  }
  const { value } = item;
  if (typeof value === 'string') return value === '' || visit(into, item, run);
  const members: Item[] = [];
  if (!addMembers(members, item, run)) return false;
  if (members.length === 0) return true;
  return visit(into, item, run) && members.every((member) => descend(into, member, run, depth + 1));
}

function addMembers(into: Item[], item: Item, run: Run): boolean {
  const { value } = item;
  if (isList(value)) {
    return value.every((member, key) => visit(into, { value: member, parent: item, key, float: false }, run));
  }
  if (isObject(value)) {
    return Object.keys(value).every((key) =>
      visit(into, { value: own(value, key), parent: item, key, float: false }, run),
    );
  }
  if (typeof value !== 'string' || !run.bytes) return true;
  return new TextEncoder().encode(value).every((byte) => visit(into, looseItem(byte), run));
}
