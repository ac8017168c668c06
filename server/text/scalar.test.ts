import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { parseExactly } from '../../lib/api/exact-json.ts';
import { isObject, type Json } from '../../lib/api/json.ts';
import { isAmbiguousWord, needsQuotes, readKey, readPlain } from './scalar.ts';

/** What kubectl 1.32 makes of each. */
const READINGS: Readonly<Record<string, Json>> = {
  '': null,
  '~': null,
  Null: null,
  yes: true,
  Y: true,
  on: true,
  TRUE: true,
  tRue: 'tRue',
  YeS: 'YeS',
  off: false,
  n: false,
  '0755': 493,
  '010': 8,
  '0o14': 12,
  '08': 8,
  '09.5': 9.5,
  '-012': -10,
  '1_000': 1000,
  '0x_1F': 31,
  _1: '_1',
  '0b101': 5,
  '-0b101': -5,
  '0xFF': 255,
  '+1': 1,
  '-0': 0,
  '-0.0': 0,
  '1e3': 1000,
  '1.5E3': 1500,
  '.5': 0.5,
  '+.5': 0.5,
  '5.': 5,
  '.': '.',
  '1_0.5': 10.5,
  '1.10': 1.1,
  '1e999': '1e999',
  '1:30': '1:30',
  '2001-12-14': '2001-12-14',
  '=': '=',
  '.Inf1': '.Inf1',
  '10.0.0.1': '10.0.0.1',
  '100m': '100m',
  '123456789012345678901234567890': 1.2345678901234568e29,
  '9007199254740991': 9007199254740991,
  '9007199254740993': 9007199254740993n,
  '-9007199254740993': -9007199254740993n,
  '9223372036854775807': 9223372036854775807n,
  '18446744073709551615': 18446744073709552000,
  '0x10000000000000000': '0x10000000000000000',
};

for (const [text, value] of Object.entries(READINGS)) {
  test(`unquoted ${JSON.stringify(text)} is ${String(value)}`, () => {
    assert.deepEqual(readPlain(text), value);
  });
}

test('infinities and NaN are read as such, JSON having none', () => {
  assert.equal(readPlain('.inf'), Infinity);
  assert.equal(readPlain('-.INF'), -Infinity);
  assert.equal(readPlain('.nan'), Number.NaN);
});

test('keys that are no text become text, or are refused', () => {
  const keys = ['8080', '0x10', 'on', '1.5', 'true', '9007199254740993', 'a', '~', '', '.inf'].map(readKey);
  assert.deepEqual(keys, [
    '8080',
    '16',
    'true',
    '1.5',
    'true',
    '9007199254740993',
    'a',
    undefined,
    undefined,
    undefined,
  ]);
});

test('the words that are booleans in YAML 1.1 only are told from those that always are', () => {
  assert.deepEqual(['yes', 'N', 'off', 'true', 'False', 'nope', ''].map(isAmbiguousWord), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('whatever some reader takes for a number, date, boolean or null needs quotes', () => {
  const risky = [
    'yes',
    'null',
    '',
    '1',
    '0755',
    '0o7',
    '1e3',
    '.5',
    '1:30',
    '2001-12-14',
    '10.0.0.1',
    '=',
    '<<',
    '-',
  ];
  assert.deepEqual(
    risky.filter((text) => !needsQuotes(text)),
    [],
  );
  assert.deepEqual(['a', '/bindings', 'v1', 'e3', '_1'].filter(needsQuotes), []);
});

const kubectl = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });

test('kubectl reads the same', { skip: kubectl.status !== 0 && 'kubectl is not installed' }, () => {
  const list = Object.keys(READINGS).map((text) => `- ${text}\n`);
  const input = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nlist:\n${list.join('')}`;
  const args = ['label', '--local', '-f', '-', 'a=b', '-o', 'json'];
  const { stdout, stderr } = spawnSync('kubectl', args, { input, encoding: 'utf8' });
  assert.equal(stderr, '');
  const output = parseExactly(stdout);
  assert.deepEqual(isObject(output) && output['list'], Object.values(READINGS));
});
