/**
 * @module What of a binding cannot be changed once it is there: what its workload is. Other objects would be meant, and
 * those that are bound would be left as they are.
 */
import { dig, type JsonObject, textOf } from '../api/json.ts';
import type { FieldError } from '../parse/field.ts';

const fixed = (path: string): FieldError => ({
  path,
  message: 'cannot be changed: delete the ServiceBinding and create it anew',
});

const member = (object: JsonObject, field: string): ((name: string) => string) => {
  const reference = dig(object, 'spec', field);
  return (name) => textOf(dig(reference, name));
};

/**
 * The specification's references: what its reference implementation does not let change either. A value that says
 * nothing may be replaced by one that does: otherwise the object could never be corrected.
 */
export function fixedReference(
  field: 'workload' | 'application',
): (object: JsonObject, old: JsonObject) => readonly FieldError[] {
  return (object, old) => {
    const [now, before] = [member(object, field), member(old, field)];
    return ['apiVersion', 'kind']
      .filter((name) => before(name) !== '' && now(name) !== before(name))
      .map((name) => fixed(`spec.${field}.${name}`));
  };
}

/** Which field changed what is meant: the resource goes before the kind, which only counts without one. */
function changedType(now: (name: string) => string, before: (name: string) => string): string | undefined {
  if (before('kind') === '' && before('resource') === '') return undefined;
  if (now('resource') !== before('resource')) return 'resource';
  return now('resource') === '' && now('kind') !== before('kind') ? 'kind' : undefined;
}

/**
 * The Service Binding Operator's references. It lets nothing change once the binding is ready, because it would leave
 * behind what it has bound; here only the type is fixed.
 */
export function fixedApplication(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const [now, before] = [member(object, 'application'), member(old, 'application')];
  const isSame = (name: string): boolean => now(name) === before(name);
  const type = changedType(now, before);
  return [
    ...['group', 'version'].filter((name) => before('version') !== '' && !isSame(name)),
    ...(type === undefined ? [] : [type]),
  ].map((name) => fixed(`spec.application.${name}`));
}
