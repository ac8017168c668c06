import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { issueAuthority, issueServing, type KeyPair } from '../certs/issue.ts';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { textAt } from './cluster/text-at.ts';
import { waitFor } from './cluster/wait-for.ts';
import { aBinding, DEPLOYMENT, projectedSecrets } from './objects.ts';
import { openStage, type Stage } from './stage.ts';

const HOUR = 3_600_000;

const isBound = (object: JsonObject): boolean => projectedSecrets(object, DEPLOYMENT.podSpec).length > 0;

describe('what happens to the webhook while it serves', { timeout: 300_000 }, () => {
  let stage: Stage;
  let authority: KeyPair;
  const cluster = (): Stage['cluster'] => stage.cluster;

  async function writePair(directory: string): Promise<string> {
    const pair = await issueServing({
      authority,
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
      now: new Date(),
      lifetimeMs: HOUR,
    });
    await writeFile(join(directory, 'tls.key'), pair.key);
    await writeFile(join(directory, 'tls.crt'), pair.certificate);
    return pair.certificate;
  }

  before(async () => {
    authority = await issueAuthority({ now: new Date(), lifetimeMs: 24 * HOUR });
    stage = await openStage({
      prepareCertificates: async (directory) => {
        await writeFile(join(directory, 'ca.crt'), authority.certificate);
        await writePair(directory);
      },
    });
    await cluster().createNamespace('shop');
  });
  after(async () => stage.close());

  async function bind(name: string): Promise<void> {
    await cluster().apply(aBinding(name, DEPLOYMENT, { name }));
  }
  async function known(name: string): Promise<void> {
    await waitFor(
      `Cleat to know ${name}`,
      async () => isBound(await cluster().create(DEPLOYMENT.make(name), { dryRun: 'All' })),
      { timeoutMs: 60_000 },
    );
  }
  const create = async (name: string): Promise<boolean> =>
    isBound(await cluster().create(DEPLOYMENT.make(name)));

  it('the API server restarts: Cleat stays ready, and binds by what it knew and by what is new', async () => {
    await bind('before-restart');
    await known('before-restart');
    await cluster().stopApiServer('SIGKILL');
    assert.equal((await stage.readyz()).status, 200);
    await cluster().startApiServer();
    assert.equal(await create('before-restart'), true);
    await bind('after-restart');
    await known('after-restart');
    assert.equal(await create('after-restart'), true);
  });

  it('etcd forgets what was watched (410): a deleted, a re-created and a new binding are seen', async () => {
    for (const name of ['deleted', 'recreated']) {
      await bind(name);
      await known(name);
    }
    await cluster().stopApiServer('SIGKILL');
    await cluster().startApiServer();
    await cluster().remove({
      apiVersion: 'servicebinding.io/v1',
      kind: 'ServiceBinding',
      namespace: 'shop',
      name: 'deleted',
    });
    await cluster().remove({
      apiVersion: 'servicebinding.io/v1',
      kind: 'ServiceBinding',
      namespace: 'shop',
      name: 'recreated',
    });
    await bind('recreated');
    await cluster().compactEtcd();
    await cluster().stopApiServer('SIGKILL');
    await cluster().startApiServer();
    await bind('after-compaction');
    await known('after-compaction');
    assert.equal(await create('after-compaction'), true);
    assert.equal(await create('deleted'), false);
    const [recreated] = await cluster().apply(DEPLOYMENT.make('recreated'));
    const binding = await cluster().get({
      apiVersion: 'servicebinding.io/v1',
      kind: 'ServiceBinding',
      namespace: 'shop',
      name: 'recreated',
    });
    assert.match(
      JSON.stringify(dig(recreated, 'spec')),
      new RegExp(`servicebinding-${textAt(binding ?? {}, 'metadata', 'uid')}`),
    );
  });

  it('the webhook restarts: meanwhile workloads are admitted as ever, then bound again', async () => {
    await bind('restart');
    await known('restart');
    await stage.stopCleat();
    assert.equal(await create('restart'), false);
    await stage.startCleat();
    const updated = await cluster().patch(
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'restart' },
      { metadata: { labels: { touched: 'yes' } } },
    );
    assert.equal(isBound(updated), true);
  });

  it('the certificate is replaced under load: all that is created meanwhile comes out bound', async () => {
    await bind('load');
    await known('load');
    const load = { ended: false };
    const results: boolean[] = [];
    const worker = async (): Promise<void> => {
      while (!load.ended)
        results.push(isBound(await cluster().create(DEPLOYMENT.make('load'), { dryRun: 'All' })));
    };
    const workers = Promise.all([worker(), worker(), worker(), worker()]);
    const certificate = await writePair(stage.certificates);
    const fingerprint = certificate.replace(/\s/g, '');
    await waitFor(
      'the new certificate to be served',
      async () =>
        (await servedCertificate(stage.port, authority.certificate)).replace(/\s/g, '') === fingerprint,
      { timeoutMs: 30_000 },
    );
    const before10 = results.length;
    await waitFor('more load on the new certificate', () => results.length > before10 + 20, {
      timeoutMs: 30_000,
    });
    load.ended = true;
    await workers;
    assert.deepEqual([...new Set(results)], [true]);
  });

  it('a broken certificate keeps the old one, and shows in /readyz and in the metrics', async () => {
    const good = join(stage.certificates, 'tls.crt');
    await copyFile(good, `${good}.kept`);
    await writeFile(good, 'not a certificate');
    await waitFor(
      'the problem to be noticed',
      async () => (await stage.metrics()).includes('cleat_certificate_problem 1'),
      { timeoutMs: 30_000 },
    );
    const { status, text } = await stage.readyz();
    assert.equal(status, 200);
    assert.match(text, /^\[\+\] certificate: .*tls\.crt/m);
    assert.equal(await create('broken-certificate-unbound'), false);
    await bind('broken-certificate');
    await known('broken-certificate');
    await writeFile(good, await readFile(`${good}.kept`));
    await waitFor('it to heal', async () => (await stage.metrics()).includes('cleat_certificate_problem 0'), {
      timeoutMs: 30_000,
    });
  });
});

/** The leaf that a new connection gets, as PEM. */
async function servedCertificate(port: number, ca: string): Promise<string> {
  const { connect } = await import('node:tls');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      const lines = raw.toString('base64').match(/.{1,64}/g) ?? [];
      resolve(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`);
    });
    socket.once('error', reject);
  });
}
