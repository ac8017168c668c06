import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type JsonObject, own } from '../../lib/api/json.ts';
import { maskObject, maskText } from './mask.ts';

const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const aSecret = (more: string, name = 's'): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${more}`;

describe('the values of a Secret are masked in its text', () => {
  const cases: Readonly<Record<string, { text: string; want: string }>> = {
    'data, with its comments and order': {
      text: aSecret('data: # base64\n  b: aHVudGVyMg==\n  a: "aHVudGVyMg=="\ntype: Opaque\n'),
      want: aSecret('data: # base64\n  b: "***"\n  a: "***"\ntype: Opaque\n'),
    },
    stringData: {
      text: aSecret('stringData: {a: hunter2, b: |-\n  hunter2\n }\n').replace(', b: |-\n  hunter2\n ', ''),
      want: aSecret('stringData: {a: "***"}\n'),
    },
    'text of several lines': {
      text: aSecret('stringData:\n  a: |\n    hunter2\n    hunter3\n'),
      want: aSecret('stringData:\n  a: "***"\n'),
    },
    'what kubectl keeps of the last apply': {
      text: aSecret(
        `  annotations:\n    note: kept\n    ${APPLIED}: |\n      {"data":{"a":"aHVudGVyMg=="}}\n`,
      ),
      want: aSecret(`  annotations:\n    note: kept\n    ${APPLIED}: "***"\n`),
    },
    'data that is no mapping': { text: aSecret('data: hunter2\n'), want: aSecret('data: "***"\n') },
    'numbers and nested values': {
      text: aSecret('data: {a: 12345678, b: {c: hunter2}}\n'),
      want: aSecret('data: {a: "***", b: "***"}\n'),
    },
    'an item of a List': {
      text: 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: aHVudGVyMg==}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: kept}}\n',
      want: 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: "***"}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: kept}}\n',
    },
    'an item of a SecretList, which has no kind': {
      text: 'kind: SecretList\nitems:\n- {metadata: {name: s}, data: {a: aHVudGVyMg==}}\n',
      want: 'kind: SecretList\nitems:\n- {metadata: {name: s}, data: {a: "***"}}\n',
    },
    'one document of several': {
      text: `${aSecret('data: {a: aHVudGVyMg==}\n')}---\n# next\nkind: ConfigMap\ndata: {a: kept}\n`,
      want: `${aSecret('data: {a: "***"}\n')}---\n# next\nkind: ConfigMap\ndata: {a: kept}\n`,
    },
    JSON: {
      text: '{"kind": "Secret", "apiVersion": "v1", "data": {"a": "aHVudGVyMg=="}}\n',
      want: '{"kind": "Secret", "apiVersion": "v1", "data": {"a": "***"}}\n',
    },
  };
  for (const [name, { text, want }] of Object.entries(cases)) {
    it(name, () => {
      const masked = maskText(text);
      assert.equal(masked, want);
      assert.equal(maskText(masked), masked);
    });
  }
});

describe('what is no Secret keeps its text', () => {
  const cases: Readonly<Record<string, string>> = {
    nothing: '',
    'a ConfigMap': 'kind: ConfigMap\ndata: {a: 01}\n',
    'the Secret of another group': 'apiVersion: example.com/v1\nkind: Secret\ndata: {a: b}\n',
    'a Secret without values': aSecret('data: {}\nstringData: null\n'),
    'comments alone': '# a\n---\n# b\n',
    null: 'null\n',
  };
  for (const [name, text] of Object.entries(cases)) it(name, () => assert.equal(maskText(text), text));
});

describe('a document that cannot be read is left out', () => {
  const fine = 'kind: ConfigMap\n';
  const cases: Readonly<Record<string, { text: string; want: string }>> = {
    'a quote that is never closed': {
      text: 'kind: Secret\ndata: {a: "hunter2\n',
      want: '# left out: this document cannot be read\n',
    },
    'a key that stands twice': {
      text: 'kind: Secret\ndata:\n  a: hunter2\n  a: hunter3\n',
      want: '# left out: this document cannot be read\n',
    },
    'text that is no mapping': { text: 'hunter2', want: '# left out: this document cannot be read\n' },
    'and its neighbours stay': {
      text: `${fine}---\nkind: Secret\ndata: [hunter2\n---\n${fine}`,
      want: `${fine}---\n# left out: this document cannot be read\n---\n${fine}`,
    },
  };
  for (const [name, { text, want }] of Object.entries(cases)) {
    it(name, () => assert.equal(maskText(text), want));
  }
});

it('keys that mean something to JSONPath or to JavaScript are keys like others', () => {
  const keys = ['__proto__', 'constructor', '$', '*', '^', '~', '..', '@', '`a', "['a']", 'a.b', '?(@)'];
  const secret = JSON.parse(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      data: Object.fromEntries(keys.map((key) => [key, 'hunter2'])),
    }),
  ) as JsonObject;
  const data = own(maskObject(secret), 'data');
  assert.ok(isObject(data));
  assert.deepEqual(
    Object.entries(data),
    keys.map((key) => [key, '***']),
  );
});
