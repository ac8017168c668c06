/**
 * @module For tests: random JSON values, written as YAML or JSON in random styles.
 */
import * as fc from 'fast-check';
import { isList, isObject, type Json, type JsonObject } from '../../../lib/api/json.ts';
import { renderFlow, renderLines, renderMember } from '../render.ts';

const text = fc.oneof(
  fc.constantFrom(
    'name',
    'env',
    'yes',
    '0755',
    '1e3',
    'null',
    '~',
    '',
    ' ',
    '- a',
    'a: b',
    '#c',
    'a #c',
    '<<',
    '2001-12-14',
  ),
  fc.constantFrom(
    'a\nb',
    'a\nb\n',
    '\n',
    'a\n\n',
    ' a\nb',
    'a \n b',
    'a\r\nb',
    '---',
    '...',
    '\ta',
    'é',
    '\u2028',
    '*x',
    '&y',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '10.0.0.1',
    '{{ x }}',
    '"q"',
    "it's",
    'x:',
    '%d',
    '@a',
    '`',
    '?',
    '!t',
    '1:30',
  ),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }).filter((value) => value.isWellFormed()),
);

const key = fc.oneof(
  fc.constantFrom('name', 'env', 'value', 'volumes', 'metadata', 'labels', 'a', 'b', 'c', 'd'),
  text,
);

const scalar: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom(null, true, false, 0, 1, -7, 1.5, 1e21, 1e-7, 493, 2 ** 53),
);

export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json; object: JsonObject; list: readonly Json[] }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('object'), tie('list')),
    object: fc
      .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([name]) => name })
      .map((entries) => Object.fromEntries(entries)),
    list: fc.array(tie('value'), { maxLength: 4 }),
  }),
).value;

export const object: fc.Arbitrary<JsonObject> = json.map((value) =>
  isObject(value) ? value : { a: value, b: 1 },
);

/** What a change may look like: some members and items go, others come, others change. */
export function changed(value: Json, random: () => number, fresh: () => Json): Json {
  const luck = random();
  if (luck < 0.1) return fresh();
  if (isList(value)) {
    const items = value.filter(() => random() > 0.15).map((item) => changed(item, random, fresh));
    return random() < 0.3 ? items.toSpliced(Math.floor(random() * (items.length + 1)), 0, fresh()) : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .filter(() => random() > 0.15)
    .map(([name, member]) => [name, changed(member, random, fresh)] as const);
  const added = random() < 0.4 ? [[`new${Math.floor(random() * 3)}`, fresh()] as const] : [];
  return Object.fromEntries([...entries, ...added]);
}

/** A value as text, in one of many styles, with comments and blank lines here and there. */
export function written(value: JsonObject, random: () => number): string {
  const style = random();
  const numbers = new Map<number, string>();
  const lineBreak = random() < 0.2 ? '\r\n' : '\n';
  const end = random() < 0.2 ? '' : lineBreak;
  if (style < 0.15) return JSON.stringify(value) + end;
  if (style < 0.35) {
    const unit = ['  ', '    ', '\t'][Math.floor(random() * 3)];
    return JSON.stringify(value, null, unit).replaceAll('\n', lineBreak) + end;
  }
  const options = {
    step: random() < 0.7 ? 2 : 4,
    listStep: random() < 0.5 ? 0 : 2,
    gap: random() < 0.8 ? 2 : 4,
    numbers,
  };
  const lines = style < 0.5 ? renderLines(value, 0, options) : mixedLines(value, 0, { ...options, random });
  return lines.join(lineBreak) + end;
}

interface Mixed {
  readonly step: number;
  readonly listStep: number;
  readonly gap: number;
  readonly numbers: Map<number, string>;
  readonly random: () => number;
}

/** Block style with flow style, comments and blank lines in it. */
function mixedLines(value: JsonObject | readonly Json[], column: number, style: Mixed): string[] {
  const pad = ' '.repeat(column);
  const entries: readonly (readonly [string, Json])[] = isList(value)
    ? value.map((item) => ['', item] as const)
    : Object.entries(value);
  if (entries.length === 0) return [pad + (isList(value) ? '[]' : '{}')];
  const lines: string[] = [];
  for (const [name, member] of entries) {
    const [head = '', ...rest] = isList(value)
      ? [`${pad}-`]
      : renderMember(name, null, column, style).map((line) => line.slice(0, -' null'.length));
    const step = isList(member) && !isList(value) ? style.listStep : style.step;
    lines.push(...noise(pad, style.random), ...mixedMember(member, [head, ...rest], column + step, style));
  }
  return lines;
}

function mixedMember(member: Json, key: readonly string[], column: number, style: Mixed): string[] {
  const { random, numbers } = style;
  const [head = '', ...rest] = key;
  const comment = random() < 0.15 ? ' # why' : '';
  if (member === null && random() < 0.5) return [head + comment, ...rest];
  if (!isFull(member) || random() < 0.2) {
    const flow = renderFlow(member, { json: random() < 0.5, spaced: true, unit: undefined, numbers }, '');
    return [`${head} ${flow}${comment}`, ...rest];
  }
  return [head + comment, ...rest, ...mixedLines(member, column, style)];
}

function isFull(value: Json): value is JsonObject | readonly Json[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function noise(pad: string, random: () => number): string[] {
  const luck = random();
  if (luck < 0.08) return [''];
  if (luck < 0.2) return [`${pad}# a comment`];
  return luck < 0.23 ? ['', `${pad}# b: c`, `${pad}  # - d`] : [];
}
