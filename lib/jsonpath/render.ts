/**
 * @module How client-go prints the results of a template (PrintResults): Go's `%v` for scalars, JSON for the rest.
 */

import type { Json } from '../api/json.ts';
import { compareStrings, isInteger } from './compare.ts';
import type { Item } from './evaluation.ts';
import { isList, maxDepth } from './evaluation.ts';

/** The results of one expression, with blanks between them; undefined if one is nested too deep to be printed. */
export function renderItems(items: readonly Item[]): string | undefined {
  return items.every((item) => fits(item.value, maxDepth)) ? items.map(renderItem).join(' ') : undefined;
}

function fits(value: Json | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => fits(member, levels - 1));
}

function renderItem(item: Item): string {
  const { value } = item;
  if (value === undefined) return '<no value>';
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return goJson(value);
  return isInteger(value) && !item.float ? String(value) : goFloat(value);
}

/** Go's `%v` of a float: with an exponent, of two digits at least, below 1e-4 and from 1e+06 on. */
function goFloat(value: number): string {
  const [mantissa, exponent = '+0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** As Go's encoding/json writes it: keys sorted, and what HTML could misread escaped. */
function goJson(value: Json): string {
  if (isList(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  const members = Object.entries(value).sort(([a], [b]) => compareStrings(a, b));
  return `{${members.map(([key, member]) => `${goJson(key)}:${goJson(member)}`).join(',')}}`;
}
