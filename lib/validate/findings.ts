/**
 * @module What is wrong with an object of Cleat's own kinds, all of it at once. Only what the object says by itself counts
 * here; what depends on other objects is a matter of warnings.
 */
import { dig, isList, isObject, type Json, type JsonObject } from '../api/json.ts';
import { type FieldError, Fields } from '../parse/field.ts';
import { parseServiceBinding } from '../parse/service-binding.ts';
import { readMapping } from '../resolve/mapping.ts';

/** The metadata are the API server's business, which fills some of them in only after it has asked. */
const isOfSpec = ({ path }: FieldError): boolean => path === 'spec' || path.startsWith('spec.');

/**
 * The specification says nothing of a variable that stands twice. Of a binding that is stored already the first one is
 * taken, so that its projections stay as they are; a new one has to say what it means.
 */
function duplicateVariables(object: JsonObject): readonly FieldError[] {
  const env = dig(object, 'spec', 'env');
  if (!isList(env)) return [];
  const seen = new Set<Json>();
  return env.flatMap((entry, index) => {
    const name = dig(entry, 'name');
    if (typeof name !== 'string' || name === '') return [];
    if (seen.has(name)) {
      return [{ path: `spec.env[${index}].name`, message: 'stands twice: keep one entry for each variable' }];
    }
    seen.add(name);
    return [];
  });
}

/** The errors of a ServiceBinding (APP-2, SB-6..9, SB-12, SB-20). */
export function bindingErrors(object: JsonObject): readonly FieldError[] {
  const parsed = parseServiceBinding(object);
  return [...(parsed.ok ? [] : parsed.errors.filter(isOfSpec)), ...duplicateVariables(object)];
}

function errorsOfSpec(spec: JsonObject): readonly FieldError[] {
  const mapping = readMapping(spec, 'spec');
  return mapping.ok ? [] : mapping.errors;
}

/**
 * Of each template by itself: the expressions of a mapping are looked at only where the rest of it can be read, and a
 * version that stands twice should not hide a path that is wrong.
 */
function errorsOfTemplates(versions: Json | undefined): readonly FieldError[] {
  if (!isList(versions)) return [];
  return versions.flatMap((template, index) =>
    errorsOfSpec({ versions: [template] }).map(({ path, message }) => ({
      path: path.replace('spec.versions[0]', `spec.versions[${index}]`),
      message,
    })),
  );
}

/** The errors of a ClusterWorkloadResourceMapping (WRM-6, WRM-7, WRM-14, WRM-21..23). */
export function mappingErrors(object: JsonObject): readonly FieldError[] {
  const spec = dig(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  // For its message if the spec is no object.
  new Fields(object, '', errors).optionalObject('spec');
  if (!isObject(spec)) return errors;
  const whole = errorsOfSpec(spec);
  if (whole.length === 0) return [];
  const told = new Set(whole.map(({ path }) => path));
  return [...whole, ...errorsOfTemplates(spec['versions']).filter(({ path }) => !told.has(path))];
}

/** What the specification's reference implementation does not let change either: other objects would be meant. */
const FIXED_FIELDS = ['apiVersion', 'kind'] as const;

/** A value that says nothing may be replaced by one that does: otherwise the object could never be corrected. */
export function immutableErrors(object: JsonObject, old: JsonObject): readonly FieldError[] {
  return FIXED_FIELDS.filter((field) => {
    const before = dig(old, 'spec', 'workload', field) ?? '';
    return before !== '' && dig(object, 'spec', 'workload', field) !== before;
  }).map((field) => ({
    path: `spec.workload.${field}`,
    message: 'cannot be changed: delete the ServiceBinding and create it anew',
  }));
}
