/**
 * @module What the path of an annotation leads to.
 */
import type { Json } from '../api/json.ts';
import { compileTemplate } from '../jsonpath/template.ts';
import type { Budget } from '../template/budget.ts';
import { jsonText } from '../template/json-text.ts';
import { lift } from '../template/value.ts';
import { print, within } from './go-text.ts';

export type PathValues =
  | { readonly ok: true; readonly values: readonly Json[] }
  | { readonly ok: false; readonly message: string };

/** One expression gives what it finds as it is; with text around it, or several of them, all becomes one text. */
export function evaluatePath(path: string, root: Json, budget: Budget): PathValues {
  const compiled = compileTemplate(path);
  if ('error' in compiled) return { ok: false, message: `cannot be read: ${compiled.error.message}` };
  const evaluated = compiled.template.evaluate(root, { missing: 'error' });
  if (!evaluated.ok) return evaluated;
  const { results } = evaluated;
  const [values] = results;
  if (values !== undefined && results.length === 1) return { ok: true, values };
  const text = within(() => joined(results, budget));
  return text === undefined
    ? { ok: false, message: 'leads to what is too deep or too large to be written as text' }
    : { ok: true, values: [text] };
}

/** Blanks between the values of an expression; a path may name the same large value again and again. */
function joined(results: readonly (readonly Json[])[], budget: Budget): string {
  const parts: string[] = [];
  let size = 0;
  for (const values of results) {
    for (const [index, value] of values.entries()) {
      const text = textOf(value, budget);
      size += text.length + 1;
      budget.spendOn(text);
      budget.grow(size);
      parts.push(index > 0 ? ` ${text}` : text);
    }
  }
  return parts.join('');
}

/** As the client-go of the Service Binding Operator's time prints it; today's writes `null` for a null on its own. */
function textOf(value: Json, budget: Budget): string {
  return typeof value !== 'object' || value === null ? print(value, budget) : jsonText(lift(value), budget);
}
