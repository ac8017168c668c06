import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  BINDING,
  BOUND,
  CONFIG,
  DEPLOYMENT,
  docs,
  ENCODED,
  INDENTED_STATUS,
  listOf,
  PASSWORD,
  SECRET,
  STATUS,
} from './testkit/manifests.ts';
import { aFolder, writeFiles } from './testkit/folder.ts';
import { runInject } from './testkit/run.ts';

const WORLD = docs(SECRET, BINDING, DEPLOYMENT);
/** On one line, so that its neighbours are around every change. */
const FLOW =
  '{apiVersion: apps/v1, kind: Deployment, metadata: {name: orders, namespace: shop}, spec: {template: {spec: {containers: [{name: app}]}}}}\n';

describe('--changed prints only the objects that change', () => {
  const cases: Readonly<Record<string, { text: string; want: string }>> = {
    'nothing if nothing does': { text: docs(SECRET, CONFIG), want: '' },
    'documents as they stand, with their separators': {
      text: docs(WORLD, CONFIG),
      want: `---\n${docs(BINDING + STATUS, BOUND)}`,
    },
    'a leading comment stays with its document': {
      text: `# lead\n---\n${docs(BINDING, SECRET, DEPLOYMENT)}`,
      want: `# lead\n---\n${docs(BINDING + STATUS, BOUND)}`,
    },
    'so do directives': {
      text: `%TAG ! tag:example.com,2000:\n---\n${docs(BINDING, SECRET, DEPLOYMENT)}`,
      want: `%TAG ! tag:example.com,2000:\n---\n${docs(BINDING + STATUS, BOUND)}`,
    },
    'what an end of document parted stays parted': {
      text: `${BINDING}---\n${SECRET}...\n${DEPLOYMENT}`,
      want: docs(BINDING + STATUS, BOUND),
    },
    'a List has only the items that change': {
      text: listOf(CONFIG, BINDING, SECRET, DEPLOYMENT),
      want: listOf(BINDING + INDENTED_STATUS, BOUND),
    },
  };
  for (const [name, { text, want }] of Object.entries(cases)) {
    it(name, async () => {
      const { stdout, code } = await runInject({ changed: true }, text);
      assert.equal(stdout, want);
      assert.equal(code, 0);
    });
  }

  it('a List in a List too', async () => {
    const list = (...items: readonly string[]): string => `{"kind": "List", "items": [${items.join(', ')}]}`;
    const text = list(list('{"kind": "A"}', FLOW.trimEnd()), list('{"kind": "B"}'), '{"kind": "C"}');
    const { stdout } = await runInject({ changed: true }, docs(BINDING, text));
    const [, list2 = ''] = stdout.split('---\n');
    assert.ok(
      list2.startsWith('{"kind": "List", "items": [{"kind": "List", "items": [{apiVersion: apps/v1'),
      list2,
    );
    assert.ok(!/"[ABC]"/.test(list2) && list2.trimEnd().endsWith('}]}]}'), list2);
  });
});

describe('--diff prints what changes', () => {
  it('nothing if nothing does', async () => {
    assert.deepEqual(await runInject({ diff: true }, docs(SECRET, CONFIG)), {
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('file by file, in a form that patch takes', async () => {
    const folder = await aFolder();
    const files = { 'a.yaml': docs(CONFIG, BINDING), 'b.yaml': DEPLOYMENT, 'c.yaml': CONFIG };
    await writeFiles(folder, files);
    const { stdout, code } = await runInject({ diff: true, filename: [folder] });
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.match(/^(?:---|\+\+\+) .*$/gm),
      ['a.yaml', 'b.yaml'].flatMap((name) => [`--- ${join(folder, name)}`, `+++ ${join(folder, name)}`]),
    );
    const patch = spawnSync('patch', ['-p0', '-d', '/'], { input: stdout, encoding: 'utf8' });
    assert.equal(patch.status, 0, patch.stdout + patch.stderr);
    assert.equal(await readFile(join(folder, 'a.yaml'), 'utf8'), docs(CONFIG, BINDING + STATUS));
    assert.equal(await readFile(join(folder, 'b.yaml'), 'utf8'), BOUND);
  });

  it('of standard input too, whatever the output format', async () => {
    const { stdout } = await runInject({ diff: true, output: 'json' }, WORLD);
    assert.match(stdout, /^--- standard input\n\+\+\+ standard input\n@@ /);
  });

  it('in colours on a terminal', async () => {
    const { stdout } = await runInject({ diff: true }, WORLD, true);
    assert.ok(stdout.includes('\u001B[32m+status:\u001B[0m\n'));
  });

  describe('without the values of Secrets', () => {
    const applied = `  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"${PASSWORD}"}}'\n`;
    const short = (more: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db-secret\n  namespace: shop\n${more}`;
    const neighbours: Readonly<Record<string, string>> = {
      data: short(`data:\n  token: ${ENCODED}\n`),
      stringData: short(`stringData:\n  password: ${PASSWORD}\n`),
      'the annotation that kubectl leaves': short(applied),
      'text of several lines': short(`stringData:\n  password: |\n    ${PASSWORD}\n    ${PASSWORD}\n`),
    };
    for (const [name, secret] of Object.entries(neighbours)) {
      it(`${name}, in the lines around a change`, async () => {
        for (const input of [docs(BINDING, secret, FLOW), listOf(BINDING, secret, FLOW)]) {
          const { stdout } = await runInject({ diff: true }, input);
          assert.match(stdout, /\*\*\*/);
          assert.ok(!stdout.includes(PASSWORD) && !stdout.includes(ENCODED), stdout);
        }
      });
    }
  });
});
