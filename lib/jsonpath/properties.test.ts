import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { isObject, own, type Json } from '../api/json.ts';
import { frozen } from '../testkit/freeze.ts';
import { parseFixed } from './fixed.ts';
import { compilePath, type Location } from './path.ts';
import { compileTemplate } from './template.ts';

const keys = fc.constantFrom(
  'a',
  'b',
  'list',
  'name',
  'x y',
  'a.b',
  '__proto__',
  'constructor',
  '0',
  '',
  'é',
);

/** JSON documents over few keys, so that paths over the same keys find something; frozen. */
const documents: fc.Arbitrary<Json> = fc
  .letrec<{ readonly value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<Json>(null, true, 1, 1.5, 'a', 'é', ''),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 4, selector: ([key]) => key }).map(asObject),
    ),
  }))
  .value.map(frozen);

// Object.fromEntries makes __proto__ an own member.
function asObject(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries);
}

const escaped = (key: string): string => key.replace(/[ .]/g, '\\$&');
const field = keys.map((key) => `.${escaped(key)}`);
const operand = fc.oneof(
  field.map((field) => `@${field}`),
  fc.constantFrom('@', '1', '1.5', '"a"', "'é'", 'true'),
);
const step = fc.oneof(
  { weight: 4, arbitrary: field },
  keys.map((key) => `['${escaped(key)}']`),
  fc.constantFrom(
    '[*]',
    '.*',
    '..',
    '[0]',
    '[-1]',
    '[0:1]',
    '[::2]',
    '[0,-1]',
    "['a','b']",
    '[*,0]',
    '$',
    ' ',
  ),
  fc.tuple(operand, fc.constantFrom('==', '!=', '<', '>='), operand).map((parts) => `[?(${parts.join('')})]`),
  operand.map((operand) => `[?(${operand})]`),
);
const paths = fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => steps.join(''));

const characters = Array.from('.[]()?@$*\'"\\{},:-=<>! \n\tabc01é😀');
const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom(...characters, 'range ', 'end', '[?(', ')]', '..'), {
      maxLength: 40,
    })
    .map((parts) => parts.join('')),
);

/** Follows the keys, through own members only. */
function resolve(root: Json, location: Location): Json | undefined {
  let value: Json | undefined = root;
  for (const key of location.keys) {
    if (typeof key === 'number') value = Array.isArray(value) ? (value as readonly Json[])[key] : undefined;
    else value = isObject(value) ? own(value, key) : undefined;
  }
  return value;
}

describe('for whatever path and document', () => {
  it('each location leads to the value reported, once (WRM-14)', () => {
    fc.assert(
      fc.property(paths, documents, (source, root) => {
        const compiled = compilePath(source);
        if ('error' in compiled) return;
        const located = compiled.path.locate(root);
        if (!located.ok) return;
        for (const location of located.locations) assert.equal(resolve(root, location), location.value);
        const seen = new Set(located.locations.map((location) => JSON.stringify(location.keys)));
        assert.equal(seen.size, located.locations.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('a template finds what the path finds, apart from order, repetitions and bytes (WRM-22)', () => {
    fc.assert(
      fc.property(paths, documents, (source, root) => {
        const path = compilePath(source);
        const template = compileTemplate(`{${source}}`);
        if ('error' in path || 'error' in template) return;
        const located = path.path.locate(root);
        const evaluated = template.template.evaluate(root, { missing: 'skip' });
        if (!located.ok || !evaluated.ok) return;
        const found = new Set(located.locations.map(({ value }) => JSON.stringify(value)));
        for (const value of evaluated.results.flat()) {
          assert.ok(found.has(JSON.stringify(value)) || typeof value === 'number');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a Fixed JSONPath names the place that it has as a path (WRM-23)', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 3 }), documents, (fields, root) => {
        // A field that is a mere dot makes the next one a recursive descent.
        fc.pre(!fields.join('').includes('..'));
        const [fixed, path] = [parseFixed(fields.join('')), compilePath(fields.join(''))];
        assert.ok('path' in path);
        const located = path.path.locate(root);
        assert.ok(located.ok && located.locations.length <= 1);
        if ('path' in fixed && located.locations[0] !== undefined) {
          assert.deepEqual(located.locations[0].keys, fixed.path.keys);
        }
      }),
    );
  });
});

describe('for whatever characters', () => {
  it('nothing is thrown, and errors lie within the source', () => {
    fc.assert(
      fc.property(noise, documents, (source, root) => {
        const path = compilePath(source);
        const fixed = parseFixed(source);
        const template = compileTemplate(source);
        for (const result of [path, fixed, template]) {
          if ('error' in result)
            assert.ok(result.error.position >= 0 && result.error.position <= source.length);
        }
        if ('path' in path) path.path.locate(root);
        if ('template' in template) template.template.render(root, { missing: 'skip' });
        // What is a path is an expression, and what is fixed is a path.
        if ('path' in fixed) assert.ok('path' in path);
        if ('path' in path) assert.ok('template' in compileTemplate(`{${source}}`));
      }),
      { numRuns: 5000 },
    );
  });
});
