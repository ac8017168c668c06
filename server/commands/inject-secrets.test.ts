import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import { CONFIG, docs, ENCODED, listOf, PASSWORD } from './testkit/manifests.ts';
import { aFolder } from './testkit/folder.ts';
import { runInject } from './testkit/run.ts';

/** Says by annotations what its Secret has. */
const SERVICE = `apiVersion: db.example/v1
kind: Database
metadata:
  name: db
  namespace: shop
  annotations: {service.binding/password: ${PASSWORD}}
`;

const bindingNamed = (name: string, metadata = ''): string => `# a binding
apiVersion: binding.operators.coreos.com/v1alpha1
kind: ServiceBinding
metadata: {name: ${name}, namespace: shop${metadata}}
spec:
  services: [{group: db.example, version: v1, kind: Database, name: db}]
  application: {group: apps, version: v1, kind: Deployment}
`;

const BINDING = bindingNamed('b');

const secretNamed = (name: string): string => `apiVersion: v1
kind: Secret
metadata:
  name: ${name}
  namespace: shop
  labels:
    app.kubernetes.io/managed-by: cleat
type: Opaque
data:
  password: ${ENCODED}
`;

/** The hash is that of the password's name and value. */
const HASH = '9f1c327a';
const SECRET = secretNamed(`b-${HASH}`);
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '    ').replace('    ', '  - ');
const FLOW_SECRET = JSON.stringify(
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `b-${HASH}`, namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'cleat' } },
    type: 'Opaque',
    data: { password: ENCODED },
  },
  null,
  2,
);

const NO_STATUS = { status: false } as const;

describe('the Secret that is made for a binding is printed right behind it', () => {
  const cases: Readonly<Record<string, { text: string; want: string }>> = {
    'as a document of its own': {
      text: docs(SERVICE, BINDING, CONFIG),
      want: docs(SERVICE, BINDING, SECRET, CONFIG),
    },
    'as the last one, where the file does not end its last line': {
      text: docs(SERVICE, BINDING.trimEnd()),
      want: docs(SERVICE, BINDING, SECRET),
    },
    'one for each of several': {
      text: docs(bindingNamed('a'), SERVICE, BINDING),
      want: docs(bindingNamed('a'), secretNamed(`a-${HASH}`), SERVICE, BINDING, SECRET),
    },
    'behind the end of a document, with a separator before what comes next': {
      text: `${docs(SERVICE, BINDING)}...\n${CONFIG}`,
      want: `${docs(SERVICE, BINDING)}...\n---\n${docs(SECRET, CONFIG)}`,
    },
    'with Windows line ends': {
      text: docs(SERVICE, BINDING).replaceAll('\n', '\r\n'),
      want: docs(SERVICE, BINDING, SECRET).replaceAll('\n', '\r\n'),
    },
    'in a List as the next item': {
      text: listOf(SERVICE, BINDING, CONFIG),
      want: listOf(SERVICE, BINDING) + indented(SECRET) + listOf(CONFIG).replace(/^(?:.*\n){3}/, ''),
    },
    'behind JSON in JSON': {
      text: '{"apiVersion":"db.example/v1","kind":"Database","metadata":{"name":"db","namespace":"shop","annotations":{"service.binding/password":"correct-horse-battery"}}}\n{"apiVersion":"binding.operators.coreos.com/v1alpha1","kind":"ServiceBinding","metadata":{"name":"b","namespace":"shop"},"spec":{"services":[{"group":"db.example","version":"v1","kind":"Database","name":"db"}],"application":{"group":"apps","version":"v1","kind":"Deployment"}}}\n{"kind":"ConfigMap"}\n',
      want: `{"apiVersion":"db.example/v1","kind":"Database","metadata":{"name":"db","namespace":"shop","annotations":{"service.binding/password":"correct-horse-battery"}}}\n{"apiVersion":"binding.operators.coreos.com/v1alpha1","kind":"ServiceBinding","metadata":{"name":"b","namespace":"shop"},"spec":{"services":[{"group":"db.example","version":"v1","kind":"Database","name":"db"}],"application":{"group":"apps","version":"v1","kind":"Deployment"}}}\n${FLOW_SECRET}\n{"kind":"ConfigMap"}\n`,
    },
  };
  for (const [name, { text, want }] of Object.entries(cases)) {
    it(name, async () => {
      const { stdout, code } = await runInject(NO_STATUS, text);
      assert.equal(stdout, want);
      assert.equal(code, 0);
    });
    it(`${name}, and once it is there nothing is added`, async () => {
      assert.deepEqual(await runInject(NO_STATUS, want), { code: 0, stdout: want, stderr: '' });
    });
  }

  it('not where the binding is only a resource, and not where the input has it', async () => {
    const folder = await aFolder({ 's.yaml': docs(SERVICE, BINDING), 'c.yaml': CONFIG });
    const filename = [join(folder, 'c.yaml')];
    const { stdout } = await runInject({ filename, resources: [join(folder, 's.yaml')] });
    assert.equal(stdout, CONFIG);
    const written = SECRET.replace(`data:\n  password: ${ENCODED}`, `stringData:\n  password: ${PASSWORD}`);
    const world = docs(SERVICE, BINDING, written);
    assert.equal((await runInject(NO_STATUS, world)).stdout, world);
  });

  it('with an owner only where an API server has given the binding a uid', async () => {
    const uid = '0b6a8f6e-3f2c-4a57-9f3e-6a1b2c3d4e5f';
    const { stdout } = await runInject(NO_STATUS, docs(SERVICE, bindingNamed('b', `, uid: ${uid}`)));
    assert.ok(stdout.includes(`  ownerReferences:\n  - apiVersion: binding.operators.coreos.com/v1alpha1\n`));
    assert.ok(stdout.includes(`    uid: "${uid}"\n    controller: true\n`), stdout);
  });

  it('and one of its name with other content is never printed over: the binding is not ready', async () => {
    const other = SECRET.replace(ENCODED, 'b3RoZXI=');
    const { stdout, stderr, code } = await runInject(NO_STATUS, docs(SERVICE, BINDING, other));
    assert.deepEqual([stdout, code], [docs(SERVICE, BINDING, other), 2]);
    assert.match(stderr, new RegExp(`b-${HASH}`));
    assert.ok(!stderr.includes(PASSWORD) && !stderr.includes(ENCODED));
  });
});

