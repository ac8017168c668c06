import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import { insertDocumentAfter, joinDocuments } from './join.ts';
import { renderObject } from './render.ts';
import { readStream } from './stream.ts';

const SECRET: JsonObject = { kind: 'Secret', data: { a: 'Yg==' } };

function documentsOf(text: string): ReturnType<typeof readStream>['documents'] {
  return readStream(text, { name: '' }).documents;
}

describe('documents that are left out', () => {
  const streams: Readonly<Record<string, [text: string, kept: number[], want: string]>> = {
    'all are kept': ['# x\n---\na: 1\n---\nb: 1\n', [0, 1], '# x\n---\na: 1\n---\nb: 1\n'],
    'the first one goes': ['a: 1\n---\nb: 1\n', [1], '---\nb: 1\n'],
    'the last one goes': ['a: 1\n---\nb: 1', [0], 'a: 1\n'],
    'the order changes': ['a: 1\n---\nb: 1', [1, 0], '---\nb: 1\n---\na: 1\n'],
    'a separator goes with a document end': ['a: 1\n...\nb: 1\n...\nc: 1\n', [0, 2], 'a: 1\n...\nc: 1\n'],
    'JSON needs no separator': ['{"a":1}\n{"b":1}\n{"c":1}\n', [0, 2], '{"a":1}\n{"c":1}\n'],
    'Windows line ends': ['a: 1\r\n---\r\nb: 1', [1, 0], '---\r\nb: 1\r\n---\r\na: 1\r\n'],
  };
  for (const [name, [text, kept, want]] of Object.entries(streams)) {
    test(name, () => {
      const documents = documentsOf(text);
      assert.equal(joinDocuments(kept.flatMap((index) => documents[index] ?? [])), want);
    });
  }

  test('whole streams follow each other', () => {
    const joined = joinDocuments(['a: 1', '\uFEFF# b\nb: 1\n', '', '---\nc: 1\n', '# d\n---\nd: 1\n']);
    assert.equal(joined, 'a: 1\n---\n# b\nb: 1\n---\nc: 1\n# d\n---\nd: 1\n');
    assert.deepEqual(
      documentsOf(joined).map(({ value }) => value),
      [{ a: 1 }, { b: 1 }, { c: 1 }, { d: 1 }],
    );
  });
});

describe('a new document', () => {
  const streams: Readonly<Record<string, [text: string, index: number, want: string]>> = {
    'between two': ['a: 1\n---\nb: 1\n', 0, 'a: 1\n---\nkind: Secret\ndata:\n  a: Yg==\n---\nb: 1\n'],
    'at the end, without a line end': ['a: 1', 0, 'a: 1\n---\nkind: Secret\ndata:\n  a: Yg==\n'],
    'behind a document end': ['a: 1\n...\n', 0, 'a: 1\n...\n---\nkind: Secret\ndata:\n  a: Yg==\n'],
    'with Windows line ends': ['a: 1\r\n', 0, 'a: 1\r\n---\r\nkind: Secret\r\ndata:\r\n  a: Yg==\r\n'],
    'behind JSON, in JSON': [
      '{"a":1}',
      0,
      '{"a":1}\n{\n  "kind": "Secret",\n  "data": {\n    "a": "Yg=="\n  }\n}\n',
    ],
    'behind flow style in YAML': [
      'x: 1\n--- {a: 1}\n',
      1,
      'x: 1\n--- {a: 1}\n---\nkind: Secret\ndata:\n  a: Yg==\n',
    ],
  };
  for (const [name, [text, index, want]] of Object.entries(streams)) {
    test(name, () => {
      const documents = documentsOf(text);
      const joined = joinDocuments(insertDocumentAfter(documents, index, SECRET));
      assert.equal(joined, want);
      const values = documentsOf(joined).map(({ value }) => value);
      assert.deepEqual(values, documents.map(({ value }) => value).toSpliced(index + 1, 0, SECRET));
    });
  }

  test('there must be one to put it behind', () => {
    assert.throws(() => insertDocumentAfter([], 0, SECRET), RangeError);
  });
});

test('a rendered object looks as kubectl prints it', () => {
  const value = {
    kind: 'A',
    list: [{ a: [], b: {} }, [1, 'x']],
    text: 'a\n\nb',
    s: '1e3',
    no: 'no',
    y: null,
  };
  assert.equal(
    renderObject(value),
    'kind: A\nlist:\n- a: []\n  b: {}\n- - 1\n  - x\ntext: |-\n  a\n\n  b\ns: "1e3"\n"no": "no"\n"y": null\n',
  );
  assert.equal(renderObject({}), '{}\n');
  assert.equal(renderObject(value, { json: true }), `${JSON.stringify(value, null, 2)}\n`);
});
