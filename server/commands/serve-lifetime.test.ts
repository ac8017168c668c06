import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aDeployment, aReview } from '../../lib/testkit/builders.ts';
import { BINDING, CONFIG } from './testkit/manifests.ts';
import { aFolder } from './testkit/folder.ts';
import { Serving } from './testkit/serving.ts';

const ANY_PORTS = ['--port', '0', '--ops-port', '0'];

describe('cleat serve ends with 0', () => {
  it('after its drain, even if a connection is kept open', async () => {
    const resources = await aFolder({ 'binding.yaml': BINDING });
    const serving = new Serving(
      ['--resources', resources, '--drain', '300ms', ...ANY_PORTS],
      await aFolder(),
    );
    const agent = new Agent({ keepAlive: true });
    assert.equal(
      (await serving.post('/mutate', aReview(aDeployment()), agent)).headers.connection,
      'keep-alive',
    );
    const start = performance.now();
    serving.child.kill('SIGTERM');
    assert.equal(await serving.exit(), 0);
    assert.ok(performance.now() - start >= 300);
    await serving.line('stopped').catch(() => assert.fail(serving.stderr));
    agent.destroy();
    assert.equal(serving.stdout, '');
  });
});

describe('cleat serve ends with 1 and one sentence', () => {
  interface Case {
    readonly args: (resources: string) => readonly string[];
    readonly says: RegExp;
    readonly environment?: NodeJS.ProcessEnv;
  }
  const cases: Readonly<Record<string, Case>> = {
    'for nothing to serve': {
      args: () => [],
      says: /^error: nothing to serve: give --resources PATH, or --kubeconfig FILE or --context NAME, or run in a cluster\n/,
    },
    'for files and the API at once': {
      args: (resources) => ['--resources', resources, '--kubeconfig', '/x'],
      says: /^error: --resources and --kubeconfig\/--context exclude each other\n/,
    },
    'for files and a context at once': {
      args: (resources) => ['--resources', resources, '--context', 'x'],
      says: /^error: --resources and --kubeconfig\/--context exclude each other\n/,
    },
    'for resources that do not exist': {
      args: () => ['--resources', '/nowhere', ...ANY_PORTS],
      says: /^cleat: \/nowhere: there is no such file or folder\n$/m,
    },
    'for a kubeconfig that does not exist': {
      args: () => ['--kubeconfig', '/nowhere', ...ANY_PORTS],
      says: /^cleat: .*\/nowhere/m,
    },
    'for a port that is none': {
      args: (resources) => ['--resources', resources, '--port', '70000'],
      says: /^error: option '--port <number>' argument '70000' is invalid\. a port is 0 to 65535\.\n/,
    },
    'for a drain that is no duration': {
      args: (resources) => ['--resources', resources, '--drain', 'soon'],
      says: /argument 'soon' is invalid\. a duration is a number with ms, s or m, such as 5s\.\n/,
    },
    'for a log level that is none': {
      args: (resources) => ['--resources', resources, '--log-level', 'loud'],
      says: /argument 'loud' is invalid\. Allowed choices are debug, info, warn, error\.\n/,
    },
  };
  for (const [name, { args, says, environment }] of Object.entries(cases)) {
    it(name, async () => {
      const resources = await aFolder({ 'c.yaml': CONFIG });
      const serving = new Serving(args(resources), await aFolder(), environment);
      assert.equal(await serving.exit(), 1);
      assert.match(serving.stderr, says);
      assert.equal(serving.stdout, '');
    });
  }

  it('for a file that cannot be read, with its place', async () => {
    const resources = await aFolder({ 'bad.yaml': 'kind: A\na: [1\n' });
    const serving = new Serving(['--resources', resources, ...ANY_PORTS], await aFolder());
    assert.equal(await serving.exit(), 1);
    assert.match(serving.stderr, new RegExp(`^cleat: ${join(resources, 'bad.yaml')}:\\d+:\\d+: `, 'm'));
  });

  it('for a certificate that is none', async () => {
    const certificates = await aFolder();
    for (const name of ['tls.crt', 'tls.key']) await writeFile(join(certificates, name), 'nonsense');
    const resources = await aFolder({ 'c.yaml': CONFIG });
    const serving = new Serving(['--resources', resources, ...ANY_PORTS], certificates);
    assert.equal(await serving.exit(), 1);
    assert.match(serving.stderr, /^cleat: .*tls\./m);
  });

  for (const [flag, other] of [
    ['--port', '--ops-port'],
    ['--ops-port', '--port'],
  ] as const) {
    it(`for a port that is taken, which names ${flag}`, async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const resources = await aFolder({ 'c.yaml': CONFIG });
      const args = ['--resources', resources, flag, String(port), other, '0'];
      const serving = new Serving(args, await aFolder());
      assert.equal(await serving.exit(), 1);
      const sentence = `cleat: cannot listen on 127.0.0.1:${port}: another process listens there; choose another with ${flag}\n`;
      assert.ok(serving.stderr.endsWith(sentence), serving.stderr);
      taken.close();
    });
  }
});
