import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { unifiedDiff } from './diff.ts';

const TEN = Array.from({ length: 10 }, (_, i) => `${i}\n`);

describe('unifiedDiff', () => {
  const cases: Readonly<Record<string, [before: string, after: string, want: string]>> = {
    'nothing differs': ['a\n', 'a\n', ''],
    'a line in the middle, with three lines around': [
      TEN.join(''),
      TEN.with(5, 'x\n').join(''),
      '--- f\n+++ f\n@@ -3,7 +3,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n',
    ],
    'two places that are far apart': [
      TEN.join(''),
      TEN.slice(1).concat('x\n').join(''),
      '--- f\n+++ f\n@@ -1,4 +1,3 @@\n-0\n 1\n 2\n 3\n@@ -8,3 +7,4 @@\n 7\n 8\n 9\n+x\n',
    ],
    'two places that are close together': [
      TEN.join(''),
      TEN.with(1, 'x\n').with(8, 'y\n').join(''),
      '--- f\n+++ f\n@@ -1,10 +1,10 @@\n 0\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n 9\n',
    ],
    'everything is new': ['', 'a\nb\n', '--- f\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n'],
    'everything goes': ['a\n', '', '--- f\n+++ f\n@@ -1 +0,0 @@\n-a\n'],
    'no line end at the end': [
      'a\nb',
      'a\nb\n',
      '--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n',
    ],
  };
  for (const [name, [before, after, want]] of Object.entries(cases)) {
    test(name, () => assert.equal(unifiedDiff(before, after, { label: 'f' }), want));
  }

  test('colours', () => {
    assert.equal(
      unifiedDiff('a\nb\n', 'a\nc\n', { label: 'f', color: true }),
      '\u001B[1m--- f\u001B[0m\n\u001B[1m+++ f\u001B[0m\n\u001B[36m@@ -1,2 +1,2 @@\u001B[0m\n a\n\u001B[31m-b\u001B[0m\n\u001B[32m+c\u001B[0m\n',
    );
  });

  test('texts that have nothing in common are not compared for long', () => {
    const lines = (mark: string): string =>
      Array.from({ length: 20_000 }, (_, i) => `${mark}${i}\n`).join('');
    assert.equal(unifiedDiff(lines('a'), lines('b'), { label: 'f' }).split('\n').length, 40_004);
  });
});

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '- x', '+ y', '-- z', '++ w', '@@', '\\', ''), {
  maxLength: 25,
});
const text = fc
  .tuple(lines, fc.boolean())
  .map(([all, open]) => all.map((line) => `${line}\n`).join('') + (open ? 'end' : ''));

test('applied to the old text, the diff gives the new one', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.equal(applied(before, unifiedDiff(before, after, { label: 'f' })), after);
    }),
    { numRuns: 1000 },
  );
});

const patch = spawnSync('patch', ['--version']);

test('patch applies it', { skip: patch.status !== 0 && 'patch is not installed' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'diff-'));
  const file = join(folder, 'f');
  try {
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after && before !== '' && after !== '');
        writeFileSync(file, before);
        const input = unifiedDiff(before, after, { label: 'f' });
        const { status, stdout } = spawnSync('patch', ['-u', '--fuzz=0', file], { input, encoding: 'utf8' });
        assert.equal(status, 0, stdout);
        assert.equal(readFileSync(file, 'utf8'), after);
      }),
      { numRuns: 50 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Applies a diff, strictly: every line must be where the diff says. */
function applied(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let at = 0;
  const take = (text: string): string => {
    assert.equal(old[at], text);
    at += 1;
    return text;
  };
  const body = (diff.match(/[^\n]*\n/g) ?? []).slice(2);
  for (const [i, line] of body.entries()) {
    const content = body[i + 1]?.startsWith('\\ No') === true ? line.slice(1, -1) : line.slice(1);
    const [, start, length] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(line.trimEnd()) ?? [];
    if (start !== undefined)
      while (at < Number(start) - (length === '0' ? 0 : 1)) result.push(old[at++] ?? '');
    else if (line.startsWith(' ')) result.push(take(content));
    else if (line.startsWith('-')) take(content);
    else if (line.startsWith('+')) result.push(content);
  }
  return [...result, ...old.slice(at)].join('');
}
