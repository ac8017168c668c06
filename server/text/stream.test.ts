import { equal, type Json } from '../../lib/api/json.ts';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { written, object } from './testing/random-yaml.ts';
import { readStream, type TextStream } from './stream.ts';

function read(text: string): TextStream {
  const stream = readStream(text, { name: 'app.yaml' });
  const joined = stream.documents.map(({ opening, source, closing }) => opening + source + closing).join('');
  assert.equal(joined, text);
  return stream;
}

function valuesOf(text: string): readonly Json[] {
  return read(text).documents.map(({ value }) => value);
}

function complaints(text: string): string[] {
  return read(text).problems.map(
    ({ severity, name, line, column, message }) => `${severity} ${name}:${line}:${column} ${message}`,
  );
}

describe('documents', () => {
  const streams: Readonly<Record<string, [text: string, values: unknown]>> = {
    'nothing is no document': ['', []],
    'one document': ['a: 1\n', [{ a: 1 }]],
    'a comment before the first --- belongs to the first document': ['# license\n---\na: 1\n', [{ a: 1 }]],
    'a comment alone is a document without an object': [
      'a: 1\n---\n# nothing\n---\nb: 1\n',
      [{ a: 1 }, null, { b: 1 }],
    ],
    'an empty document stays': ['---\n---\na: 1\n---\n', [null, { a: 1 }, null]],
    'content behind ---': ['--- {a: 1}\n--- # comment\nb: 1\n', [{ a: 1 }, { b: 1 }]],
    'document ends, and comments behind them': ['a: 1\n...\n# end\n...\n', [{ a: 1 }]],
    'a document end, then the next document': ['a: 1\n...\n---\nb: 1\n', [{ a: 1 }, { b: 1 }]],
    directives: ['%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: !y b\n', [{ a: 'b' }]],
    'Windows line ends and a byte order mark': [
      '\uFEFF---\r\na: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n',
      [{ a: 1 }, { b: 'x\ny\n' }],
    ],
    'a byte order mark without ---': ['\uFEFFa: 1', [{ a: 1 }]],
    '--- inside of a block scalar': ['a: |\n  ---\n  b\n', [{ a: '---\nb\n' }]],
    'JSON, indented with tabs': ['{\n\t"a": [\n\t\t1,\n\t\t"\\u00e9\\/"\n\t]\n}\n', [{ a: [1, 'é/'] }]],
    'JSON objects one after another, as kubectl wants them': [
      '{"a":"}{"}{"b":1}\n{"c":1}\n',
      [{ a: '}{' }, { b: 1 }, { c: 1 }],
    ],
    'flow style is not mistaken for JSON': ["{a: '} {', b: it's}\n", [{ a: '} {', b: "it's" }]],
    'aliases and merge keys': [
      'a: &a {x: 1, z: 2}\nb: *a\nc: {<<: *a, z: 3}\nd: {"<<": 1}\n',
      [{ a: { x: 1, z: 2 }, b: { x: 1, z: 2 }, c: { x: 1, z: 3 }, d: { '<<': 1 } }],
    ],
    'a merge overrides what stands before it, as in kubectl': [
      'c: {x: 3, <<: {x: 2}}\nd: {<<: [{x: 1}, {x: 2, z: 1}]}\n',
      [{ c: { x: 2 }, d: { x: 1, z: 1 } }],
    ],
    'keys become text': ['8080: a\non: b\n1.5: c\n"x": d\n', [{ 8080: 'a', true: 'b', 1.5: 'c', x: 'd' }]],
    tags: [
      'a: !!str 1\nb: !!int "2"\nc: !!binary aGk=\nd: !!timestamp 2001-12-14\ne: !foo 12\nf: !!null ""\n',
      [{ a: '1', b: 2, c: 'hi', d: '2001-12-14', e: '12', f: null }],
    ],
    '__proto__ is a key': ['__proto__: {a: 1}\n', [JSON.parse('{"__proto__":{"a":1}}')]],
  };
  for (const [name, [text, values]] of Object.entries(streams)) {
    test(name, () => {
      assert.deepEqual(valuesOf(text), values);
      assert.deepEqual(
        complaints(text).filter((line) => line.startsWith('error')),
        [],
      );
    });
  }
});

describe('objects', () => {
  const LIST = 'kind: List\nitems:\n- kind: A\n- kind: BList\n  items:\n  - {kind: B}\n  - kind: C\n';

  test('the items of Lists, and of Lists in them, with their paths and lines', () => {
    const [document] = read(`---\n${LIST}`).documents;
    assert.deepEqual(document?.objects, [
      { value: { kind: 'A' }, path: ['items', 0], line: 4 },
      { value: { kind: 'B' }, path: ['items', 1, 'items', 0], line: 7 },
      { value: { kind: 'C' }, path: ['items', 1, 'items', 1], line: 8 },
    ]);
  });

  test('a List without items has no objects', () => {
    assert.deepEqual(read('kind: List\nitems:\n').documents[0]?.objects, []);
  });

  test('a custom resource whose kind ends in List is an object, unless it has items', () => {
    assert.equal(read('kind: AllowList\nspec: {}\n').documents[0]?.objects.length, 1);
  });

  test('what is no mapping is an error where it stands', () => {
    assert.deepEqual(complaints('kind: List\nitems:\n- a: 1\n- 7\n'), [
      'error app.yaml:4:3 a Kubernetes object must be here, and it is a mapping',
    ]);
  });

  test('a document with an error has no objects, its neighbours keep theirs', () => {
    const { documents } = read('a: 1\n---\nb: [\n---\nc: 1\n');
    assert.deepEqual(
      documents.map(({ objects }) => objects.length),
      [1, 0, 1],
    );
  });
});

