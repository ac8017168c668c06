import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editDocument } from './edit.ts';
import { checkEdits, documentOf, freeze } from './testing/edit-cases.ts';
import { readStream } from './stream.ts';

const ENV = { name: 'SERVICE_BINDING_ROOT', value: '/bindings' };

interface Bound {
  readonly metadata: { annotations: object };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: Container[]; volumes: object[] } };
  };
}

interface Container {
  env?: object[];
  volumeMounts?: object[];
}

const DEPLOYMENT = `# The shop's front end
apiVersion: apps/v1
kind: Deployment   # one replica is enough
metadata:
  name: shop
  annotations: {}
spec:
  replicas: 01
  template:
    spec:
      containers:
        # the shop
        - name: shop
          image: "shop:1.10"
          env:
            - name: LOG
              value: "on"   # or off
            # - name: OLD

        # its proxy
        - image: proxy
          name: proxy
          args: ["-v", '2']
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      # nothing more
`;

test('a workload that gets bound', () => {
  const document = freeze(documentOf(DEPLOYMENT));
  const bound: Bound = JSON.parse(JSON.stringify(document.value));
  for (const container of bound.spec.template.spec.containers) {
    container.env = [...(container.env ?? []), ENV];
    const mount = { name: 'db', mountPath: '/bindings/db', readOnly: true };
    container.volumeMounts = [...(container.volumeMounts ?? []), mount];
  }
  bound.spec.template.spec.volumes = [{ name: 'db', secret: { secretName: 'db' } }];
  bound.metadata.annotations = { 'projector.cleat.dev/env-1': '{"/a":["B"]}' };
  assert.equal(
    editDocument(document, [{ path: [], value: JSON.parse(JSON.stringify(bound)) }]),
    `# The shop's front end
apiVersion: apps/v1
kind: Deployment   # one replica is enough
metadata:
  name: shop
  annotations:
    projector.cleat.dev/env-1: '{"/a":["B"]}'
spec:
  replicas: 01
  template:
    spec:
      containers:
        # the shop
        - name: shop
          image: "shop:1.10"
          env:
            - name: LOG
              value: "on"   # or off
            # - name: OLD
            - name: SERVICE_BINDING_ROOT
              value: /bindings
          volumeMounts:
            - name: db
              mountPath: /bindings/db
              readOnly: true

        # its proxy
        - image: proxy
          name: proxy
          args: ["-v", '2']
          volumeMounts: [{name: tmp, mountPath: /tmp}, {name: db, mountPath: /bindings/db, readOnly: true}]
          env:
            - name: SERVICE_BINDING_ROOT
              value: /bindings
      # nothing more
      volumes:
        - name: db
          secret:
            secretName: db
`,
  );
});

describe('flow style and JSON', () => {
  const flat = '{"a": 1, "b": {"c": []}}\n';
  const pretty = `${JSON.stringify({ a: 1, b: { c: [], d: [{ e: 1 }] } }, null, 4)}\n`;
  checkEdits({
    'JSON on one line': {
      text: flat,
      set: [
        [['b', 'c'], [{ x: 'y' }]],
        [['d'], 2],
      ],
      want: '{"a": 1, "b": {"c": [{"x": "y"}]}, "d": 2}\n',
    },
    'JSON without spaces': {
      text: '{"a":1,"b":[]}',
      set: [[['b'], [{ x: -1, z: null }]]],
      want: '{"a":1,"b":[{"x":-1,"z":null}]}',
    },
    'JSON on many lines': {
      text: pretty,
      set: [
        [['b', 'c'], ['x']],
        [['b', 'd', 1], { f: 2 }],
        [['a'], undefined],
      ],
      want: `${JSON.stringify({ b: { c: ['x'], d: [{ e: 1 }, { f: 2 }] } }, null, 4)}\n`,
    },
    'JSON indented with tabs': {
      text: '{\n\t"a": {\n\t\t"b": 1\n\t}\n}',
      set: [
        [['a', 'c'], { d: 1 }],
        [['e'], []],
      ],
      want: '{\n\t"a": {\n\t\t"b": 1,\n\t\t"c": {\n\t\t\t"d": 1\n\t\t}\n\t},\n\t"e": []\n}',
    },
    'JSON keeps to JSON, also where nothing shows it': {
      text: '{"a": [1], "b": [[]]}',
      set: [
        [['a', 1], 'x'],
        [['b', 0], ['x']],
      ],
      want: '{"a": [1, "x"], "b": [["x"]]}',
    },
    'flow style in block style': {
      text: 'env: [{name: A, value: "b"}] # c\nargs: ["a", \'b\']\nx: {a: 1}\n',
      set: [
        [['env', 1], ENV],
        [['args', 2], 'c'],
        [
          ['x', 'b'],
          [true, 'no'],
        ],
      ],
      want: 'env: [{name: A, value: "b"}, {name: SERVICE_BINDING_ROOT, value: /bindings}] # c\nargs: ["a", \'b\', "c"]\nx: {a: 1, b: [true, "no"]}\n',
    },
    'flow style on many lines, with a comma at the end': {
      text: 'x: [\n  a, # one\n  b,\n]\n',
      set: [[['x', 2], 'c']],
      want: 'x: [\n  a, # one\n  b,\n  c,\n]\n',
    },
    'members without values': {
      text: '{a, b:, c: x}\n',
      set: [
        [['a'], 1],
        [['b'], 2],
      ],
      want: '{a: 1, b: 2, c: x}\n',
    },
    'items go from the start, the middle and the end': {
      text: '{l: [1, 2, 3, 4, 5, 6]}',
      set: [[['l'], [2, 4, 5]]],
      want: '{l: [2, 4, 5]}',
    },
  });
});

