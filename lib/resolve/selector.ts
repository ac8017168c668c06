/**
 * @module Label selectors: what they match, and what of them an index can use.
 */
import { type LabelSelector, SelectorOperator, type SelectorRequirement } from '../api/meta.ts';

export type Labels = ReadonlyMap<string, string>;

function holds({ key, operator, values }: SelectorRequirement, labels: Labels): boolean {
  const value = labels.get(key);
  switch (operator) {
    case SelectorOperator.in:
      return value !== undefined && values.includes(value);
    // As in Kubernetes, an object without the label satisfies NotIn.
    case SelectorOperator.notIn:
      return value === undefined || !values.includes(value);
    case SelectorOperator.exists:
      return value !== undefined;
    case SelectorOperator.doesNotExist:
      return value === undefined;
  }
}

/** Whether the labels satisfy every requirement; a selector without requirements matches everything. */
export function matches(selector: LabelSelector, labels: Labels): boolean {
  return selector.every((requirement) => holds(requirement, labels));
}

/** An index key for a label with a value, or for the mere presence of a label. */
export const labelKey = (key: string, value?: string): string =>
  value === undefined ? key : `${key}=${value}`;

/**
 * The index keys under which a selector is found: an object that it matches has at least one of them. The narrowest
 * requirement serves, In before Exists. Undefined for a selector that asks for no label, which can match anything.
 */
export function anchors(selector: LabelSelector): readonly string[] | undefined {
  const isIn = selector.find(({ operator }) => operator === SelectorOperator.in);
  if (isIn !== undefined) return [...new Set(isIn.values)].map((value) => labelKey(isIn.key, value));
  const exists = selector.find(({ operator }) => operator === SelectorOperator.exists);
  return exists && [labelKey(exists.key)];
}