describe('positions', () => {
  const [, document] = read('x: 1\n---\n# c\nspec:\n  env:\n  - name: A\n    "value": 1\n').documents;
  const places: readonly [path: (string | number)[], line: number, column: number][] = [
    [[], 4, 1],
    [['spec'], 4, 1],
    [['spec', 'env'], 5, 3],
    [['spec', 'env', 0], 6, 5],
    [['spec', 'env', 0, 'value'], 7, 5],
    [['spec', 'env', 7, 'value'], 5, 3],
    [['metadata', 'name'], 4, 1],
  ];
  for (const [path, line, column] of places) {
    test(`/${path.join('/')} is at ${line}:${column}`, () => {
      assert.deepEqual(document?.positionOf(path), { line, column });
      assert.equal(document?.line, 3);
    });
  }
});

describe('problems', () => {
  const cases: Readonly<Record<string, [text: string, ...problems: string[]]>> = {
    'a key that is there twice': ['a: 1\nb: 1\n"a": 2\n', 'error app.yaml:3:1 this key is there twice'],
    'a key that is there twice once it is text': [
      '1: a\n"1": b\n',
      'error app.yaml:2:1 this key is there twice',
    ],
    'keys that are no text': ['? [a]\n: b\n', 'error app.yaml:1:3 a key must be text, a number or a boolean'],
    'a tab for indentation': [
      'a:\n\tb: 1\n',
      'error app.yaml:2:1 a tab indents this line; YAML allows only spaces',
    ],
    'an unknown alias': [
      'a: 1\n---\nb: *x\n',
      'error app.yaml:3:4 this alias has no anchor before it, or stands inside of what it repeats',
    ],
    'an alias of itself': [
      'a: &x [*x]\n',
      'error app.yaml:1:8 this alias has no anchor before it, or stands inside of what it repeats',
    ],
    'a merge of text': ['a: {<<: b}\n', 'error app.yaml:1:5 only mappings can be merged with <<'],
    'a value that does not fit its tag': [
      'a: !!int b\n',
      'error app.yaml:1:10 this value does not fit its tag',
    ],
    infinity: ['a: .inf\n', 'error app.yaml:1:4 JSON has no infinity and no NaN'],
    NUL: ['a: b\0\n', 'error app.yaml:1:5 control characters are not allowed'],
    'half of a surrogate pair': [
      'a: \uD800\n',
      'error app.yaml:1:4 this is not a character: half of a surrogate pair',
    ],
    'a line end of old Macs': [
      '# a\rb: 1\n',
      'error app.yaml:1:4 a carriage return must be followed by a line feed',
    ],
    'an invisible line break': [
      '# a\u2028b: 1\nc: 1\n',
      'warning app.yaml:1:4 kubectl takes this invisible character for a line break; write it as an escape sequence',
    ],
    'words that are booleans to kubectl': [
      'a: "yes"\nb: No\n"on": true\n',
      'warning app.yaml:2:4 kubectl reads an unquoted y, n, yes, no, on or off as a boolean; quote it if it is meant as text',
    ],
  };
  for (const [name, [text, ...problems]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(complaints(text), problems));
  }

  test('no message repeats the text', () => {
    const secret =
      'kind: Secret\ndata:\n  password: "hunter2\nstringData: *hunter2 {hunter2: !hunter2 hunter2';
    for (let length = 0; length < secret.length; length += 1) {
      assert.doesNotMatch(complaints(secret.slice(length)).join('\n'), /unter/);
    }
  });

  const deep: Readonly<Record<string, string>> = {
    brackets: '['.repeat(10_000),
    'closed brackets': '['.repeat(10_000) + ']'.repeat(10_000),
    JSON: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    'lists in lists': '- '.repeat(10_000),
    'just too many levels': `a: ${'['.repeat(600)}${']'.repeat(600)}`,
    'aliases of aliases': Array.from(
      { length: 600 },
      (_, i) => `a${i}: &a${i} [${i === 0 ? 1 : `*a${i - 1}`}]\n`,
    ).join(''),
  };
  for (const [name, text] of Object.entries(deep)) {
    test(`nesting without end is an error: ${name}`, () => {
      assert.match(complaints(text).join('\n'), /nested more than 500 levels deep/);
    });
  }

  test('aliases that multiply are an error, and nothing is multiplied', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]\n`);
    assert.match(
      complaints(`a: &a-1 x\n${lines.join('')}`).join('\n'),
      /the aliases of this document repeat too much/,
    );
  });
});

describe('properties', () => {
  test('any text is read without an exception, and kept', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => void read(text)));
  });

  test('damaged manifests too', () => {
    const damage = fc.array(
      fc.tuple(fc.nat(), fc.constantFrom(...':-#&*!|>{}[],\'"\t\n\r ~<?%@`\0.'.split(''), '---\n', '...\n')),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(
        object,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        damage,
        (value, luck, hits) => {
          let text = written(value, () => luck.next().value);
          for (const [at, piece] of hits) {
            const cut = at % (text.length + 1);
            text = text.slice(0, cut) + piece + text.slice(cut + (at % 2));
          }
          read(text);
        },
      ),
    );
  });

  test('what was written is read', () => {
    fc.assert(
      fc.property(
        object,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (value, luck) => {
          const text = written(value, () => luck.next().value);
          assert.ok(equal([...valuesOf(text)], [value]));
        },
      ),
    );
  });
});