describe('anchors, aliases and merge keys', () => {
  checkEdits({
    'an alias that changes is written out': {
      text: 'a: &a\n  x: 1\nb: *a # why\n',
      set: [[['b'], { x: 1, z: 2 }]],
      want: 'a: &a\n  x: 1\nb: # why\n  x: 1\n  z: 2\n',
    },
    'where an anchor changes, its aliases are written out, and no others': {
      text: 'a: &a {x: 1}\nb: *a\nc: &c {x: 1}\nd: *c\n',
      set: [[['a', 'x'], 2]],
      want: 'a: &a {x: 2}\nb:\n  x: 1\nc: &c {x: 1}\nd: *c\n',
    },
    'where an anchor goes, its aliases are written out': {
      text: 'a: &a [1]\nb: *a\n',
      set: [[['a'], undefined]],
      want: 'b:\n- 1\n',
    },
    'a member that is merged in is overridden': {
      text: 'a: &a {x: 1}\nb:\n  <<: *a\n  z: 1\n',
      set: [[['b', 'x'], 2]],
      want: 'a: &a {x: 1}\nb:\n  <<: *a\n  z: 1\n  x: 2\n',
    },
    'a merge is written out where one of its members goes': {
      text: 'a: &a {x: 1, z: 1}\nb:\n  <<: *a # all\n  c: 1 # c\n',
      set: [[['b', 'x'], undefined]],
      want: 'a: &a {x: 1, z: 1}\nb:\n  c: 1 # c\n  z: 1\n',
    },
    'numbers that JavaScript does not hold stay exact wherever they go': {
      text: 'a: &a {x: 9007199254740993, z: 1.10}\nb: *a\nc: 12345678901234567890\n',
      set: [
        [['a', 'w'], 1],
        [['c'], undefined],
        [['d'], Number('12345678901234567890')],
      ],
      want: 'a: &a {x: 9007199254740993, z: 1.10, w: 1}\nb:\n  x: 9007199254740993\n  z: 1.10\nd: 12345678901234567890\n',
    },
    'what splices cannot change is printed from its syntax, with comments and source text': {
      text: '# top\n? a\nb: 0755 # octal\nc: "x"\n',
      set: [[['a'], 1]],
      want: '# top\na: 1\nb: 0755 # octal\nc: "x"\n',
    },
  });
});

describe('Lists', () => {
  const text = 'kind: List\nitems:\n# one\n- kind: A # a\n- kind: B\n  spec: {}\n# end\n';

  test('only the items that changed are touched', () => {
    const document = freeze(documentOf(text));
    const source = editDocument(document, [{ path: ['items', 1], value: { kind: 'B', spec: { x: 1 } } }]);
    assert.equal(source, text.replace('spec: {}', 'spec:\n    x: 1'));
  });

  test('new items are put behind others, by the paths that were read', () => {
    const document = freeze(documentOf(text));
    const source = editDocument(document, [
      { path: ['items', 0], value: { kind: 'A1' }, insert: 'after' },
      { path: ['items', 0], value: { kind: 'A2' }, insert: 'after' },
      { path: ['items', 1], value: { kind: 'B1' }, insert: 'after' },
      { path: ['items', 0], value: { kind: 'A', x: 1 } },
    ]);
    const want =
      'kind: List\nitems:\n# one\n- kind: A # a\n  x: 1\n- kind: A1\n- kind: A2\n- kind: B\n  spec: {}\n- kind: B1\n# end\n';
    assert.equal(source, want);
  });

  test('nothing can be put behind a whole document', () => {
    const change = { path: [], value: {}, insert: 'after' } as const;
    assert.throws(() => editDocument(documentOf(text), [change]), /behind an item of a list/);
    assert.throws(
      () => editDocument(documentOf(text), [{ path: ['items', 9], value: {} }]),
      /nothing at this path/,
    );
  });
});

test('without a change the text is the same, and so is that of the other documents', () => {
  const text = 'a:   1\n\n---\nb: [ 1 ]   \n';
  for (const document of readStream(text, { name: '' }).documents) {
    assert.equal(
      editDocument(document, [{ path: [], value: structuredClone(document.value) }]),
      document.source,
    );
    assert.equal(editDocument(document, []), document.source);
  }
});

test('a document with an error is never changed', () => {
  for (const text of ['a: [', 'a: 1\na: 2\n']) {
    assert.throws(
      () => editDocument(documentOf(text), [{ path: [], value: { b: 1 } }]),
      /app.yaml:1: cannot be read/,
    );
  }
});
