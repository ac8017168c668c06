import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../api/json.ts';
import { isObject } from '../api/json.ts';
import { compilePath, type Located } from './path.ts';
import type { PathSyntaxError } from './syntax.ts';
import { compileTemplate, type Template } from './template.ts';

interface Expressions {
  readonly documents: JsonObject;
  readonly groups: readonly {
    readonly about: string;
    readonly document: string;
    readonly expressions: readonly string[];
  }[];
}

interface Outcome {
  readonly results?: readonly (readonly Json[])[];
  readonly text?: string;
  readonly error?: string;
}

type Entry = { readonly document: string; readonly expression: string; readonly unordered?: boolean } & (
  | { readonly parseError: string }
  | { readonly parseError?: undefined; readonly strict: Outcome; readonly lenient?: Outcome }
);

const folder = new URL('testdata/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const expressions = JSON.parse(read('expressions.json')) as Expressions;
const corpus = JSON.parse(read('corpus.json')) as {
  readonly sha256: string;
  readonly entries: readonly Entry[];
};

const titleOf = (entry: Entry): string => `${entry.document}: ${entry.expression}`;
const documentOf = (entry: Entry): Json => expressions.documents[entry.document] ?? null;

const sorted = (values: readonly string[]): readonly string[] => [...values].sort();

/** Equal texts for equal values, whatever the order of keys. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.sort().join()}}`;
}

/** Integers beyond 2^53: JavaScript reads another number, which shows in what is printed and nowhere else. */
const beyondExact = new Set([
  'items: {9223372036854775807}',
  'values: {.list[9223372036854775807]}',
  'values: {.list[-9223372036854775808]}',
]);

/** client-go names Go's types and prints values that may be confidential; where it panics there is nothing to compare. */
function assertSameMessage(ours: string, theirs: string, entry: Entry): void {
  if (theirs.startsWith('panic: ') || beyondExact.has(titleOf(entry))) return;
  const subject = /^.* is not array or slice/s;
  assert.equal(ours.replace(subject, 'it is not a list'), theirs.replace(subject, 'it is not a list'));
}

function assertSame(template: Template, entry: Entry, theirs: Outcome, missing: 'error' | 'skip'): void {
  const root = documentOf(entry);
  const evaluated = template.evaluate(root, { missing });
  const rendered = template.render(root, { missing });
  if (theirs.error !== undefined) {
    assert.ok(!evaluated.ok && !rendered.ok, `client-go: ${theirs.error}`);
    assertSameMessage(evaluated.message, theirs.error, entry);
    assert.equal(rendered.message, evaluated.message);
    return;
  }
  assert.ok(evaluated.ok && rendered.ok, `client-go finds ${JSON.stringify(theirs.results)}`);
  const order = entry.unordered === true ? sorted : (values: readonly string[]) => values;
  const [ours, expected] = [evaluated.results, theirs.results ?? []].map((lists) =>
    order(lists.map((values) => order(values.map(canonical)).join('\n'))),
  );
  assert.deepEqual(ours, expected);
  if (theirs.text !== undefined && !beyondExact.has(titleOf(entry))) {
    assert.equal(rendered.text, theirs.text);
  }
}

describe('the corpus of client-go', () => {
  it('is made from the present expressions (else: make update-golden)', () => {
    assert.equal(corpus.sha256, createHash('sha256').update(read('expressions.json')).digest('hex'));
    const wanted = expressions.groups.flatMap(({ document, expressions }) =>
      expressions.map((expression) => `${document}: ${expression}`),
    );
    assert.deepEqual(corpus.entries.map(titleOf), wanted);
    assert.ok(wanted.length > 1000);
  });

  let next = 0;
  for (const {
    about,
    expressions: { length },
  } of expressions.groups) {
    const entries = corpus.entries.slice(next, next + length);
    next += length;
    it(`is what templates answer, strict and lenient (WRM-22): ${about}`, () => {
      for (const entry of entries) {
        const compiled = compileTemplate(entry.expression);
        if (entry.parseError !== undefined) {
          assert.ok('error' in compiled, `${titleOf(entry)}: client-go refuses it: ${entry.parseError}`);
          assert.equal(compiled.error.message, entry.parseError, titleOf(entry));
          assert.ok(compiled.error.position >= 0 && compiled.error.position <= entry.expression.length);
          continue;
        }
        assert.ok('template' in compiled, `${titleOf(entry)}: client-go parses it`);
        assertSame(compiled.template, entry, entry.strict, 'error');
        assertSame(compiled.template, entry, entry.lenient ?? entry.strict, 'skip');
      }
    });
  }
});

/** An answer as text: the values, or that there are none because the expression was refused or failed. */
interface Answer {
  readonly kind: 'refused' | 'failed' | 'found';
  readonly values: readonly string[];
  readonly message: string;
}

function answer(compiled: { readonly error: PathSyntaxError } | { readonly located: Located }): Answer {
  if ('error' in compiled) return { kind: 'refused', values: [], message: compiled.error.message };
  const { located } = compiled;
  if (!located.ok) return { kind: 'failed', values: [], message: located.message };
  return { kind: 'found', values: located.locations.map(({ value }) => canonical(value)), message: '' };
}

function pathAnswer(entry: Entry): Answer {
  const compiled = compilePath(entry.expression.slice(1, -1));
  return answer('error' in compiled ? compiled : { located: compiled.path.locate(documentOf(entry)) });
}

function theirAnswer(entry: Entry, mode: 'strict' | 'lenient'): Answer {
  if (entry.parseError !== undefined) return { kind: 'refused', values: [], message: entry.parseError };
  const { error, results = [] } = mode === 'strict' ? entry.strict : (entry.lenient ?? entry.strict);
  if (error !== undefined) return { kind: 'failed', values: [], message: error };
  return { kind: 'found', values: results.flat().map(canonical), message: '' };
}

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
const equal = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

function sameAnswer(ours: Answer, theirs: Answer, entry: Entry): boolean {
  const order = entry.unordered === true ? sorted : (values: readonly string[]) => values;
  return ours.kind === theirs.kind && equal(order(ours.values), order(theirs.values));
}

/** Why a path may answer otherwise than client-go does in strict mode. Each has a test that recognizes it. */
const reasons: Readonly<Record<string, (ours: Answer, strict: Answer, lenient: Answer) => boolean>> = {
  'the expression has to be there': (ours) => ours.message === 'empty path',
  'a path is a single expression': (ours) => ours.message === 'a path is one expression, not several',
  'texts, numbers and bools are no places': (ours) => ours.message.endsWith('leads nowhere in the document'),
  'range and end make no sense in a path': (ours) =>
    /^(?:unrecognized identifier )?(?:range|end) /.test(ours.message),
  'a bare word, which client-go parses and never evaluates, is refused at once': (ours, strict) =>
    ours.message.startsWith('unrecognized identifier') && strict.kind === 'failed',
  'null at the root is a value like any other': (ours, strict) =>
    ours.kind === 'found' && strict.message.startsWith('panic: '),
  'strings have no members': (ours, strict) =>
    (strict.kind === 'found' || strict.message.startsWith('uint8 ')) &&
    equal(
      ours.values,
      strict.values.filter((value) => !/^\d+$/.test(value)),
    ),
  'a missing key skips the item': (ours, strict, lenient) =>
    strict.message.endsWith(' is not found') &&
    ours.kind === lenient.kind &&
    equal(distinct(ours.values), distinct(lenient.values)),
  'places come in the order of the document': (ours, strict) =>
    strict.kind === 'found' && equal(sorted(ours.values), sorted(strict.values)),
  'each place comes once': (ours, strict) =>
    strict.kind === 'found' && equal(distinct(ours.values), distinct(strict.values)),
};

describe('paths of mappings (WRM-14, WRM-22)', () => {
  const deviations = new Map<string, string[]>();
  for (const entry of corpus.entries.filter(({ expression }) => /^\{.*\}$/s.test(expression))) {
    const [ours, strict, lenient] = [
      pathAnswer(entry),
      theirAnswer(entry, 'strict'),
      theirAnswer(entry, 'lenient'),
    ];
    if (sameAnswer(ours, strict, entry)) continue;
    const reason =
      Object.keys(reasons).find((reason) => reasons[reason]?.(ours, strict, lenient)) ?? 'unexplained';
    deviations.set(reason, [...(deviations.get(reason) ?? []), titleOf(entry)]);
  }

  it('answer as client-go does in strict mode, but for the deviations that are listed with their reason', () => {
    assert.deepEqual(Object.fromEntries(deviations), JSON.parse(read('deviations.json')));
  });

  it('deviate for no reason that is not known', () => {
    assert.deepEqual(deviations.get('unexplained') ?? [], []);
  });
});
