import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BINDING, BOUND, CONFIG, DEPLOYMENT, docs, SECRET, STATUS } from './testkit/manifests.ts';
import { aFolder } from './testkit/folder.ts';
import { type Ran } from './testkit/run.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const WORLD = docs(SECRET, BINDING, DEPLOYMENT);

function cleat(args: readonly string[], input = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    input,
    encoding: 'utf8',
  });
  return { code: status ?? -1, stdout, stderr };
}

describe('cleat inject, as a process', () => {
  it('binds what comes through a pipe', () => {
    const want = { code: 0, stdout: docs(SECRET, BINDING + STATUS, BOUND), stderr: '' };
    assert.deepEqual(cleat(['inject', '-f', '-'], WORLD), want);
  });

  it('takes its options', async () => {
    const folder = await aFolder({ 'b.yaml': BINDING, 'd.yaml': DEPLOYMENT, 's.yaml': SECRET });
    const [b, d, s] = ['b.yaml', 'd.yaml', 's.yaml'].map((name) => join(folder, name));
    assert.ok(b !== undefined && d !== undefined && s !== undefined);
    assert.equal(cleat(['inject', '-f', d, '-f', b, '--resources', s]).stdout, docs(BOUND, BINDING + STATUS));
    assert.equal(cleat(['inject', '-f', d, b, '--no-status', '--resources', s]).stdout, docs(BOUND, BINDING));
    assert.equal(cleat(['inject', '--changed', '-f', s, d, '--resources', b]).stdout, BOUND);
    assert.match(cleat(['inject', '--filename', folder, '--diff']).stdout, /^--- .*b\.yaml\n/);
    assert.match(
      cleat(['inject', '-f', folder, '-o', 'json']).stdout,
      /^\{\n {2}"apiVersion": "v1",\n {2}"kind": "List"/,
    );
    assert.equal(cleat(['inject', '-f', b, d, '--require-secrets']).code, 2);
  });

  const misuses: Readonly<Record<string, { args: readonly string[]; says: RegExp }>> = {
    'no -f': { args: ['inject'], says: /required option '-f, --filename <path\.\.\.>' not specified/ },
    'an unknown option': { args: ['inject', '-f', '-', '--nope'], says: /unknown option '--nope'/ },
    'an unknown format': { args: ['inject', '-f', '-', '-o', 'xml'], says: /'xml' is invalid/ },
    'an argument too many': { args: ['inject', '--diff', 'x.yaml', '-f', '-'], says: /too many arguments/ },
    'an unknown command': { args: ['bind'], says: /unknown command 'bind'/ },
    'no command': { args: [], says: /Usage: cleat/ },
    'a file that is missing': {
      args: ['inject', '-f', '/nowhere.yaml'],
      says: /^cleat: \/nowhere\.yaml: there is no such file/,
    },
    'what is not YAML': { args: ['inject', '-f', '-'], says: /^cleat: standard input:1:\d+: / },
  };
  for (const [name, { args, says }] of Object.entries(misuses)) {
    it(`ends with 1 for ${name}`, () => {
      const { code, stdout, stderr } = cleat(args, 'a: [1');
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, says);
    });
  }

  it('ends with 2 for a binding that is not ready', () => {
    const { code, stdout, stderr } = cleat(['inject', '-f', '-'], BINDING);
    assert.equal(code, 2);
    assert.match(stdout, /reason: WorkloadNotFound/);
    assert.match(stderr, /^warning: .*\nnot ready: ServiceBinding shop\/db: /);
  });

  it('is quiet when nobody reads on', async () => {
    const config = CONFIG.replace('data: {', `data: {long: ${'x'.repeat(100_000)}, `);
    const folder = await aFolder({
      'big.yaml': docs(...Array.from({ length: 20 }, (_, i) => config.replace('name: c', `name: c${i}`))),
    });
    const line = `'${process.execPath}' '${MAIN}' inject -f '${folder}' | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    assert.deepEqual({ stdout, stderr }, { stdout: 'kind: Conf 0\n', stderr: '' });
  });

  it('explains itself', () => {
    for (const args of [['inject', '--help'], ['--help'], ['--version']]) {
      const { code, stdout, stderr } = cleat(args);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^Usage: cleat|^\d+\.\d+\.\d+/);
    }
  });
});
