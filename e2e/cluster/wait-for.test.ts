import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from './wait-for.ts';

test('the first value that is something is returned, also after the probe has thrown', async () => {
  const answers: (() => number | undefined | false)[] = [
    () => undefined,
    () => false,
    () => assert.fail('not yet'),
    () => 0,
  ];
  const value = await waitFor('a number', () => answers.shift()?.(), { intervalMs: 1 });
  assert.equal(value, 0);
});

test('with until, a value is returned once it is accepted', async () => {
  let count = 0;
  assert.equal(await waitFor('three', () => ++count, { intervalMs: 1, until: (value) => value === 3 }), 3);
});

test('the error says what was waited for and what was seen last', async () => {
  await assert.rejects(
    waitFor('the Pod to run', () => ({ phase: 'Pending' }), { timeoutMs: 5, until: () => false }),
    { message: "waited 5 ms for the Pod to run; seen last: { phase: 'Pending' }" },
  );
  await assert.rejects(
    waitFor('an answer', () => Promise.reject(new Error('ECONNREFUSED')), { timeoutMs: 5 }),
    { message: 'waited 5 ms for an answer; seen last: the probe failed: ECONNREFUSED' },
  );
});
