import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { splitBundle } from './pair.ts';
import { openCertificateSource } from './source.ts';
import type { CertificateSource, CertificateSourceOptions, ServingCertificate } from './source.ts';
import {
  aDirectory,
  aLog,
  aPair,
  assertUnsaid,
  DAY,
  sourceOptions,
  until,
  writeFiles,
} from './test-support.ts';

const start = new Date('2026-11-21T12:00:00Z');
const after = (days: number): Date => new Date(start.getTime() + days * DAY);

async function open(
  t: TestContext,
  directory: string,
  options: Partial<CertificateSourceOptions> = {},
): Promise<CertificateSource> {
  const source = await openCertificateSource(sourceOptions(directory, options));
  t.after(() => source.stop());
  return source;
}

async function read(directory: string, name: string): Promise<string> {
  return readFile(join(directory, name), 'utf8');
}

function isTrusted(pair: ServingCertificate): boolean {
  const leaf = new X509Certificate(pair.certificate);
  return splitBundle(pair.authority ?? '').some((pem) => leaf.verify(new X509Certificate(pem).publicKey));
}

describe('a directory without certificates', () => {
  test('that is missing is made, for nobody else to enter, and filled', async (t) => {
    const directory = join(await aDirectory(t), 'deep', 'certs');
    const log = aLog();
    const source = await open(t, directory, { log });

    assert.deepEqual((await readdir(directory)).sort(), [
      'ca.crt',
      'ca.key',
      'generated-by-cleat.json',
      'tls.crt',
      'tls.key',
    ]);
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, 'tls.key'))).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory, 'ca.key'))).mode & 0o777, 0o600);

    const pair = source.current();
    assert.equal(pair.certificate, await read(directory, 'tls.crt'));
    assert.equal(pair.key, await read(directory, 'tls.key'));
    assert.equal(pair.authority, await read(directory, 'ca.crt'));
    assert.ok(isTrusted(pair));
    const leaf = new X509Certificate(pair.certificate);
    assert.equal(leaf.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1');
    for (const name of ['tls.key', 'ca.key']) assertUnsaid(await read(directory, name), log.text());
  });

  test('that has other files is filled beside them, and keeps its mode', async (t) => {
    const directory = await aDirectory(t);
    await chmod(directory, 0o755);
    await writeFile(join(directory, '.gitignore'), '*');
    await open(t, directory);
    assert.equal(await read(directory, '.gitignore'), '*');
    assert.equal((await stat(directory)).mode & 0o777, 0o755);
  });

  test('that cannot be written is an error that says what to do', async (t) => {
    const directory = await aDirectory(t);
    // Permissions would not stop root; a directory in the place of a file stops everybody.
    await mkdir(join(directory, `.ca.key.${process.pid}.tmp`));
    await assert.rejects(
      openCertificateSource(sourceOptions(directory)),
      /: certificates cannot be written \(.+\); make it a directory that Cleat's user may write, or mount tls\.crt/,
    );
    await assert.rejects(read(directory, 'tls.crt'), { code: 'ENOENT' });
  });
});

describe('at a restart', () => {
  test('its own files are used again', async (t) => {
    const directory = await aDirectory(t);
    const before = (await open(t, directory)).current();
    assert.deepEqual((await open(t, directory)).current(), before);
  });

  test('other names lead to another certificate under the same authority', async (t) => {
    const directory = await aDirectory(t);
    const before = (await open(t, directory)).current();
    const names = { dnsNames: ['localhost', 'cleat.cleat-system.svc'], ipAddresses: ['::1'] };
    const pair = (await open(t, directory, names)).current();
    assert.notEqual(pair.certificate, before.certificate);
    assert.equal(pair.authority, before.authority);
    const leaf = new X509Certificate(pair.certificate);
    assert.ok(leaf.checkHost('cleat.cleat-system.svc') && leaf.checkIP('::1'));
    assert.deepEqual((await open(t, directory, names)).current(), pair);
  });

  for (const lost of ['tls.crt', 'tls.key']) {
    test(`a lost ${lost} is issued anew under the same authority`, async (t) => {
      const directory = await aDirectory(t);
      const before = (await open(t, directory)).current();
      await rm(join(directory, lost));
      const pair = (await open(t, directory)).current();
      assert.notEqual(pair.fingerprint, before.fingerprint);
      assert.equal(pair.authority, before.authority);
    });
  }

  test('a lost ca.key leads to a new authority beside the old one, and the certificate stays', async (t) => {
    const directory = await aDirectory(t);
    const before = (await open(t, directory)).current();
    await rm(join(directory, 'ca.key'));
    const pair = (await open(t, directory)).current();
    assert.equal(pair.certificate, before.certificate);
    assert.equal(splitBundle(pair.authority ?? '').length, 2);
    assert.ok(pair.authority?.includes(before.authority?.trim() ?? 'none'));
  });

  test("somebody else's pair in the place of its own is used and never overwritten", async (t) => {
    const directory = await aDirectory(t);
    await open(t, directory);
    const theirs = await aPair();
    await writeFiles(directory, theirs);
    assert.equal(
      (await open(t, directory, { dnsNames: ['other'] })).current().certificate,
      theirs.certificate,
    );
    assert.equal(await read(directory, 'tls.crt'), theirs.certificate);
  });

  test('a damaged marker is an error that says what to do', async (t) => {
    const directory = await aDirectory(t);
    await open(t, directory);
    await writeFile(join(directory, 'generated-by-cleat.json'), '{');
    await assert.rejects(
      openCertificateSource(sourceOptions(directory)),
      /generated-by-cleat\.json: is damaged \(.+\); delete it to keep .*, or delete all of them to have new ones issued/,
    );
  });
});

