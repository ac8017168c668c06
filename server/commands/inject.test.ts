import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import {
  BINDING,
  BOUND,
  CONFIG,
  DEPLOYMENT,
  docs,
  INDENTED_STATUS,
  listOf,
  PASSWORD,
  SECRET,
  STATUS,
} from './testkit/manifests.ts';
import { aFolder } from './testkit/folder.ts';
import { runInject } from './testkit/run.ts';

const WORLD = docs(SECRET, BINDING, DEPLOYMENT);
const BOUND_WORLD = docs(SECRET, BINDING + STATUS, BOUND);

describe('what no binding targets comes out byte for byte', () => {
  const cases: Readonly<Record<string, string>> = {
    'one document': CONFIG,
    'several, with comments and blank lines between them': `# top\n---\n${CONFIG}\n\n---\n# next\n${DEPLOYMENT}---\n# last\n`,
    'without a line end at the end': CONFIG.trimEnd(),
    'Windows line ends': CONFIG.replaceAll('\n', '\r\n'),
    'a byte order mark': `\uFEFF${CONFIG}`,
    'a List': listOf(CONFIG, DEPLOYMENT),
    'a List without items': 'apiVersion: v1\nkind: List\nitems: []\n',
    'JSON documents': '{"kind": "ConfigMap",\n "apiVersion":"v1"}\n{"kind":"A"}',
    'document ends and directives': `%YAML 1.2\n---\n${CONFIG}...\n# a comment\n---\n${CONFIG}`,
    'text with wide characters': `${CONFIG}# 👩‍💻 åß\n`,
    nothing: '',
    'comments alone': '# nothing\n---\n# here\n',
    'values that are no object of Kubernetes': 'a: 1\n---\n{}\n',
  };
  for (const [name, text] of Object.entries(cases)) {
    it(name, async () => assert.deepEqual(await runInject({}, text), { code: 0, stdout: text, stderr: '' }));
  }
});

describe('what a binding targets is changed in place', () => {
  it('in a pipe: order, comments, blank lines and scalars stay', async () => {
    assert.deepEqual(await runInject({}, WORLD), { code: 0, stdout: BOUND_WORLD, stderr: '' });
  });

  it('without the status, if nobody wants it', async () => {
    const { stdout } = await runInject({ status: false }, WORLD);
    assert.equal(stdout, docs(SECRET, BINDING, BOUND));
  });

  it('in a List: items are edited where they are', async () => {
    const { stdout } = await runInject({}, listOf(SECRET, BINDING, DEPLOYMENT));
    assert.equal(stdout, listOf(SECRET, BINDING + INDENTED_STATUS, BOUND));
  });

  it('in JSON, which stays JSON', async () => {
    const deployment =
      '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "orders", "namespace": "shop"},\n "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "i"}]}}}}\n';
    const folder = await aFolder({ 'deployment.json': deployment, 'more.yaml': docs(SECRET, BINDING) });
    const paths = { filename: [join(folder, 'deployment.json')], resources: [join(folder, 'more.yaml')] };
    const { stdout, code } = await runInject(paths);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^\{"apiVersion": "apps\/v1", "kind": "Deployment", "metadata": \{"name": "orders", /,
    );
    const { spec } = JSON.parse(stdout) as { spec: { template: { spec: { volumes: unknown[] } } } };
    assert.equal(spec.template.spec.volumes.length, 1);
  });

  it('and its own output comes out byte for byte', async () => {
    for (const text of [WORLD, listOf(SECRET, BINDING, DEPLOYMENT)]) {
      const { stdout } = await runInject({}, text);
      assert.deepEqual(await runInject({}, stdout), { code: 0, stdout, stderr: '' });
    }
  });
});

describe('where the input comes from', () => {
  it('several files and standard input, in the order of the command line', async () => {
    const folder = await aFolder({ 'b.yaml': BINDING, 'd.yaml': DEPLOYMENT.trimEnd() });
    const filename = [join(folder, 'd.yaml'), '-', join(folder, 'b.yaml')];
    const { stdout, code } = await runInject({ filename }, SECRET);
    assert.equal(stdout, docs(BOUND, SECRET, BINDING + STATUS));
    assert.equal(code, 0);
  });

  it('folders, sorted and with their folders, but nothing hidden and nothing else', async () => {
    const folder = await aFolder({
      '2-binding.yml': BINDING,
      '1/deployment.YAML': DEPLOYMENT,
      '3.json': '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db-secret","namespace":"shop"}}',
      '.hidden.yaml': 'a: [',
      '.git/x.yaml': 'a: [',
      'README.md': 'a: [',
    });
    const { stdout, code } = await runInject({ filename: [folder] });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^apiVersion: apps\/v1[^]*\n---\n# orders uses the database\n[^]*\n---\n\{"apiVersion":"v1"/,
    );
  });

  it('resources are used and not printed, standard input among them', async () => {
    const folder = await aFolder({ 'b.yaml': BINDING, 'd.yaml': DEPLOYMENT });
    const resources = [join(folder, 'b.yaml'), '-'];
    const { stdout, code, stderr } = await runInject(
      { filename: [join(folder, 'd.yaml')], resources },
      SECRET,
    );
    assert.deepEqual({ stdout, code, stderr }, { stdout: BOUND, code: 0, stderr: '' });
  });

  it('a folder of which one file is printed does not count that file twice', async () => {
    const folder = await aFolder({ 'a.yaml': docs(SECRET, BINDING), 'd.yaml': DEPLOYMENT });
    const { stdout, stderr } = await runInject({ filename: [join(folder, 'a.yaml')], resources: [folder] });
    assert.deepEqual({ stdout, stderr }, { stdout: docs(SECRET, BINDING + STATUS), stderr: '' });
  });

  it('JSON and YAML together become a stream that kubectl reads', async () => {
    const json = (name: string): string => `{"kind":"ConfigMap","metadata":{"name":"${name}"}}`;
    const folder = await aFolder({ '1.json': json('a') + json('b'), '2.yaml': CONFIG, '3.json': json('c') });
    const { stdout } = await runInject({ filename: [folder] });
    assert.equal(stdout, `---\n${json('a')}\n---\n${json('b')}\n---\n${CONFIG}---\n${json('c')}`);
  });
});

it('what kubectl reads otherwise than it looks is a warning with its place', async () => {
  const { code, stderr } = await runInject({}, `${CONFIG}---\nkind: A\nx: on\n`);
  assert.equal(code, 0);
  assert.match(stderr, /^warning: standard input:7:4: kubectl reads an unquoted .* as a boolean/);
});

describe('-o json', () => {
  it('is one List of everything, in order', async () => {
    const { stdout, code } = await runInject({ output: 'json' }, WORLD);
    const list = JSON.parse(stdout) as { readonly items: readonly JsonObject[] };
    assert.equal(code, 0);
    assert.deepEqual(
      { ...list, items: list.items.map(({ kind }) => kind) },
      {
        apiVersion: 'v1',
        kind: 'List',
        items: ['Secret', 'ServiceBinding', 'Deployment'],
      },
    );
    assert.match(stdout, /"mountPath": "\/bindings\/db"/);
    assert.match(stdout, /"replicas": 2,/);
  });

  it('with --changed is a List of what changes', async () => {
    const { stdout } = await runInject({ output: 'json', changed: true }, docs(CONFIG, WORLD));
    const { items } = JSON.parse(stdout) as { readonly items: readonly JsonObject[] };
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['ServiceBinding', 'Deployment'],
    );
    assert.ok(!stdout.includes(PASSWORD));
  });
});
