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

/** Of more text than an object may hold, or thousands of templates, the rest is not looked at: the condition tells of it. */
const MAX_LOOKED_AT = 128 * 1024;

/** What the shortest template takes, in characters. */
const LEAST = 16;
/** Short templates between which there is no pause: some milliseconds. */
const AT_ONCE = 100;

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
  const sources = fields.flatMap((field) => sourcesOf(dig(object, 'spec', field), `spec.${field}`));
  const errors: FieldError[] = [];
  let looked = 0;
  for (const [index, { path, text }] of sources.entries()) {
    looked += text.length + LEAST;
    if (looked > MAX_LOOKED_AT) break;
    errors.push(...(yield* templateError(text, path, ITEM)));
    if (index % AT_ONCE === AT_ONCE - 1) yield;
  }
  return errors;
}

/** The errors of a naming strategy. The names of strategies are templates too, whose text is constant. */
export function* namingErrors(object: JsonObject): Slices<readonly FieldError[]> {
  const strategy = dig(object, 'spec', 'namingStrategy');
  return typeof strategy === 'string' ? yield* templateError(strategy, 'spec.namingStrategy', NAMING) : [];
}
