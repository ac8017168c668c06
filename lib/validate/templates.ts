/**
 * @module What is wrong with the templates of a binding before they are ever executed.
 */
import { dig, isList, type Json, type JsonObject } from '../api/json.ts';
import type { Slices } from '../api/slices.ts';
import type { FieldError } from '../parse/field.ts';
import { parseTemplateSliced, type TemplateOptions } from '../template/template.ts';

const ITEM: TemplateOptions = { functions: ['json'] };
const NAMING: TemplateOptions = { functions: ['upper', 'lower', 'title'], html: true };

/** Where each API has the templates of its items. */
export type ItemField = 'mappings' | 'customEnvVar' | 'dataMapping' | 'dataMappings';

/** Of more text than an object may hold, the rest is not looked at: that there is too much is an error by itself. */
const MAX_LOOKED_AT = 128 * 1024;

function* templateError(
  source: string,
  path: string,
  options: TemplateOptions,
): Slices<readonly FieldError[]> {
  const result = yield* parseTemplateSliced(source, options);
  if (result.ok) return [];
  const { message, line, column } = result.error;
  return [{ path, message: `is no template: ${message} (line ${line}, column ${column})` }];
}

interface Source {
  readonly path: string;
  readonly text: string;
}

function sourcesOf(list: Json | undefined, path: string): readonly Source[] {
  if (!isList(list)) return [];
  return list.flatMap((item, index) => {
    const text = dig(item, 'value');
    return typeof text === 'string' ? [{ path: `${path}[${index}].value`, text }] : [];
  });
}

/** The errors of the items' templates, with line and column (SB-25). */
export function* itemErrors(object: JsonObject, fields: readonly ItemField[]): Slices<readonly FieldError[]> {
  let left = MAX_LOOKED_AT;
  const errors: FieldError[] = [];
  for (const { path, text } of fields.flatMap((field) =>
    sourcesOf(dig(object, 'spec', field), `spec.${field}`),
  )) {
    left -= text.length;
    if (left >= 0) errors.push(...(yield* templateError(text, path, ITEM)));
  }
  return errors;
}

/** The errors of a naming strategy. The names of strategies are templates too, whose text is constant. */
export function* namingErrors(object: JsonObject): Slices<readonly FieldError[]> {
  const strategy = dig(object, 'spec', 'namingStrategy');
  return typeof strategy === 'string' ? yield* templateError(strategy, 'spec.namingStrategy', NAMING) : [];
}
