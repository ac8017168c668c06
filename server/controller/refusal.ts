/**
 * @module What the API server says of a request that it refused, for a condition: without the values that it quotes, which
 * may be whole objects.
 */
import { type ApiError, type ApiErrorCause, describeError } from '../kube/errors.ts';

/** A condition is no place for a page. */
const LENGTH = 300;
const cut = (text: string): string =>
  text.length <= LENGTH ? text : `${text.slice(0, LENGTH - 1).toWellFormed()}…`;

/** What stands in quotes, and what opens and closes an object or a list. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;

/** How long the value is that the text begins with: a string, an object or a list, as JSON or nearly so. */
function lengthOfValue(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth === 0) return index + token.length;
  }
  return text.length;
}

/** A path or a number helps whoever reads it. */
const SHORT = 60;

/** `Invalid value: {…}: field is immutable` without the object: what is wrong comes after it. */
function withoutValue(message: string): string {
  const quoting = /^([^:"{[]*): (?=["{[])/.exec(message);
  if (quoting === null) return message;
  const [{ length }, what = ''] = quoting;
  const rest = message.slice(length);
  const quoted = lengthOfValue(rest);
  return quoted <= SHORT ? message : `${what}${rest.slice(quoted)}`;
}

function tell({ reason, field, message }: ApiErrorCause): string {
  const text = message === '' ? reason : withoutValue(message);
  return [field, text].filter((part) => part !== '').join(': ');
}

/** `redact` may take out more before it is cut. */
export function describeRefusal(error: ApiError, redact = (text: string): string => text): string {
  if (error.causes.length === 0) return cut(redact(describeError(error)));
  const causes = new Set(error.causes.map(tell));
  return cut(redact(`${error.reason || `HTTP ${error.status}`}: ${[...causes].join('; ')}`));
}
