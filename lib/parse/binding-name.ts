/**
 * @module `spec.name` of a binding: the directory below SERVICE_BINDING_ROOT.
 */
import type { Fields } from './field.ts';

/** APP-2. `.` and `..` match the specification's pattern but are no directory of their own. */
const BINDING_NAME = /^[a-z0-9.-]{1,253}$/;

function isBindingName(name: string): boolean {
  return BINDING_NAME.test(name) && name !== '.' && name !== '..';
}

/** Undefined if it is left out or empty, as the API server may store it either way. */
export function parseBindingName(fields: Fields): string | undefined {
  const name = fields.optionalString('name') || undefined;
  if (name !== undefined && !isBindingName(name)) {
    fields.fail(
      'name',
      'must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    );
  }
  return name;
}
