import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';

import { issueAuthority, issueServing } from './issue.ts';
import type { KeyPair, ServingOptions } from './issue.ts';

const run = promisify(execFile);
const DAY = 24 * 60 * 60 * 1000;
const now = new Date();

let authority: KeyPair;
let serving: KeyPair;

function issue(options: Partial<ServingOptions> = {}): Promise<KeyPair> {
  return issueServing({
    authority,
    dnsNames: ['localhost', 'cleat.cleat-system.svc'],
    ipAddresses: ['127.0.0.1', '::1'],
    now,
    lifetimeMs: 10 * DAY,
    ...options,
  });
}

before(async () => {
  authority = await issueAuthority({ now, lifetimeMs: 100 * DAY });
  serving = await issue();
});

describe('what openssl says', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleat-issue-'));
    await writeFile(join(directory, 'ca.crt'), authority.certificate);
    await writeFile(join(directory, 'tls.crt'), serving.certificate);
  });
  after(() => rm(directory, { recursive: true }));

  async function openssl(...args: string[]): Promise<string> {
    return (await run('openssl', args, { cwd: directory })).stdout;
  }

  test('verify -x509_strict accepts the chain for TLS servers, and each name', async () => {
    const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.crt'];
    assert.match(await openssl(...verify, '-verify_hostname', 'localhost', 'tls.crt'), /: OK/);
    assert.match(await openssl(...verify, '-verify_hostname', 'cleat.cleat-system.svc', 'tls.crt'), /: OK/);
    assert.match(await openssl(...verify, '-verify_ip', '127.0.0.1', 'tls.crt'), /: OK/);
    assert.match(await openssl(...verify, '-verify_ip', '::1', 'tls.crt'), /: OK/);
    await assert.rejects(openssl(...verify, '-verify_hostname', 'example.com', 'tls.crt'), /mismatch/i);
  });

  test('both are EC P-256 signed with SHA-256 and carry the extensions of their part', async () => {
    const ca = await openssl('x509', '-in', 'ca.crt', '-noout', '-text');
    assert.match(ca, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    assert.match(ca, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);

    const leaf = await openssl('x509', '-in', 'tls.crt', '-noout', '-text');
    assert.match(leaf, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(leaf, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(leaf, /Extended Key Usage: ?\n\s+TLS Web Server Authentication\n/);

    const identifier = /Subject Key Identifier: ?\n\s+([0-9A-F:]+)\n/.exec(ca)?.[1];
    assert.ok(identifier);
    assert.match(leaf, new RegExp(`Authority Key Identifier: ?\\n\\s+(keyid:)?${identifier}\\n`));
    for (const text of [ca, leaf]) {
      assert.match(text, /NIST CURVE: P-256/);
      assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/);
      assert.doesNotMatch(text, /sha1/i);
    }
  });
});

describe("a client that trusts only the authority, over Node's TLS", () => {
  async function greet(host: string, ca: string, servername?: string): Promise<string> {
    const server = createServer({ cert: serving.certificate, key: serving.key }, (socket) =>
      socket.end('hello'),
    );
    server.on('tlsClientError', () => {});
    server.listen(0, host);
    await once(server, 'listening');
    try {
      const address = server.address();
      assert.ok(address !== null && typeof address === 'object');
      const { port } = address;
      const client = connect({ host, port, ca, ...(servername !== undefined && { servername }) });
      let text = '';
      client.setEncoding('utf8').on('data', (part: string) => (text += part));
      await once(client, 'end');
      return text;
    } finally {
      server.close();
    }
  }

  test('reaches it by host name and by IPv4 address', async () => {
    assert.equal(await greet('127.0.0.1', authority.certificate, 'localhost'), 'hello');
    assert.equal(await greet('127.0.0.1', authority.certificate, 'cleat.cleat-system.svc'), 'hello');
    assert.equal(await greet('127.0.0.1', authority.certificate), 'hello');
  });

  test('reaches it by IPv6 address', async (t) => {
    try {
      assert.equal(await greet('::1', authority.certificate), 'hello');
    } catch (error) {
      if (!/EADDRNOTAVAIL|EAFNOSUPPORT/.test(String(error))) throw error;
      t.skip(`this machine has no IPv6 loopback (${String(error)})`);
    }
  });

  test('refuses a name that is not in the certificate, and another authority', async () => {
    await assert.rejects(greet('127.0.0.1', authority.certificate, 'example.com'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const other = await issueAuthority({ now, lifetimeMs: DAY });
    await assert.rejects(greet('127.0.0.1', other.certificate, 'localhost'), /self-signed|unable to/i);
  });
});

test('every authority has a name and a key of its own', async () => {
  const [first, second] = await Promise.all([
    issueAuthority({ commonName: 'Cleat', now, lifetimeMs: DAY }),
    issueAuthority({ commonName: 'Cleat', now, lifetimeMs: DAY }),
  ]);
  const subjects = [first, second].map((pair) => new X509Certificate(pair.certificate).subject);
  assert.match(subjects[0] ?? '', /^CN=Cleat [0-9a-f]{8}$/);
  assert.notEqual(subjects[0], subjects[1]);
  assert.notEqual(first.key, second.key);
});

test('a common name is taken as text: it cannot add to the subject, nor exceed 64 characters', async () => {
  const subjectOf = async (commonName: string): Promise<string> =>
    new X509Certificate((await issueAuthority({ commonName, now, lifetimeMs: DAY })).certificate).subject;
  assert.match(await subjectOf('a, O=Other+L=x'), /^CN=a {2}O Other L x [0-9a-f]{8}$/);
  assert.match(await subjectOf('n'.repeat(100)), /^CN=n{55} [0-9a-f]{8}$/);
  assert.match(await subjectOf('  '), /^CN=Cleat [0-9a-f]{8}$/);
});

test('it is valid from an hour ago until the end of its lifetime, and never longer than its authority', async () => {
  const leaf = new X509Certificate(serving.certificate);
  assert.ok(leaf.validFromDate.getTime() <= now.getTime() - 60 * 60 * 1000);
  assert.equal(seconds(leaf.validToDate), seconds(now) + (10 * DAY) / 1000);

  const long = new X509Certificate((await issue({ lifetimeMs: 1000 * DAY })).certificate);
  assert.equal(seconds(long.validToDate), seconds(new X509Certificate(authority.certificate).validToDate));
});

test('the key of each pair belongs to its certificate, and an authority in a bundle is its first certificate', async () => {
  const old = await issueAuthority({ now, lifetimeMs: DAY });
  const pair = await issue({
    authority: { ...authority, certificate: authority.certificate + old.certificate },
  });
  const leaf = new X509Certificate(pair.certificate);
  assert.ok(leaf.checkPrivateKey(createPrivateKey(pair.key)));
  assert.ok(leaf.verify(new X509Certificate(authority.certificate).publicKey));
});

for (const [name, options, message] of [
  ['no name at all', { dnsNames: [], ipAddresses: [] }, /at least one DNS name or IP address/],
  ['a DNS name with a space', { dnsNames: ['a b'] }, /"a b" is not a DNS name/],
  ['an address among the DNS names', { dnsNames: ['127.0.0.1'] }, /"127\.0\.0\.1" is not a DNS name/],
  ['a name among the addresses', { ipAddresses: ['localhost'] }, /"localhost" is not an IP address/],
  ['a lifetime of nothing', { lifetimeMs: 0 }, /must be positive/],
  ['an expired authority', { now: new Date(now.getTime() + 200 * DAY) }, /authority expired at/],
] as const) {
  test(`refuses ${name}`, async () => {
    await assert.rejects(issue(options), message);
  });
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