describe('as time goes by', () => {
  test('the certificate is renewed at two thirds of its life, and subscribers are told', async (t) => {
    const directory = await aDirectory(t);
    let now = start;
    let looks = 0;
    const source = await open(t, directory, { clock: () => ((looks += 1), now) });
    const before = source.current();
    const seen: ServingCertificate[] = [];
    source.subscribe((pair) => seen.push(pair));

    now = after(59);
    const looked = looks;
    await until('two looks at the clock', () => looks > looked + 2);
    assert.equal(source.current(), before);

    now = after(61);
    await until('a renewal', () => seen.length > 0);
    const [pair] = seen;
    assert.equal(source.current(), pair);
    assert.equal(pair?.authority, before.authority);
    assert.notEqual(pair?.certificate, before.certificate);
    assert.ok((pair?.notAfter ?? start) > after(150));
    assert.equal(await read(directory, 'tls.crt'), pair?.certificate);
    assert.ok(pair && isTrusted(pair));
  });

  test('a machine that slept past the end of the certificate has a valid one soon after', async (t) => {
    let now = start;
    const source = await open(t, await aDirectory(t), { clock: () => now });
    now = after(400);
    await until('a renewal', () => source.current().notAfter > now);
    assert.ok(isTrusted(source.current()));
  });

  test('an authority is replaced in time: published first, used a day later, the old one trusted to its end', async (t) => {
    const directory = await aDirectory(t);
    let now = start;
    const source = await open(t, directory, { clock: () => now });
    const old = source.current().authority?.trim() ?? 'none';

    // Just before the authority's two thirds, with a certificate that is due for renewal just then.
    now = after((5 * 365 * 2) / 3 - 61);
    await until('a renewal', () => source.current().notAfter > after((5 * 365 * 2) / 3));
    const before = source.current();
    assert.equal(before.authority?.trim(), old);

    now = after((5 * 365 * 2) / 3 + 0.1);
    await until('a second authority', () => splitBundle(source.current().authority ?? '').length === 2);
    assert.equal(
      source.current().certificate,
      before.certificate,
      'clients do not know the new authority yet',
    );
    assert.ok(source.current().authority?.includes(old));
    const bundle = source.current().authority;

    now = after((5 * 365 * 2) / 3 + 1.2);
    await until(
      'a certificate of the new authority',
      () => source.current().certificate !== before.certificate,
    );
    const [newest = ''] = splitBundle(source.current().authority ?? '');
    const leaf = new X509Certificate(source.current().certificate);
    assert.ok(leaf.verify(new X509Certificate(newest).publicKey));
    assert.equal(source.current().authority, bundle);
    assert.equal(await read(directory, 'ca.crt'), bundle);
  });

  test('files that cannot be written leave the pair in use, show as a problem, and are tried again', async (t) => {
    const directory = join(await aDirectory(t), 'certs');
    let now = start;
    const source = await open(t, directory, { clock: () => now });
    const before = source.current();
    await rm(directory, { recursive: true });
    await writeFile(directory, 'in the way');
    now = after(61);
    await until('a problem', () => source.problem() !== undefined);
    assert.match(source.problem() ?? '', /certs is a file, name a directory/);
    assert.equal(source.current(), before);

    await rm(directory);
    await until('a renewal', () => source.current() !== before);
    assert.equal(source.problem(), undefined);
    assert.equal(await read(directory, 'tls.crt'), source.current().certificate);
  });

  test("somebody else's pair is not overwritten by a renewal", async (t) => {
    const directory = await aDirectory(t);
    let now = start;
    const source = await open(t, directory, { clock: () => now });
    const theirs = await aPair();
    await writeFiles(directory, theirs);
    now = after(61);
    await until('a problem', () => source.problem() !== undefined);
    assert.match(
      source.problem() ?? '',
      /did not issue and does not overwrite; restart Cleat to use it, or remove/,
    );
    assert.equal(await read(directory, 'tls.crt'), theirs.certificate);
    assert.equal(await read(directory, 'tls.key'), theirs.key);
  });
});

test('a file that is left from a crash does not stand in the way', async (t) => {
  const directory = join(await aDirectory(t), 'certs');
  await mkdir(directory);
  await writeFile(join(directory, `.tls.key.${process.pid}.tmp`), 'half');
  await open(t, directory);
  assert.ok(!(await readdir(directory)).some((name) => name.endsWith('.tmp')));
});
