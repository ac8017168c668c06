/**
 * @module One collected value becomes items: objects are taken apart with their keys joined by underscores, lists by
 * index, everything else is text.
 */
import { isList, isObject, type Json } from '../api/json.ts';
import { fail, quoted } from './failure.ts';
import { goText } from './go-text.ts';

/** Deeper objects make names that are longer than any key of a Secret. */
const maxDepth = 200;

/** Receives an item. */
export type Put = (name: string, text: string) => void;

/** `where` says, for messages, whose value it is. */
export function flatten(
  name: string,
  value: Json,
  { put, where }: { readonly put: Put; readonly where: string },
): void {
  walk(name, value, 0);

  function walk(at: string, part: Json, depth: number): void {
    if (depth > maxDepth) fail('value', `${where}: its value is nested more than ${maxDepth} levels deep`);
    if (isList(part)) {
      for (const [index, element] of part.entries()) put(`${at}_${index}`, textOf(at, element));
    } else if (isObject(part)) {
      for (const [key, member] of Object.entries(part))
        walkMember(at === '' ? key : `${at}_${key}`, member, depth);
    } else {
      put(at, textOf(at, part));
    }
  }

  function walkMember(at: string, member: Json, depth: number): void {
    if (member === null) {
      fail('value', `${where}: Value for key ${at} not found; give it a value, or take the key out`);
    }
    walk(at, member, depth + 1);
  }

  function textOf(at: string, part: Json): string {
    const text = goText(part);
    return (
      text ??
      fail('value', `${where}: the value for ${quoted(at)} is too deep or too large to be written as text`)
    );
  }
}
