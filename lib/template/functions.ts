/**
 * @module The functions that templates may call: Go's builtins, and those that an option adds.
 */

import type { Budget } from './budget.ts';
import { lower, title, upper } from './case.ts';
import { equals, equalsAny, isLess, isLessOrEqual } from './compare.ts';
import { argumentsName, escaperName } from './escape.ts';
import { escapeHtml, escapeHtmlText, escapeJavaScript, escapeQuery } from './escapers.ts';
import { Fault } from './fault.ts';
import { indexInto, length, sliceOf } from './indexing.ts';
import { jsonText } from './json-text.ts';
import { shown, sprint, sprintln } from './print.ts';
import { sprintf } from './printf.ts';
import { absent, bool, int, isTrue, text, typeName, type Value } from './value.ts';

/**
 * What a parameter takes: `value` anything, even nothing (Go's reflect.Value); `any` anything, nothing becoming nil
 * (interface{}); `string` strings only.
 */
export type Parameter = 'value' | 'any' | 'string';

export interface TemplateFunction {
  readonly parameters: readonly Parameter[];
  /** What further arguments are; without it there may be none. */
  readonly rest?: Parameter;
  readonly call: (args: readonly Value[], budget: Budget) => Value;
}

/** Functions beyond Go's builtins that a template can be given. */
export type ExtraFunction = 'json' | 'upper' | 'lower' | 'title';

function comparison(compare: (a: Value, b: Value) => boolean): TemplateFunction {
  return {
    parameters: ['value', 'value'],
    call: ([a = absent, b = absent], budget) => {
      charge(a, budget);
      charge(b, budget);
      return bool(compare(a, b));
    },
  };
}

/** Looking at a long text takes its time. */
function charge(value: Value, budget: Budget): void {
  if (value.kind === 'string') budget.spendOn(value.value);
}

/** The arguments as one text, which is then escaped. */
function escaper(
  escape: (text: string) => string,
  present: (values: readonly Value[]) => readonly Value[],
  unitsPerStep?: number,
): TemplateFunction {
  return {
    parameters: [],
    rest: 'any',
    call: (args, budget) => {
      const plain = sprint(present(args), budget);
      budget.spendOnEach(plain, unitsPerStep);
      const escaped = escape(plain);
      budget.grow(escaped.length);
      return text(escaped);
    },
  };
}

function cased(change: (text: string) => string, unitsPerStep: number): TemplateFunction {
  return {
    parameters: ['string'],
    call: ([value], budget) => {
      const plain = stringOf(value);
      budget.spendOnEach(plain, unitsPerStep);
      return text(change(plain));
    },
  };
}

function stringOf(value: Value | undefined): string {
  return value?.kind === 'string' ? value.value : '';
}

const allShown = (values: readonly Value[]): readonly Value[] => values.map(shown);
const withoutNil = (values: readonly Value[]): readonly Value[] =>
  values.filter(({ kind }) => kind !== 'absent' && kind !== 'nil');

/** `and` and `or` are not here: they do not evaluate all of their arguments. */
const builtins: Readonly<Record<string, TemplateFunction>> = {
  not: { parameters: ['value'], call: ([value = absent], budget) => bool(!isTrue(value, budget)) },
  len: {
    parameters: ['value'],
    call: ([value = absent], budget) => {
      charge(value, budget);
      return int(length(value, budget));
    },
  },
  index: {
    parameters: ['value'],
    rest: 'value',
    call: ([value = absent, ...keys], budget) => {
      charge(value, budget);
      return indexInto(value, keys, budget);
    },
  },
  slice: {
    parameters: ['value'],
    rest: 'value',
    call: ([value = absent, ...bounds], budget) => {
      if (value.kind === 'string') budget.spendOnEach(value.value);
      return sliceOf(value, bounds);
    },
  },
  call: {
    parameters: ['value'],
    rest: 'value',
    call: ([value = absent]) => {
      throw new Fault(`call of a value of type ${typeName(value)}, which is no function`);
    },
  },
  eq: {
    parameters: ['value'],
    rest: 'value',
    call: ([first = absent, ...others], budget) => {
      for (const other of others) charge(other, budget);
      return bool(equalsAny(first, others));
    },
  },
  ne: comparison((a, b) => !equals(a, b)),
  lt: comparison(isLess),
  le: comparison(isLessOrEqual),
  gt: comparison((a, b) => !isLessOrEqual(a, b)),
  ge: comparison((a, b) => !isLess(a, b)),
  print: { parameters: [], rest: 'any', call: (args, budget) => text(sprint(args, budget)) },
  println: { parameters: [], rest: 'any', call: (args, budget) => text(sprintln(args, budget)) },
  printf: {
    parameters: ['string'],
    rest: 'any',
    call: ([format, ...args], budget) => text(sprintf(stringOf(format), args, budget)),
  },
  html: escaper(escapeHtml, allShown),
  js: escaper(escapeJavaScript, allShown),
  urlquery: escaper(escapeQuery, allShown, 2),
};

const extras: Readonly<Record<ExtraFunction, TemplateFunction>> = {
  json: { parameters: ['any'], call: ([value = absent], budget) => text(jsonText(value, budget)) },
  upper: cased(upper, 4),
  lower: cased(lower, 4),
  title: cased(title, 2),
};

const escaping: Readonly<Record<string, TemplateFunction>> = {
  [escaperName]: escaper(escapeHtmlText, withoutNil),
  [argumentsName]: { parameters: [], rest: 'any', call: (args, budget) => text(sprint(args, budget)) },
};

export type Functions = ReadonlyMap<string, TemplateFunction>;

/** The functions that a source may name, `and` and `or` included. */
export function functionNames(extra: readonly ExtraFunction[]): ReadonlySet<string> {
  return new Set(['and', 'or', ...Object.keys(builtins), ...extra]);
}

/** All functions that a template, once escaped, may call. */
export function functionsFor(extra: readonly ExtraFunction[]): Functions {
  return new Map([
    ...Object.entries({ ...builtins, ...escaping }),
    ...extra.map((name) => [name, extras[name]] as const),
  ]);
}
