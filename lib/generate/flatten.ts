/**
 * @module One collected value becomes items: objects are taken apart with their keys joined by underscores, lists by
 * index, everything else is text.
 */
import { isList, isObject, type Json } from '../api/json.ts';
import type { Budget } from '../template/budget.ts';
import { Fault } from '../template/fault.ts';
import { fail, quoted } from './failure.ts';
import { print } from './go-text.ts';

/** Deeper objects make names that are longer than any key of a Secret. */
const maxDepth = 200;

/** Receives an item. */
export type Put = (name: string, text: string) => void;

interface Flattening {
  readonly put: Put;
  /** For messages: whose value it is. */
  readonly where: string;
  readonly budget: Budget;
  /** Whether messages must not tell the names, since values are among them. */
  readonly isHidden: boolean;
}

export function flatten(name: string, value: Json, flattening: Flattening): void {
  const { put, where, budget, isHidden } = flattening;
  let current = name;
  try {
    walk(name, value, 0);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const what = isHidden ? 'one of its values' : `the value for ${quoted(current)}`;
    fail('value', `${where}: ${what} is too deep or too large to be written as text`);
  }

  function walk(at: string, part: Json, depth: number): void {
    current = at;
    // Objects without members cost work, too, and make none of the items whose number is limited.
    budget.spend(1);
    if (depth > maxDepth) fail('value', `${where}: its value is nested more than ${maxDepth} levels deep`);
    if (isList(part)) {
      for (const [index, element] of part.entries()) put(`${at}_${index}`, print(element, budget));
    } else if (isObject(part)) {
      for (const [key, member] of Object.entries(part))
        walkMember(at === '' ? key : `${at}_${key}`, member, depth);
    } else {
      put(at, print(part, budget));
    }
  }

  function walkMember(at: string, member: Json, depth: number): void {
    if (member === null) {
      fail(
        'value',
        `${where}: Value for ${keyTitle(at, isHidden)} not found; give it a value, or take the key out`,
      );
    }
    walk(at, member, depth + 1);
  }
}

/** A key, as messages name it. */
export function keyTitle(key: string, isHidden: boolean): string {
  return isHidden ? 'one of the keys' : `key ${key}`;
}
