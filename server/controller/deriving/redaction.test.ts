import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redacted } from './redaction.ts';

const told = (text: string, ...values: readonly string[]): string =>
  redacted(text, new Map(values.map((value, index) => [`key-${index}`, btoa(value)])));

describe('a text about a Secret', () => {
  const cases: Readonly<Record<string, readonly [said: string, want: string]>> = {
    'has no value of it': [told('"hunter2" is too short: hunter2', 'hunter2'), '"…" is too short: …'],
    'nor one as it is stored': [told(`data: ${btoa('hunter2')}`, 'hunter2'), 'data: …'],
    'nor one without the line end of the file': [told("'hunter2'!", 'hunter2\n'), "'…'!"],
    'nor one of several lines, escaped': [told(String.raw`"a\nb\"c"`, 'a\nb"c'), '"…"'],
    'nor one that means something in a pattern': [told('[.*(] is wrong', '.*('), '[…] is wrong'],
    'nor a part of the longer one': [told('ab/cd', 'ab', 'ab/cd'), '…'],
    'keeps words that a value is a part of': [
      told('secrets "orders-db" is forbidden', 'orders', 'or', 'db', ''),
      'secrets "orders-db" is forbidden',
    ],
  };
  for (const [what, [said, want]] of Object.entries(cases)) it(what, () => assert.equal(said, want));
});
