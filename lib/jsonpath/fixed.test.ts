import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFixed } from './fixed.ts';
import { maxSourceLength } from './parse.ts';

describe('Fixed JSONPath (WRM-21, WRM-23)', () => {
  const accepted: Readonly<Record<string, readonly [source: string, keys: readonly string[]]>> = {
    'a field': ['.name', ['name']],
    'a field in brackets': ["['name']", ['name']],
    'several fields': ['.spec.template.spec.volumes', ['spec', 'template', 'spec', 'volumes']],
    'both forms mixed': [".spec['template'].spec['volumes']", ['spec', 'template', 'spec', 'volumes']],
    'an escaped dot': ['.a\\.b', ['a.b']],
    'an escaped dot in brackets': ["['a\\.b'].c", ['a.b', 'c']],
    'a dot in brackets, which still separates': ["['a.b']", ['a', 'b']],
    'dashes and slashes': [
      '.metadata.annotations.my-org\\.io/name',
      ['metadata', 'annotations', 'my-org.io/name'],
    ],
    'a leading $': ['$.spec.env', ['spec', 'env']],
    'a leading @': ['@.env', ['env']],
    'blanks around it': [' .env ', ['env']],
    'digits, which are a key here': ['.0', ['0']],
    '__proto__ and constructor as keys': ['.__proto__.constructor', ['__proto__', 'constructor']],
    'an escaped star': ['.\\*', ['*']],
  };
  for (const [title, [source, keys]] of Object.entries(accepted)) {
    it(`accepts ${title}: ${source}`, () => {
      assert.deepEqual(parseFixed(source), { path: { source, keys } });
    });
  }

  const only = 'only fields joined by dots are allowed, not ';
  const rejected: Readonly<Record<string, readonly [source: string, position: number, message: string]>> = {
    'an empty text': ['', 0, 'names no field'],
    'a blank': [' ', 0, 'names no field'],
    'the document itself': ['$', 0, 'names no field'],
    'a dot alone': ['.', 0, 'a dot without a field name'],
    'a dot at the end': ['.spec.', 5, 'a dot without a field name'],
    'empty brackets quotes': ["['']", 1, 'a dot without a field name'],
    'an index': ['.env[0]', 4, `${only}an index, a slice or a wildcard`],
    'a slice': ['.env[0:1]', 4, `${only}an index, a slice or a wildcard`],
    'a wildcard in brackets': ['.env[*]', 4, `${only}an index, a slice or a wildcard`],
    'a wildcard': ['.env.*', 4, `${only}a wildcard`],
    'a recursive descent': ['.spec..env', 5, `${only}a recursive descent`],
    'a filter': ['.env[?(@.name=="A")]', 4, `${only}a filter`],
    'a union': [".spec['env','volumes']", 5, `${only}a union`],
    'a bare word': ['name', 0, `${only}the bare word name`],
    'a bare word in brackets': ["['my name']", 5, `${only}the bare word name`],
    'a text': ["'name'", 0, `${only}a text`],
    'a number': ['.name 5', 6, `${only}a number`],
    'a float': ['.name 5.5', 6, `${only}a number`],
    'a bool': ['true', 0, `${only}a bool`],
    'double quotes': ['["name"]', 0, 'invalid array index "name"'],
    braces: ['{.name}', 0, "unrecognized character in action: U+007B '{'"],
    'a second expression': ['.a}{.b', 2, 'a path is one expression, not several'],
    'brackets that do not close': [".a['b'", 2, 'unterminated array'],
    'what is too long': [
      `.${'a'.repeat(maxSourceLength)}`,
      maxSourceLength,
      `longer than ${maxSourceLength} characters`,
    ],
  };
  for (const [title, [source, position, message]] of Object.entries(rejected)) {
    it(`rejects ${title}, with the position: ${source.slice(0, 40)}`, () => {
      assert.deepEqual(parseFixed(source), { error: { message, position } });
    });
  }
});
