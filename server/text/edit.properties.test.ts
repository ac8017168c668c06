import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { equal, isObject, type Json, type JsonObject } from '../../lib/api/json.ts';
import { editDocument } from './edit.ts';
import { changed, json, object, written } from './testing/random-yaml.ts';
import { readStream, type TextDocument } from './stream.ts';

const luck = fc
  .infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
  .map((stream) => () => stream.next().value);
const fresh = fc.infiniteStream(json).map((stream) => () => stream.next().value);

function documentOf(text: string): TextDocument {
  const { documents, problems } = readStream(text, { name: '' });
  const errors = problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, []);
  const [document] = documents;
  assert.ok(document !== undefined && documents.length === 1);
  return document;
}

function edited(document: TextDocument, value: Json): string {
  return document.opening + editDocument(document, [{ path: [], value }]) + document.closing;
}

test('the edited text has the wanted value', () => {
  fc.assert(
    fc.property(object, luck, fresh, (value, random, next) => {
      const document = documentOf(written(value, random));
      const change = changed(value, random, next);
      const wanted = isObject(change) ? change : { changed: change };
      assert.ok(equal(documentOf(edited(document, wanted)).value, wanted));
    }),
    { numRuns: 400 },
  );
});

test('the same value is the same text', () => {
  fc.assert(
    fc.property(object, luck, (value, random) => {
      const text = written(value, random);
      assert.equal(edited(documentOf(text), structuredClone(value)), text);
    }),
  );
});

test('what is added leaves every line as it was, comments included', () => {
  fc.assert(
    fc.property(object, luck, json, (value, random, added) => {
      const text = written(value, random);
      // Flow style adds within a line, and an empty document has no lines to keep.
      fc.pre(!text.startsWith('{') && Object.keys(value).length > 0);
      const lines = edited(documentOf(text), { ...value, 'really new': added }).split(/\r?\n/);
      const kept = text.split(/\r?\n/).filter((line) => line !== '');
      assert.deepEqual(missing(kept, lines), []);
    }),
  );
});

test('what goes takes no other line with it', () => {
  fc.assert(
    fc.property(object, luck, (value, random) => {
      const whole = { first: 1, ...value, last: 2 };
      const text = written(whole, random);
      fc.pre(!text.startsWith('{'));
      const { last: _, ...rest } = whole;
      const lines = edited(documentOf(text), rest).split(/\r?\n/);
      assert.deepEqual(
        missing(
          lines.filter((line) => line !== ''),
          text.split(/\r?\n/),
        ),
        [],
      );
      assert.ok(lines.length >= text.trimEnd().split('\n').length - 1);
    }),
  );
});

test('what aliases and merge keys repeat changes only where it is wanted', () => {
  const place = fc.constantFrom('anchor', 'alias', 'merged', 'list');
  fc.assert(
    fc.property(object, place, luck, fresh, (value, at, random, next) => {
      const flow = JSON.stringify(value);
      const text = `anchor: &x ${flow}\nalias: *x # a\nmerged:\n  <<: *x\n  own: 1\nlist: [*x, {<<: [*x]}]\n`;
      const document = documentOf(text);
      const before = document.value as JsonObject;
      const wanted = { ...before, [at]: changed(structuredClone(before[at] ?? null), random, next) };
      assert.ok(equal(documentOf(edited(document, wanted)).value, wanted));
    }),
  );
});

/** The lines that the others do not hold, in this order. */
function missing(lines: readonly string[], among: readonly string[]): string[] {
  let at = 0;
  return lines.filter((line) => {
    const found = among.indexOf(line, at);
    if (found !== -1) at = found + 1;
    return found === -1;
  });
}
