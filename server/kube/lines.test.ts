import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { linesOf } from './lines.ts';
import { collect } from './testing/recording.ts';

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

describe('the lines of a stream', () => {
  it('are the same however the bytes are cut into chunks, inside of a character too', async () => {
    const line = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => !text.includes('\n') && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 0, max: 9 })), async (lines, sizes) => {
        const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
        assert.deepEqual(await collect(linesOf(chunked(bytes, sizes))), lines);
      }),
    );
  });

  it('leave out empty ones and what has no end', async () => {
    const bytes = new TextEncoder().encode('\na\n\nb\nhalf');
    assert.deepEqual(await collect(linesOf(chunked(bytes, [3, 1]))), ['a', 'b']);
  });

  it('end with an error where one is too long', async () => {
    const bytes = new TextEncoder().encode('a\n'.concat('x'.repeat(20)));
    await assert.rejects(collect(linesOf(chunked(bytes, [9, 9]), 10)), { failure: 'unreadable' });
  });
});
