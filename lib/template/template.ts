/**
 * @module Go's text/template, and as much of html/template as names need: a source is parsed once and executed on data
 * as often as wanted. Nothing is thrown, no code is generated, and nothing a source says takes more than its limits.
 */

import { inOneGo, type Slices } from '../api/slices.ts';
import { escapeTrees } from './escape.ts';
import { Fault, locate, type TemplateError } from './fault.ts';
import { functionNames, functionsFor, type ExtraFunction, type Functions } from './functions.ts';
import { parse } from './parse.ts';
import type { Trees } from './syntax.ts';

/** The longest source, in UTF-16 code units. Parsing takes a time in proportion, 64 KiB some 50 ms. */
export const maxSourceLength = 64 * 1024;

export interface TemplateOptions {
  /** Functions beyond Go's builtins. */
  readonly functions?: readonly ExtraFunction[];
  /**
   * As html/template does in the text of a document: what actions print is escaped, and what is missing prints nothing.
   * The text itself must not contain `<`.
   */
  readonly html?: boolean;
  /** By which name the source can call itself. */
  readonly name?: string;
}

/** A parsed template; to be executed, otherwise of no concern. */
export interface Template {
  readonly source: string;
  readonly name: string;
  readonly trees: Trees;
  readonly functions: Functions;
}

export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly error: TemplateError };

/** In one go. */
export function parseTemplate(source: string, options: TemplateOptions = {}): ParsedTemplate {
  return inOneGo(parseTemplateSliced(source, options));
}

/** In slices of some 5 ms, with pauses between them, so that whoever drives it can let others have a turn. */
export function* parseTemplateSliced(source: string, options: TemplateOptions = {}): Slices<ParsedTemplate> {
  if (source.length > maxSourceLength) {
    const message = `the template is longer than ${maxSourceLength} characters`;
    return { ok: false, error: { message, line: 1, column: 1 } };
  }
  // Lone surrogates would be taken for bytes (see bytes.ts).
  const text = source.toWellFormed();
  try {
    return { ok: true, template: yield* parseText(text, options) };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { ok: false, error: { message: fault.message, ...locate(text, fault.at ?? 0) } };
  }
}

function* parseText(source: string, options: TemplateOptions): Slices<Template> {
  const { functions = [], html = false, name = 'template' } = options;
  const parsed = yield* parse(source, name, functionNames(functions));
  const trees = html ? escapeTrees(parsed, name) : parsed;
  return { source, name, trees, functions: functionsFor(functions) };
}
