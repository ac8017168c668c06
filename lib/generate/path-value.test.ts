/**
 * @module Paths of annotations in kubectl's dialect, on one document.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../api/json.ts';
import { Budget, limits } from '../template/budget.ts';
import { evaluatePath } from './path-value.ts';

const DOCUMENT = {
  metadata: { name: 'db', namespace: 'ns' },
  spec: {
    port: 5432,
    flag: true,
    f: 1e21,
    tags: ['a', 'b'],
    m: { k: 'v', n: 1 },
    l: [
      { t: 'x', u: '1' },
      { t: 'y', u: '2' },
    ],
    nul: null,
    'dotted.key': 'dk',
  },
  status: { s: 'text' },
};

const ROWS: readonly (readonly [string, readonly Json[] | RegExp])[] = [
  ['{.metadata.name}', ['db']],
  ['{.metadata.name}-{.metadata.namespace}', ['db-ns']],
  ['pre-{.spec.port}', ['pre-5432']],
  ['{.spec.port}{.spec.flag}', ['5432true']],
  ['{.spec.m}', [{ k: 'v', n: 1 }]],
  ['x{.spec.m}', ['x{"k":"v","n":1}']],
  ['{.spec.tags}', [['a', 'b']]],
  ['x{.spec.tags}', ['x["a","b"]']],
  ['{.spec.tags[*]}', ['a', 'b']],
  ['x{.spec.tags[*]}', ['xa b']],
  ['{.spec.tags[-1:]}', ['b']],
  ['{.spec.tags[9]}', /index out of bounds/],
  ['{.spec.l[?(@.t=="y")].u}', ['2']],
  ['{.spec.l[?(@.t=="z")].u}', []],
  ['{.spec.nope}', /nope is not found/],
  ['{.spec.nul.x}', /x is not found/],
  ['{.status.s.x}', /x is not found/],
  ['{.spec.nul}', [null]],
  ['x{.spec.nul}', ['x<nil>']],
  ['x{.spec.f}', ['x1e+21']],
  [String.raw`{.spec.dotted\.key}`, ['dk']],
  ["{.spec['dotted.key']}", /is not found/],
  ['{range .spec.tags[*]}{@},{end}', ['a,b,']],
  ['{$.metadata.name}', ['db']],
  ['{metadata.name}', /unrecognized identifier metadata/],
  ['{}', [DOCUMENT]],
  ['{.spec[}', /cannot be read/],
];

describe('a path', () => {
  for (const [path, expected] of ROWS) {
    it(`${path} gives ${expected instanceof RegExp ? 'an error' : JSON.stringify(expected)}`, () => {
      const found = evaluatePath(path, DOCUMENT, new Budget(limits));
      if (!(expected instanceof RegExp)) return assert.deepEqual(found, { ok: true, values: expected });
      assert.ok(!found.ok);
      assert.match(found.message, expected);
    });
  }

  it('that names large values again and again is an error, before they are written', () => {
    const map = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}`, index]));
    const document = { map, list: Object.keys(map), text: 'x'.repeat(200_000) };
    for (const part of ['{.map}', '{.list}', '{.list[:900]}', '{.text}']) {
      const budget = new Budget(limits);
      assert.ok(evaluatePath(`x${part}`, document, budget).ok, part);
      assert.ok(budget.spent > 900, part);
      assert.deepEqual(evaluatePath(part.repeat(100), document, new Budget(limits)), {
        ok: false,
        message: 'leads to what is too deep or too large to be written as text',
      });
    }
  });

  it('with text around what is too deep to be written is an error', () => {
    let deep: Json = 'x';
    for (let level = 0; level < 1000; level += 1) deep = [deep];
    const found = evaluatePath('x{.deep}', { deep }, new Budget(limits));
    assert.deepEqual(found, {
      ok: false,
      message: 'leads to what is too deep or too large to be written as text',
    });
  });
});
