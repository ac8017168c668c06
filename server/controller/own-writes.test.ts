import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OwnWrites } from './own-writes.ts';

describe('our own writes', () => {
  it('are newer than what a watch that lags behind says, until it catches up', () => {
    const writes = new OwnWrites(() => 0);
    writes.note('a', '10');
    assert.equal(writes.isStale('a', '9'), true);
    assert.equal(writes.isStale('b', '9'), false);
    assert.equal(writes.isStale('a', '10'), false);
    assert.equal(writes.isStale('a', '9'), false, 'caught up');
  });

  it('are believed for a moment only: a cluster restored from a backup counts from an older number', () => {
    let now = 0;
    const writes = new OwnWrites(() => now);
    writes.note('a', '10');
    now = 60_000;
    assert.equal(writes.isStale('a', '5'), false);
  });
});
