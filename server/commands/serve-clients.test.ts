import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { issueAuthority, issueServing } from '../../certs/issue.ts';
import { aDeployment, aReview } from '../../lib/testkit/builders.ts';
import { aFolder } from './testkit/folder.ts';
import { BINDING } from './testkit/manifests.ts';
import { Serving } from './testkit/serving.ts';

const openssl = promisify(execFile);

/** A client's certificate of an authority of its own, as files `NAME.crt`, `NAME.key` and `NAME-ca.crt`. */
async function aClient(
  folder: string,
  name: string,
): Promise<{ readonly cert: string; readonly key: string }> {
  const path = (file: string): string => join(folder, `${name}${file}`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['req', '-x509', '-subj', `/CN=${name}-ca`, '-days', '1', ...key];
  await openssl('openssl', [...authority, '-keyout', path('-ca.key'), '-out', path('-ca.crt')]);
  const client = ['req', '-x509', '-subj', `/CN=${name}`, '-days', '1', ...key];
  const issued = ['-CA', path('-ca.crt'), '-CAkey', path('-ca.key'), '-addext', 'basicConstraints=CA:FALSE'];
  await openssl('openssl', [...client, ...issued, '-keyout', path('.key'), '-out', path('.crt')]);
  return { cert: await readFile(path('.crt'), 'utf8'), key: await readFile(path('.key'), 'utf8') };
}

/** A pair for Cleat itself, as somebody else would put it there. */
async function putPair(folder: string): Promise<void> {
  const validity = { now: new Date(), lifetimeMs: 3_600_000 };
  const authority = await issueAuthority(validity);
  const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const pair = await issueServing({ authority, ...names, ...validity });
  await writeFile(join(folder, 'ca.crt'), authority.certificate);
  await writeFile(join(folder, 'tls.key'), pair.key);
  await writeFile(join(folder, 'tls.crt'), pair.certificate);
}

describe('cleat serve --client-ca', () => {
  let folder = '';
  let certificates = '';
  let serving: Serving;
  let known: { readonly cert: string; readonly key: string };
  let stranger: typeof known;
  before(async () => {
    folder = await aFolder({ 'binding.yaml': BINDING });
    certificates = await aFolder();
    await putPair(certificates);
    [known, stranger] = [await aClient(certificates, 'known'), await aClient(certificates, 'stranger')];
    const authority = join(certificates, 'known-ca.crt');
    const args = ['--resources', folder, '--client-ca', authority, '--port', '0', '--ops-port', '0'];
    serving = new Serving(args, certificates);
    await serving.line('serving');
  });

  const ask = async (pair: Partial<typeof known>): Promise<number> => {
    const { status } = await serving.post(
      '/mutate',
      aReview(aDeployment()),
      new Agent({ keepAlive: false, ...pair }),
    );
    return status;
  };

  it('answers a client of that authority, and nobody else; the probes stay open', async () => {
    assert.equal(await ask(known), 200);
    for (const pair of [{}, stranger])
      await assert.rejects(ask(pair), /alert|ECONNRESET|EPIPE|socket hang up/);
    assert.equal((await serving.get('/readyz')).status, 200);
  });

  it('nor when its own certificate is another one', async () => {
    await putPair(certificates);
    await serving.line('TLS certificate changed');
    assert.equal(await ask(known), 200);
    for (const client of [{}, stranger])
      await assert.rejects(ask(client), /alert|ECONNRESET|EPIPE|socket hang up/);
  });

  it('says what is wrong with the file', async () => {
    const path = join(folder, 'binding.yaml');
    for (const file of [path, join(folder, 'nothing.crt')]) {
      const args = ['--resources', folder, '--client-ca', file, '--port', '0', '--ops-port', '0'];
      const failing = new Serving(args, await aFolder());
      assert.equal(await failing.exit(), 1);
      assert.match(failing.stderr, new RegExp(`--client-ca ${file}: .*give a file of certificates in PEM`));
    }
  });
});
