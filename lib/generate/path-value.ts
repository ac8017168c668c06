/**
 * @module What the path of an annotation leads to.
 */
import type { Json } from '../api/json.ts';
import { compileTemplate } from '../jsonpath/template.ts';
import { Budget, slicedLimits } from '../template/budget.ts';
import { Fault } from '../template/fault.ts';
import { jsonText } from '../template/json-text.ts';
import { lift } from '../template/value.ts';
import { goText } from './go-text.ts';

export type PathValues =
  | { readonly ok: true; readonly values: readonly Json[] }
  | { readonly ok: false; readonly message: string };

/** One expression gives what it finds as it is; with text around it, or several of them, all becomes one text. */
export function evaluatePath(path: string, root: Json): PathValues {
  const compiled = compileTemplate(path);
  if ('error' in compiled) return { ok: false, message: `cannot be read: ${compiled.error.message}` };
  const evaluated = compiled.template.evaluate(root, { missing: 'error' });
  if (!evaluated.ok) return evaluated;
  const { results } = evaluated;
  const [values] = results;
  if (values !== undefined && results.length === 1) return { ok: true, values };
  const texts = results.map((items) => items.map(textOf));
  return texts.flat().includes(undefined)
    ? { ok: false, message: 'leads to what is too deep or too large to be written as text' }
    : { ok: true, values: [texts.map((items) => items.join(' ')).join('')] };
}

/** As the client-go of the Service Binding Operator's time prints it; today's writes `null` for a null on its own. */
function textOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null) return goText(value);
  try {
    return jsonText(lift(value), new Budget(slicedLimits));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
