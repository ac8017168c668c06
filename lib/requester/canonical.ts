/**
 * @module One text for all spellings of a JSON value, and different texts for different values: what can be sealed.
 */
import { isList, isObject, type Json } from '../api/json.ts';

/** JSON without spaces, the members of objects in the order of their names. */
export function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => Number(a > b) - Number(a < b))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
