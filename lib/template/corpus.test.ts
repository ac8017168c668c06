import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseExactly } from '../api/exact-json.ts';
import { execute } from './execute.ts';
import { parseTemplate, type TemplateOptions } from './template.ts';
import type { Data, DataObject } from './value.ts';

/** What Go says to a template: the text, or in which phase it fails, in which line, and with which words. */
interface Entry {
  readonly template: string;
  readonly text?: string;
  readonly fails?: 'parse' | 'execute';
  readonly line?: number;
  readonly message?: string;
}

interface Group {
  readonly about: string;
  readonly document: string;
  readonly html?: boolean;
}

interface Corpus {
  readonly templates: string;
  readonly generator: string;
  readonly groups: readonly (Group & { readonly entries: readonly Entry[] })[];
}

interface Templates {
  readonly groups: readonly (Group & { readonly templates: readonly string[] })[];
}

const folder = new URL('testdata/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const templates = JSON.parse(read('templates.json')) as Templates;
const corpus = JSON.parse(read('corpus.json')) as Corpus;
const { documents } = parseExactly(read('templates.json')) as { readonly documents: DataObject };

/** The functions that the Service Binding Operator gives to mappings, and to naming strategies. */
const mapping: TemplateOptions = { functions: ['json'] };
const namingStrategy: TemplateOptions = { functions: ['upper', 'lower', 'title'], html: true };

function ask(template: string, data: Data, options: TemplateOptions): Entry {
  const parsed = parseTemplate(template, options);
  if (!parsed.ok) return { template, fails: 'parse', ...parsed.error };
  const executed = execute(parsed.template, data);
  return executed.ok ? { template, text: executed.text } : { template, fails: 'execute', ...executed.error };
}

/** Where Go itself says in which line; of a name defined twice it knows no more than where the file ends. */
function hasLine(entry: Entry): boolean {
  return entry.line !== undefined && entry.message?.includes('multiple definition') !== true;
}

function isSame(ours: Entry, theirs: Entry): boolean {
  if (ours.text !== theirs.text || ours.fails !== theirs.fails) return false;
  return !hasLine(theirs) || ours.line === theirs.line;
}

/** Why an answer may be another than Go's. Each has a test that recognizes it. */
const reasons: Readonly<Record<string, (ours: Entry) => boolean>> = {
  'complex numbers are refused: no data have any': ({ message }) =>
    message === 'complex numbers are not supported',
  'markup in the text of a naming strategy is refused: a name needs none, and it would change how values are escaped':
    ({ message }) => message === 'the text must not contain "<"',
};

describe("the corpus of Go's text/template and html/template", () => {
  it('is made from the present templates and generator (else: make update-golden)', () => {
    assert.equal(corpus.templates, sha256(read('templates.json')));
    assert.equal(corpus.generator, sha256(read('oracle/generate.go')));
    const wanted = templates.groups.map((group) => group.templates);
    const present = corpus.groups.map(({ entries }) => entries.map(({ template }) => template));
    assert.deepEqual(present.slice(0, wanted.length), wanted);
    assert.ok(present.flat().length > 3000);
  });

  const deviations = new Map<string, string[]>();
  for (const { about, document, html, entries } of corpus.groups) {
    it(`is what templates answer: ${about}`, () => {
      for (const theirs of entries) {
        const ours = ask(
          theirs.template,
          documents[document] ?? null,
          html === true ? namingStrategy : mapping,
        );
        if (isSame(ours, theirs)) continue;
        const reason = Object.keys(reasons).find((reason) => reasons[reason]?.(ours) === true);
        assert.ok(
          reason !== undefined,
          `${theirs.template}\nours: ${JSON.stringify(ours)}\nGo's: ${JSON.stringify(theirs)}`,
        );
        deviations.set(reason, [...(deviations.get(reason) ?? []), theirs.template]);
      }
    });
  }

  it('is departed from only where it is listed, for a reason that is listed', () => {
    assert.deepEqual(Object.fromEntries(deviations), JSON.parse(read('deviations.json')));
  });
});
