import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { backoffMs, jittered } from './backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the backoff', () => {
  it('doubles from its base to its cap, half of it by chance', () => {
    const limits = { baseMs: 100, capMs: 1000 };
    const at = (failures: number, chance: number): number => backoffMs({ failures, random: chance }, limits);
    assert.deepEqual(
      [1, 2, 3, 4, 5, 99].map((failures) => at(failures, 0)),
      [50, 100, 200, 400, 500, 500],
    );
    assert.equal(at(2, 0.999).toFixed(0), '200');
  });

  it('is what the server asks for when that is longer, within bounds', () => {
    assert.equal(backoffMs({ failures: 1, random: 0, retryAfterSeconds: 90 }), 90_000);
    assert.equal(backoffMs({ failures: 1, random: 0, retryAfterSeconds: 9_999 }), 120_000);
    assert.equal(backoffMs({ failures: 9, random: 0, retryAfterSeconds: 1 }), 15_000);
  });

  it('is never more than its cap nor less than half of its base', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), random, (failures, chance) => {
        const ms = backoffMs({ failures, random: chance }, { baseMs: 10, capMs: 100 });
        return ms >= 5 && ms <= 100;
      }),
    );
  });

  it('an interval varies by a fifth', () => {
    fc.assert(fc.property(random, (chance) => Math.abs(jittered(1000, chance) - 1000) <= 200));
  });
});
