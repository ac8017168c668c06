/**
 * @module Label selectors (meta/v1 LabelSelector), by the rules that the API server applies to them.
 */
import { type LabelSelector, SelectorOperator, type SelectorRequirement } from '../api/meta.ts';
import type { Fields } from './field.ts';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** A qualified name: `[prefix/]name`, the prefix a DNS subdomain of at most 253 characters. */
function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return NAME.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && SUBDOMAIN.test(prefix) && NAME.test(key.slice(slash + 1));
}

const isLabelValue = (value: string): boolean => value === '' || NAME.test(value);

const OPERATORS: ReadonlySet<string> = new Set(Object.values(SelectorOperator));

function isOperator(value: string): value is SelectorOperator {
  return OPERATORS.has(value);
}

function parseExpression(fields: Fields): readonly SelectorRequirement[] {
  const key = fields.string('key');
  const operator = fields.string('operator');
  const values = fields.optionalStrings('values') ?? [];
  if (key !== '' && !isLabelKey(key)) fields.fail('key', 'is not a label key');
  if (operator === '') return [];
  if (!isOperator(operator)) {
    fields.fail('operator', 'must be In, NotIn, Exists or DoesNotExist');
    return [];
  }
  checkValues(fields, operator, values);
  return [{ key, operator, values }];
}

/** Two of the operators compare with values, the other two have nothing to compare. */
function checkValues(fields: Fields, operator: SelectorOperator, values: readonly string[]): void {
  const takesValues = operator === SelectorOperator.in || operator === SelectorOperator.notIn;
  if (takesValues && values.length === 0)
    fields.fail('values', `must hold at least one value for ${operator}`);
  if (!takesValues && values.length > 0) fields.fail('values', `must be empty for ${operator}`);
  if (takesValues && !values.every(isLabelValue)) fields.fail('values', 'holds what is not a label value');
}

/** Reads `matchLabels` and `matchExpressions`; errors are collected in `fields`. */
export function parseSelector(fields: Fields): LabelSelector {
  const labels = [...(fields.optionalStringMap('matchLabels') ?? [])].map(([key, value]) => {
    if (!isLabelKey(key)) fields.fail(`matchLabels[${key}]`, 'is not a label key');
    if (!isLabelValue(value)) fields.fail(`matchLabels[${key}]`, 'is not a label value');
    return { key, operator: SelectorOperator.in, values: [value] };
  });
  return [...labels, ...fields.objects('matchExpressions').flatMap(parseExpression)];
}
