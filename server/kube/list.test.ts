import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutManagedFields } from './inventory.ts';
import { collect } from './testing/recording.ts';
import { nextLimit, pagesOf } from './list.ts';

const list = (text: string): ReturnType<typeof pagesOf> =>
  pagesOf({ read: async () => text }, '/list', { signal: new AbortController().signal, timeoutMs: 1000 });

describe('the pages of a list', () => {
  it('hold as many objects as can be parsed in one go, and at least one', () => {
    assert.equal(nextLimit(50, 50, 50 * 4096), 96);
    assert.equal(nextLimit(50, 50, 50 * 100), 200, 'growing by steps');
    assert.equal(nextLimit(400, 400, 400 * 100), 500, 'up to a bound');
    assert.equal(nextLimit(50, 50, 50 * 1024 * 1024), 1);
    assert.equal(nextLimit(50, 0, 80), 50);
  });

  it('may have no items in the way of Go', async () => {
    const text = '{"metadata":{"resourceVersion":"7"},"items":null}';
    assert.deepEqual(await collect(list(text)), [{ items: [], resourceVersion: '7' }]);
  });

  it('are refused without a resourceVersion: no watch could follow', async () => {
    await assert.rejects(collect(list('{"items":[]}')), /no resourceVersion/);
  });
});

describe('an object on arrival', () => {
  it('loses its managedFields and nothing else', () => {
    const metadata = JSON.parse('{"name":"a","managedFields":[{}],"__proto__":1}');
    const trimmed = withoutManagedFields({ metadata, spec: {} });
    assert.equal(JSON.stringify(trimmed), '{"metadata":{"name":"a","__proto__":1},"spec":{}}');
    const without = { metadata: { name: 'b' } };
    assert.equal(withoutManagedFields(without), without);
  });
});
