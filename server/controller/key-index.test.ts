import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyIndex } from './key-index.ts';

describe('an index of keys', () => {
  it('has every key that was added and not taken away, each once, in the order of their coming', () => {
    const index = new KeyIndex();
    assert.deepEqual(index.at('a'), []);
    for (const key of ['x', 'x', 'y', 'z', 'y']) index.add('a', key);
    assert.deepEqual(index.at('a'), ['x', 'y', 'z']);
    index.delete('a', 'y');
    index.delete('a', 'unknown');
    assert.deepEqual(index.at('a'), ['x', 'z']);
    index.delete('a', 'x');
    index.delete('a', 'z');
    assert.deepEqual(index.at('a'), []);
  });

  it('keeps texts apart, and is not impressed by what it does not have', () => {
    const index = new KeyIndex();
    index.add('a', 'x');
    index.add('b', 'y');
    index.delete('a', 'y');
    index.delete('c', 'x');
    assert.deepEqual([index.at('a'), index.at('b')], [['x'], ['y']]);
    index.delete('a', 'x');
    assert.deepEqual([index.at('a'), index.at('b')], [[], ['y']]);
  });
});