describe('-o json', () => {
  const kindsOf = (stdout: string): readonly unknown[] => {
    const { items } = JSON.parse(stdout) as { readonly items: readonly JsonObject[] };
    return items.map(({ kind }) => kind);
  };

  it('has the Secret as the item behind the binding, with --changed too', async () => {
    const text = docs(CONFIG, SERVICE, BINDING, CONFIG.replace('name: c', 'name: d'));
    const all = await runInject({ output: 'json' }, text);
    assert.deepEqual(kindsOf(all.stdout), ['ConfigMap', 'Database', 'ServiceBinding', 'Secret', 'ConfigMap']);
    const changed = await runInject({ output: 'json', changed: true }, text);
    assert.deepEqual(kindsOf(changed.stdout), ['ServiceBinding', 'Secret']);
    const alone = await runInject({ output: 'json', changed: true, status: false }, text);
    assert.deepEqual(kindsOf(alone.stdout), ['Secret']);
  });
});

describe('--changed', () => {
  it('prints the Secret, also where the binding itself does not change', async () => {
    const { stdout } = await runInject({ changed: true, ...NO_STATUS }, docs(CONFIG, SERVICE, BINDING));
    assert.equal(stdout, `---\n${SECRET}`);
    const both = await runInject({ changed: true }, docs(CONFIG, SERVICE, BINDING));
    assert.ok(both.stdout.startsWith(`---\n${BINDING}status:\n`) && both.stdout.endsWith(`\n---\n${SECRET}`));
  });

  it('leaves of a List only what changes and what is new', async () => {
    const second = bindingNamed('c');
    const { stdout } = await runInject(
      { changed: true, ...NO_STATUS },
      listOf(SERVICE, BINDING, CONFIG, second, CONFIG.replace('name: c', 'name: d')),
    );
    const { stdout: want } = await runInject({}, listOf(SECRET, secretNamed(`c-${HASH}`)));
    assert.equal(stdout, want);
  });
});

describe('--diff', () => {
  const cases = { documents: docs(SERVICE, BINDING, CONFIG), 'a List': listOf(SERVICE, BINDING, CONFIG) };
  for (const [name, text] of Object.entries(cases)) {
    it(`shows the Secret as lines that come, without its values: ${name}`, async () => {
      const masked = text.replace(PASSWORD, 'x');
      const { stdout } = await runInject({ diff: true, ...NO_STATUS }, masked);
      const lines = stdout.split('\n').slice(2);
      assert.ok(
        lines.some((line) => /^\+.*kind: Secret$/.test(line)),
        stdout,
      );
      assert.ok(!lines.some((line) => line.startsWith('-')), stdout);
      assert.match(stdout, /^\+ *password: "\*\*\*"$/m);
      assert.ok(!stdout.includes('eA=='));
    });
  }

  it('is a patch that makes the files what comes out', async () => {
    const folder = await aFolder({ 'a.yaml': docs(SERVICE, BINDING), 'b.yaml': CONFIG });
    const { stdout } = await runInject({ diff: true, filename: [folder], ...NO_STATUS });
    const patch = spawnSync('patch', ['-p0', '-d', '/'], { input: stdout, encoding: 'utf8' });
    assert.equal(patch.status, 0, patch.stdout + patch.stderr);
    const want = docs(SERVICE, BINDING, SECRET).replace(ENCODED, '"***"');
    assert.equal(await readFile(join(folder, 'a.yaml'), 'utf8'), want);
  });
});

describe('integers that JavaScript does not hold', () => {
  const text = docs(
    'apiVersion: db.example/v1\nkind: Database\nmetadata: {name: db, namespace: shop, annotations: {service.binding/id: "path={.spec.id}"}}\nspec: {id: 9007199254740993}\n',
    BINDING.replace('spec:', 'spec:\n  mappings: [{name: next, value: "{{ .id }}"}]'),
  );

  it('are exact in what is made of them', async () => {
    const { stdout } = await runInject(NO_STATUS, text);
    assert.match(stdout, new RegExp(`id: ${Buffer.from('9007199254740993').toString('base64')}`));
    assert.match(stdout, /id: 9007199254740993\}/);
  });

  it('are exact in JSON', async () => {
    const { stdout } = await runInject({ ...NO_STATUS, output: 'json' }, text);
    assert.match(stdout, /"id": 9007199254740993\n/);
  });
});
