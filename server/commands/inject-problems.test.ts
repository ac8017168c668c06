import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BINDING, CONFIG, DEPLOYMENT, docs, ENCODED, PASSWORD, SECRET } from './testkit/manifests.ts';
import { aFolder } from './testkit/folder.ts';
import { runInject } from './testkit/run.ts';

describe('input that cannot be read ends with 1, its place, and nothing on standard output', () => {
  const cases: Readonly<Record<string, { text: string; want: RegExp }>> = {
    'a list that is never closed': {
      text: `${CONFIG}---\nkind: A\nx: [1, 2\n`,
      want: /^standard input:\d+:\d+: /,
    },
    'a value that is not indented enough': {
      text: `${CONFIG}---\nkind: Secret\nstringData:\n  a: "${PASSWORD}\n`,
      want: /^standard input:\d+:\d+: /,
    },
    'a key that stands twice': {
      text: `kind: A\nspec: {}\nspec: {}\n`,
      want: /^standard input:3:1: /,
    },
    'text that is no object': {
      text: `---\n${PASSWORD}\n`,
      want: /^standard input:2:1: a Kubernetes object must be/,
    },
  };
  for (const [name, { text, want }] of Object.entries(cases)) {
    it(name, async () => {
      const { code, stdout, stderr } = await runInject({}, text);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, want);
      assert.ok(!stderr.includes(PASSWORD), stderr);
    });
  }

  it('every problem of every file is told', async () => {
    const folder = await aFolder({ 'a.yaml': 'a: [', 'b/b.yaml': CONFIG, 'c.json': '{"a": [}' });
    const { code, stdout, stderr } = await runInject({ filename: [join(folder, 'b')], resources: [folder] });
    assert.deepEqual([code, stdout], [1, '']);
    const places = stderr.split('\n').map((line) => line.replace(/:\d+:\d+: .*/, ''));
    assert.deepEqual([...new Set(places)], [join(folder, 'a.yaml'), join(folder, 'c.json')]);
  });
});

describe('files that cannot be had end with 1 and their name', () => {
  it('one that does not exist', async () => {
    const folder = await aFolder({ 'a.yaml': CONFIG });
    const missing = join(folder, 'nothing.yaml');
    for (const paths of [{ filename: [folder, missing] }, { filename: [folder], resources: [missing] }]) {
      const ran = await runInject(paths);
      assert.deepEqual(ran, { code: 1, stdout: '', stderr: `${missing}: there is no such file or folder` });
    }
  });

  it('one that is no text', async () => {
    const folder = await aFolder();
    await writeFile(join(folder, 'latin.yaml'), Buffer.from('kind: Caf\u00E9', 'latin1'));
    const { code, stderr } = await runInject({ filename: [folder] });
    assert.deepEqual([code, stderr], [1, `${join(folder, 'latin.yaml')}: it is not UTF-8`]);
  });

  it(
    'one that may not be read',
    { skip: process.getuid?.() === 0 && 'root may read everything' },
    async () => {
      const folder = await aFolder({ 'a.yaml': CONFIG });
      await chmod(join(folder, 'a.yaml'), 0o000);
      const { code, stderr } = await runInject({ filename: [folder] });
      assert.deepEqual([code, stderr], [1, `${join(folder, 'a.yaml')}: it may not be read`]);
    },
  );

  it('standard input twice', async () => {
    const { code, stdout, stderr } = await runInject({ filename: ['-'], resources: ['-'] }, CONFIG);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /only once/);
  });

  it('but a folder without manifests is no problem', async () => {
    const folder = await aFolder({ 'README.md': 'x' });
    await mkdir(join(folder, 'empty'));
    assert.deepEqual(await runInject({ filename: [folder] }), { code: 0, stdout: '', stderr: '' });
  });
});

describe('a binding that is not ready ends with 2; everything is printed all the same', () => {
  const database = BINDING.replace(
    '{apiVersion: v1, kind: Secret,',
    '{apiVersion: example.com/v1, kind: Database,',
  );
  const cases: Readonly<
    Record<string, { text: string; says: RegExp; options?: { requireSecrets: boolean } }>
  > = {
    'SB-51: its workload is missing': {
      text: docs(SECRET, BINDING),
      says: /^not ready: ServiceBinding shop\/db: Deployment shop\/orders does not exist/,
    },
    'SB-51: its service is missing': {
      text: docs(database, DEPLOYMENT),
      says: /^not ready: ServiceBinding shop\/db: Database shop\/db-secret does not exist/,
    },
    'SB-8: it is invalid': {
      text: docs(SECRET, BINDING.replace('name: orders}', 'name: orders, selector: {}}'), DEPLOYMENT),
      says: /^not ready: ServiceBinding shop\/db: the binding cannot be used: spec\.workload\.selector: /,
    },
    'its Secret has to be there': {
      text: docs(BINDING, DEPLOYMENT),
      says: /^not ready: ServiceBinding shop\/db: Secret shop\/db-secret is not in the input/,
      options: { requireSecrets: true },
    },
  };
  for (const [name, { text, says, options }] of Object.entries(cases)) {
    it(name, async () => {
      const { code, stdout, stderr } = await runInject(options ?? {}, text);
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.match(stdout, /type: Ready\n +status: "False"/);
      assert.ok(!stderr.includes(PASSWORD) && !stderr.includes(ENCODED));
    });
  }

  it('also if it is among the resources, or its status is not wanted', async () => {
    const folder = await aFolder({ 'b.yaml': BINDING });
    assert.equal((await runInject({ resources: [join(folder, 'b.yaml')] }, SECRET)).code, 2);
    assert.deepEqual(
      (await runInject({ status: false }, docs(SECRET, BINDING))).stdout,
      docs(SECRET, BINDING),
    );
  });

  it('but not if only the Secret is missing: that is a warning', async () => {
    const { code, stderr } = await runInject({}, docs(BINDING, DEPLOYMENT));
    assert.equal(code, 0);
    assert.match(stderr, /^warning: ServiceBinding shop\/db: Secret shop\/db-secret is not in the input/);
  });
});
