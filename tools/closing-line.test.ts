import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { it } from 'node:test';
import closingLine from './closing-line.ts';

const thrown = (message: string, failureType = 'testCodeFailure'): Error =>
  Object.assign(new Error('wrapped', { cause: new Error(message) }), { failureType });

async function told(...events: Parameters<typeof closingLine>[0] extends AsyncIterable<infer E> ? E[] : []) {
  async function* source() {
    yield* events;
  }
  const lines: string[] = [];
  for await (const line of closingLine(source())) lines.push(line);
  return lines;
}

const FILE = resolve('e2e/a.test.ts');

it('what failed stands at the end with its place and reason, then the counts', async () => {
  const lines = await told(
    { type: 'test:pass', data: { name: 'a', details: { type: 'test' } } },
    { type: 'test:pass', data: { name: 'b', details: { type: 'test' }, skip: 'no root' } },
    { type: 'test:fail', data: { name: 'c', file: FILE, line: 7, details: { error: thrown('one\ntwo') } } },
    { type: 'test:fail', data: { name: 'todo', todo: true, details: { error: thrown('later') } } },
    {
      type: 'test:fail',
      data: { name: 's', details: { type: 'suite', error: thrown('', 'subtestsFailed') } },
    },
  );
  assert.deepEqual(lines, ['FAILED c (e2e/a.test.ts:7)\n  one\n  two\n', '1 passed, 1 failed, 1 skipped\n']);
});

it('a suite that fails by its own hook counts', async () => {
  const error = thrown('no cluster', 'hookFailed');
  const lines = await told({
    type: 'test:fail',
    data: { name: 's', file: FILE, line: 1, details: { type: 'suite', error } },
  });
  assert.deepEqual(lines, ['FAILED s (e2e/a.test.ts:1)\n  no cluster\n', '0 passed, 1 failed, 0 skipped\n']);
});

it('an endless message is cut off', async () => {
  const lines = await told({
    type: 'test:fail',
    data: { name: 'c', details: { error: thrown('x'.repeat(1e6)) } },
  });
  assert.ok((lines[0] ?? '').length < 4_000);
});
