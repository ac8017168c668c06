/**
 * @module How values become items and text.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../api/json.ts';
import { aBinding, aDatabase, itemsOf, made, messageOf } from './testkit/derived.ts';

function collected(value: Json, annotation = 'service.binding/k', options = ''): JsonObject | string {
  const database = aDatabase({ [annotation]: `path={.spec.v}${options}` }, { spec: { v: value } });
  return itemsOf(made(aBinding(), database));
}

const TEXTS: readonly (readonly [Json, string])[] = [
  ['text', 'text'],
  ['', ''],
  [5432, '5432'],
  [-7, '-7'],
  [9007199254740991, '9007199254740991'],
  [100000.5, '100000.5'],
  [1000000, '1000000'],
  [1234567.5, '1.2345675e+06'],
  [0.00001, '1e-05'],
  [0.0001, '0.0001'],
  [3, '3'],
  [1e21, '1e+21'],
  [true, 'true'],
  [false, 'false'],
];

describe('a value', () => {
  for (const [value, text] of TEXTS) {
    it(`${JSON.stringify(value)} is written ${JSON.stringify(text)}`, () => {
      assert.deepEqual(collected(value), { k: text });
    });
  }

  it('within a list is written as Go prints it, with nothing taken apart any further', () => {
    const list = [['a', ['b', 1]], { k: null, a: true }, null, 1.5];
    assert.deepEqual(collected(list), {
      k_0: '[a [b 1]]',
      k_1: 'map[a:true k:<nil>]',
      k_2: '<nil>',
      k_3: '1.5',
    });
  });

  it('that is an object is taken apart as deep as it goes', () => {
    assert.deepEqual(collected({ a: { b: { c: 1 } }, l: ['x'] }), { k_a_b_c: '1', k_l_0: 'x' });
  });

  it('without a name gives names of its own only', () => {
    assert.deepEqual(collected({ a: { b: 1 } }, 'service.binding', ',elementType=map'), { a_b: '1' });
  });

  it('that is null within an object is missing', () => {
    const database = aDatabase(
      { 'service.binding/k': 'path={.spec.v}' },
      { spec: { v: { a: { b: null } } } },
    );
    const failed = made(aBinding(), database);
    assert.equal(itemsOf(failed), 'failed: value');
    assert.match(
      messageOf(failed),
      /Database ns\/db: annotation service\.binding\/k: Value for key k_a_b not found/,
    );
  });

  it('that is empty gives nothing', () => {
    assert.equal(collected({}), 'nothing');
    assert.equal(collected([]), 'nothing');
  });

  it('deeper than names can be is refused', () => {
    let deep: Json = 'x';
    for (let level = 0; level < 300; level += 1) deep = { '': deep };
    assert.equal(collected(deep), 'failed: value');
    let list: Json = 'x';
    for (let level = 0; level < 600; level += 1) list = [list];
    assert.equal(collected(list), 'failed: value');
  });
});
