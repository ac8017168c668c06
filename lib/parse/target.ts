/**
 * @module Which objects of its kind a binding is for: one by name, or those that a selector finds.
 */
import type { LabelSelector } from '../api/meta.ts';
import type { Fields } from './field.ts';
import { parseSelector } from './selector.ts';

export interface Target {
  readonly name?: string;
  readonly selector?: LabelSelector;
}

/** What is there of the two, for those who say which of them may be. */
interface Present {
  readonly name: boolean;
  readonly selector: boolean;
}

/** The empty name counts as none. `judge` tells what is wrong with having both, or neither. */
export function parseTarget(
  fields: Fields,
  selectorField: string,
  judge: (present: Present) => void,
): Target {
  const name = fields.optionalString('name') || undefined;
  const selectorFields = fields.optionalObject(selectorField);
  judge({ name: name !== undefined, selector: selectorFields !== undefined });
  const selector = selectorFields && parseSelector(selectorFields);
  return { ...(name === undefined ? {} : { name }), ...(selector === undefined ? {} : { selector }) };
}

/** As the specification has it: exactly one of `name` and `selector` (SB-8). */
export function parseExactTarget(fields: Fields): Target {
  return parseTarget(fields, 'selector', ({ name, selector }) => {
    if (name && selector) fields.fail('selector', 'must not be set beside name: keep one of them');
    if (!name && !selector) fields.fail('name', 'is required unless selector is set');
  });
}
