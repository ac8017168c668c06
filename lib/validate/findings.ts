/**
 * @module What is wrong with an object of Cleat's own kinds, all of it at once. Only what the object says by itself counts
 * here; what depends on other objects is a matter of warnings.
 */
import { dig, isList, isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Slices } from '../api/slices.ts';
import { readBinding } from '../binding/read.ts';
import { type FieldError, Fields, type Parsed } from '../parse/field.ts';
import { readApplicationMapping } from '../resolve/application-mapping.ts';
import { readMapping } from '../resolve/mapping.ts';
import { itemErrors, namingErrors } from './templates.ts';

/** The metadata are the API server's business, which fills some of them in only after it has asked. */
const isOfSpec = ({ path }: FieldError): boolean => path === 'spec' || path.startsWith('spec.');

/**
 * The specification says nothing of a variable, or a mapping, that stands twice. Of a binding that is stored already the
 * first variable and the last mapping are taken, so that its projections stay as they are; a new one has to say what it means.
 */
export function duplicates(
  object: JsonObject,
  field: 'env' | 'mappings',
  what: string,
): readonly FieldError[] {
  const list = dig(object, 'spec', field);
  if (!isList(list)) return [];
  const seen = new Set<Json>();
  return list.flatMap((entry, index) => {
    const name = dig(entry, 'name');
    if (typeof name !== 'string' || name === '') return [];
    if (seen.has(name)) {
      return [
        { path: `spec.${field}[${index}].name`, message: `stands twice: keep one entry for each ${what}` },
      ];
    }
    seen.add(name);
    return [];
  });
}

/** What cannot be read of a binding of any API (APP-2, SB-6..9, SB-12, SB-20, SB-24). */
function unreadable(object: JsonObject): readonly FieldError[] {
  const binding = readBinding(object);
  return binding.ok ? [] : binding.errors.filter(isOfSpec);
}

export function bindingErrors(object: JsonObject): readonly FieldError[] {
  return [...unreadable(object), ...duplicates(object, 'env', 'variable')];
}

/** `service.binding/v1alpha2`. */
export function* draftBindingErrors(object: JsonObject): Slices<readonly FieldError[]> {
  return [
    ...bindingErrors(object),
    ...duplicates(object, 'mappings', 'item'),
    ...(yield* itemErrors(object, ['mappings'])),
  ];
}

/** `binding.operators.coreos.com`: what stands twice is no error there, the last one is taken. */
export function* operatorBindingErrors(object: JsonObject): Slices<readonly FieldError[]> {
  const inItems = yield* itemErrors(object, ['mappings']);
  return [...unreadable(object), ...inItems, ...(yield* namingErrors(object))];
}

/** `operators.coreos.com`. */
export function* stacksBindingErrors(object: JsonObject): Slices<readonly FieldError[]> {
  const inItems = yield* itemErrors(object, ['customEnvVar', 'dataMapping', 'dataMappings']);
  return [...unreadable(object), ...inItems];
}

/** Reads a mapping's spec as whoever uses it does. */
type ReadSpec = (spec: JsonObject, path: string) => Parsed<unknown>;

function errorsOfSpec(read: ReadSpec, spec: JsonObject): readonly FieldError[] {
  const mapping = read(spec, 'spec');
  return mapping.ok ? [] : mapping.errors;
}

/**
 * Of each template by itself: the expressions of a mapping are looked at only where the rest of it can be read, and a
 * version that stands twice should not hide a path that is wrong.
 */
function errorsOfTemplates(read: ReadSpec, versions: Json | undefined): readonly FieldError[] {
  if (!isList(versions)) return [];
  return versions.flatMap((template, index) =>
    errorsOfSpec(read, { versions: [template] }).map(({ path, message }) => ({
      path: path.replace('spec.versions[0]', `spec.versions[${index}]`),
      message,
    })),
  );
}

function errorsOfMapping(read: ReadSpec, object: JsonObject): readonly FieldError[] {
  const spec = dig(object, 'spec') ?? {};
  const errors: FieldError[] = [];
  // For its message if the spec is no object.
  new Fields(object, '', errors).optionalObject('spec');
  if (!isObject(spec)) return errors;
  const whole = errorsOfSpec(read, spec);
  if (whole.length === 0) return [];
  const told = new Set(whole.map(({ path }) => path));
  return [...whole, ...errorsOfTemplates(read, spec['versions']).filter(({ path }) => !told.has(path))];
}

/** The errors of a ClusterWorkloadResourceMapping (WRM-6, WRM-7, WRM-14, WRM-21..23). */
export const mappingErrors = (object: JsonObject): readonly FieldError[] =>
  errorsOfMapping(readMapping, object);

/** The errors of a ClusterApplicationResourceMapping (ARM-4..6). */
export const applicationMappingErrors = (object: JsonObject): readonly FieldError[] =>
  errorsOfMapping(readApplicationMapping, object);
