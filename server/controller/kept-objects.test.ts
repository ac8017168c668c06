import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptObjects } from './kept-objects.ts';

const LETTERS = { a: 'bc' }; // 10 characters of JSON

describe('objects that are kept', () => {
  it('can be had once, as they were', () => {
    const kept = new KeptObjects();
    kept.keep('x', { metadata: { labels: { __proto__x: 'é' } }, list: [1, null] });
    assert.deepEqual(kept.take('x'), { metadata: { labels: { __proto__x: 'é' } }, list: [1, null] });
    assert.equal(kept.take('x'), undefined);
  });

  it('are replaced by their later states, and dropped', () => {
    const kept = new KeptObjects();
    kept.keep('x', { a: 1 });
    kept.keep('x', { a: 2 });
    assert.deepEqual(kept.take('x'), { a: 2 });
    kept.keep('x', { a: 3 });
    kept.drop('x');
    kept.drop('y');
    assert.equal(kept.take('x'), undefined);
  });

  it('take no more room than they are given', () => {
    const kept = new KeptObjects({ one: 10, all: 25 });
    kept.keep('large', { a: 'bcd' });
    assert.equal(kept.take('large'), undefined);
    for (const key of ['x', 'y', 'z']) kept.keep(key, LETTERS);
    assert.equal(kept.take('z'), undefined);
    assert.deepEqual(kept.take('x'), LETTERS);
    kept.keep('z', LETTERS);
    assert.deepEqual([kept.take('y'), kept.take('z')], [LETTERS, LETTERS]);
  });

  it('are not those of an earlier state that there was room for', () => {
    const kept = new KeptObjects({ one: 10, all: 25 });
    kept.keep('x', LETTERS);
    kept.keep('x', { a: 'now too large' });
    assert.equal(kept.take('x'), undefined);
  });
});
