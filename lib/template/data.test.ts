import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseExactly } from '../api/exact-json.ts';
import { execute } from './execute.ts';
import { parseTemplate } from './template.ts';
import type { Data } from './value.ts';

function printed(data: Data): string {
  const parsed = parseTemplate('{{ . }} {{ json . }} {{ printf "%T" . }}', { functions: ['json'] });
  assert.ok(parsed.ok);
  const executed = execute(parsed.template, data);
  return executed.ok ? executed.text : executed.error.message;
}

describe('numbers of the data', () => {
  const table: readonly (readonly [string, string])[] = [
    ['0', '0 0 int64'],
    ['-0', '0 0 int64'],
    ['5432', '5432 5432 int64'],
    ['9007199254740993', '9007199254740993 9007199254740993 int64'],
    ['-9223372036854775808', '-9223372036854775808 -9223372036854775808 int64'],
    ['9223372036854775807', '9223372036854775807 9223372036854775807 int64'],
    ['9223372036854775808', '9.223372036854776e+18 9223372036854776000 float64'],
    ['123456789012345678901234567890', '1.2345678901234568e+29 1.2345678901234568e+29 float64'],
    ['1.0', '1 1 int64'],
    ['1e3', '1000 1000 int64'],
    ['1234567.8', '1.2345678e+06 1234567.8 float64'],
    ['0.1234567890123456789', '0.12345678901234568 0.12345678901234568 float64'],
    ['1e300', '1e+300 1e+300 float64'],
  ];
  for (const [source, text] of table) {
    it(`${source} is ${text}`, () => {
      assert.equal(printed(parseExactly(source)), text);
    });
  }

  it('are exact within lists and maps, whatever the keys', () => {
    const data = parseExactly('{"__proto__":[9007199254740993,1.5,"9007199254740993"]}');
    assert.equal(
      printed(data),
      'map[__proto__:[9007199254740993 1.5 9007199254740993]] {"__proto__":[9007199254740993,1.5,"9007199254740993"]} map[string]interface {}',
    );
  });

  it('that are no JSON are an error of JSON.parse', () => {
    assert.throws(() => parseExactly('{"a":12345678901234567890'), SyntaxError);
    assert.throws(() => parseExactly('[1'), SyntaxError);
  });
});

describe('strings of the data', () => {
  it('lose surrogates that stand alone, as in Go', () => {
    assert.equal(printed('a\ud800b\udcffc'), 'a\ufffdb\ufffdc "a\ufffdb\ufffdc" string');
    assert.equal(printed({ '\udcff': 1 }), 'map[\ufffd:1] {"\ufffd":1} map[string]interface {}');
  });
});
