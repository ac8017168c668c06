import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { byteLength, compareBytes, decode, encode, rejoin } from './bytes.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => new TextEncoder().encode(text)),
  fc
    .array(
      fc.constantFrom(
        0x41,
        0x7f,
        0x80,
        0xbf,
        0xc0,
        0xc2,
        0xe0,
        0xa0,
        0xed,
        0x9f,
        0xef,
        0xf0,
        0x90,
        0xf4,
        0x8f,
        0xf5,
        0xff,
      ),
      {
        maxLength: 12,
      },
    )
    .map((list) => Uint8Array.from(list)),
);

describe('bytes as text', () => {
  it('come back as they were, whether they are UTF-8 or not', () => {
    fc.assert(fc.property(bytes, (given) => assert.deepEqual(encode(decode(given)), Uint8Array.from(given))));
  });

  it('are the text that they encode, if they are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wellFormed = text.toWellFormed();
        assert.equal(decode(new TextEncoder().encode(wellFormed)), wellFormed);
        assert.deepEqual(encode(wellFormed), new TextEncoder().encode(wellFormed));
      }),
    );
  });

  it('have the length of the bytes', () => {
    fc.assert(fc.property(bytes, (given) => assert.equal(byteLength(decode(given)), given.length)));
  });

  it('become characters again when they come together', () => {
    fc.assert(
      fc.property(bytes, fc.nat(24), (given, at) => {
        const halves = decode(given.subarray(0, at)) + decode(given.subarray(at));
        assert.equal(rejoin(halves), decode(given));
      }),
    );
  });

  it('are ordered as bytes are', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const expected = Math.sign(Buffer.compare(a, b));
        assert.equal(Math.sign(compareBytes(decode(a), decode(b))), expected);
      }),
      { numRuns: 5000 },
    );
  });
});
