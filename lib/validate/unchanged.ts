/**
 * @module Which errors of an object it had before, at a field that did not change. Those never block: whoever edits
 * something else has not made them, and an object from before the webhook must stay editable.
 */
import { dig, isList, isObject, type Json, type JsonObject } from '../api/json.ts';
import type { FieldError } from '../parse/field.ts';

/** `.name`, or what stands between brackets: an index of a list, or a key of a map. */
const STEP = /([^.[\]]+)|\[([^\]]*)\]/g;

/** The path with each index of a list left open, and what stands there. */
function spotOf(path: string, object: JsonObject): { pattern: string; value: Json | undefined } {
  let pattern = '';
  let value: Json | undefined = object;
  for (const [, name, key = ''] of path.matchAll(STEP)) {
    const isEntry = isList(value);
    value = isList(value) ? value[Number(key)] : dig(value, name ?? key);
    pattern += isEntry ? '[]' : `.${name ?? key}`;
  }
  return { pattern, value };
}

/** Equal texts for equal values only, whatever the order of their members. */
function textOf(value: Json | undefined): string {
  const sorted = (_key: string, member: unknown): unknown =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => Number(a > b) - Number(a < b)))
      : member;
  return JSON.stringify(value, sorted) ?? '';
}

/**
 * Equal for errors that say the same of the same value, wherever in a list: an entry that was put in or taken out before
 * it moves its index.
 */
function markOf({ path, message }: FieldError, object: JsonObject): string {
  const { pattern, value } = spotOf(path, object);
  return `${pattern}\n${message}\n${textOf(value)}`;
}

export interface Sorted {
  /** New, or at a field that changed. */
  readonly fresh: readonly FieldError[];
  readonly unchanged: readonly FieldError[];
}

/**
 * Sorts the errors of an object by whether the one that it replaces had them too. One that it had once is unchanged once:
 * a copy of a wrong entry is a new error.
 */
export function sortErrors(
  now: { readonly object: JsonObject; readonly errors: readonly FieldError[] },
  before: { readonly object: JsonObject; readonly errors: readonly FieldError[] },
): Sorted {
  if (before.errors.length === 0) return { fresh: now.errors, unchanged: [] };
  const had = new Map<string, number>();
  for (const error of before.errors) {
    const mark = markOf(error, before.object);
    had.set(mark, (had.get(mark) ?? 0) + 1);
  }
  const [fresh, unchanged]: [FieldError[], FieldError[]] = [[], []];
  for (const error of now.errors) {
    const mark = markOf(error, now.object);
    const left = had.get(mark) ?? 0;
    had.set(mark, left - 1);
    (left > 0 ? unchanged : fresh).push(error);
  }
  return { fresh, unchanged };
}
