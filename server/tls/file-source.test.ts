import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { appendFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { openCertificateSource } from './source.ts';
import type { CertificateSource, CertificateSourceOptions } from './source.ts';
import {
  aDirectory,
  aLog,
  aPair,
  assertUnsaid,
  HOUR,
  mountAsKubelet,
  sourceOptions,
  swapAsKubelet,
  until,
  writeFiles,
} from './test-support.ts';
import type { TestPair } from './test-support.ts';

let first: TestPair;
let second: TestPair;
let third: TestPair;
let expired: TestPair;

before(async () => {
  [first, second, third] = await Promise.all([aPair(), aPair(), aPair()]);
  expired = await aPair({ now: new Date(Date.now() - 2 * HOUR), lifetimeMs: HOUR });
});

async function open(
  t: TestContext,
  directory: string,
  options: Partial<CertificateSourceOptions> = {},
): Promise<CertificateSource> {
  const source = await openCertificateSource(sourceOptions(directory, options));
  t.after(() => source.stop());
  return source;
}

test('it gives the mounted pair, its authority, its times and its fingerprint', async (t) => {
  const directory = await aDirectory(t);
  await writeFiles(directory, first);
  const source = await open(t, directory);
  const leaf = new X509Certificate(first.certificate);
  assert.deepEqual(source.current(), {
    certificate: first.certificate,
    key: first.key,
    authority: first.authority,
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
    fingerprint: leaf.fingerprint256,
  });
  assert.equal(source.problem(), undefined);
});

test('it knows no authority where ca.crt is missing or empty', async (t) => {
  const directory = await aDirectory(t);
  await writeFiles(directory, { ...first, authority: '' });
  assert.equal((await open(t, directory)).current().authority, undefined);
  await rm(join(directory, 'ca.crt'));
  assert.equal((await open(t, directory)).current().authority, undefined);
});

describe('it follows the files', () => {
  test('through the swap of ..data in a Secret volume, by events alone', async (t) => {
    const directory = await aDirectory(t);
    await mountAsKubelet(directory, first);
    const source = await open(t, directory, { pollMs: HOUR });
    const seen: string[] = [];
    source.subscribe((pair) => seen.push(pair.certificate));

    await swapAsKubelet(directory, second);
    await until('the second pair', () => source.current().certificate === second.certificate);
    assert.equal(source.current().key, second.key);
    assert.equal(source.current().authority, second.authority);

    await swapAsKubelet(directory, third);
    await until('the third pair', () => source.current().certificate === third.certificate);
    assert.deepEqual(seen, [second.certificate, third.certificate]);
    assert.equal(source.problem(), undefined);
  });

  test('where no event tells of a change, by polling', async (t) => {
    const [directory, elsewhere] = [await aDirectory(t), await aDirectory(t)];
    await writeFiles(elsewhere, first);
    for (const name of ['tls.crt', 'tls.key', 'ca.crt']) {
      await symlink(join(elsewhere, name), join(directory, name));
    }
    const source = await open(t, directory);
    await writeFiles(elsewhere, second);
    await until('the second pair', () => source.current().certificate === second.certificate);
  });

  test('also a change of ca.crt alone', async (t) => {
    const directory = await aDirectory(t);
    await writeFiles(directory, first);
    const source = await open(t, directory);
    await appendFile(join(directory, 'ca.crt'), second.authority);
    await until('both authorities', () => source.current().authority === first.authority + second.authority);
    assert.equal(source.current().certificate, first.certificate);
  });
});

describe('a broken new pair keeps the old one in use, says why, and heals', () => {
  const cases: Record<string, { broken: () => Partial<TestPair>; problem: RegExp }> = {
    'a key of another certificate': {
      broken: () => ({ certificate: second.certificate, key: first.key }),
      problem: /tls\.key: does not belong to \S+tls\.crt; write both from the same issue$/,
    },
    'an expired certificate': {
      broken: () => expired,
      problem: /tls\.crt: expired at \S+Z; renew it$/,
    },
    'a certificate that is cut off': {
      broken: () => ({ certificate: second.certificate.slice(0, 200), key: second.key }),
      problem:
        /tls\.crt: is not a certificate in PEM; write one that begins with -----BEGIN CERTIFICATE-----$/,
    },
    'a chain whose second certificate is cut off': {
      broken: () => ({
        certificate: `${second.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
        key: second.key,
      }),
      problem: /tls\.crt: cannot be used for TLS \(.+\); issue it anew$/,
    },
    'something else for a key': {
      broken: () => ({ certificate: second.certificate, key: 'secret' }),
      problem: /tls\.key: is not a private key in PEM; write one that begins with/,
    },
    'an authority that is no certificate': {
      broken: () => ({ ...second, authority: 'none' }),
      problem: /ca\.crt: is not a certificate in PEM/,
    },
  };
  for (const [name, { broken, problem }] of Object.entries(cases)) {
    test(name, async (t) => {
      const directory = await aDirectory(t);
      const log = aLog();
      await mountAsKubelet(directory, first);
      const source = await open(t, directory, { log });
      let changes = 0;
      source.subscribe(() => (changes += 1));

      await swapAsKubelet(directory, { authority: second.authority, ...broken() });
      await until('a problem', () => source.problem() !== undefined);
      assert.match(source.problem() ?? '', problem);
      assert.equal(source.current().certificate, first.certificate);
      assert.equal(changes, 0);

      await swapAsKubelet(directory, third);
      await until('the repaired pair', () => source.current().certificate === third.certificate);
      assert.equal(source.problem(), undefined);
      assert.equal(changes, 1);
      assert.equal(
        log.entries.filter(({ level }) => level === 'warn').length,
        1,
        'each problem is logged once',
      );
      for (const { key } of [first, second, third]) assertUnsaid(key, log.text());
    });
  }

  test('a file that is gone, and comes back', async (t) => {
    const directory = await aDirectory(t);
    await writeFiles(directory, first);
    const source = await open(t, directory);
    await unlink(join(directory, 'tls.key'));
    await until('a problem', () =>
      /tls\.key: is gone; put tls\.crt and tls\.key back/.test(source.problem() ?? ''),
    );
    await writeFile(join(directory, 'tls.key'), first.key);
    await until('no problem', () => source.problem() === undefined);
    assert.equal(source.current().certificate, first.certificate);
  });

  test('a pair that expires while it is in use', async (t) => {
    const directory = await aDirectory(t);
    await writeFiles(directory, first);
    let now = new Date();
    const source = await open(t, directory, { clock: () => now });
    now = new Date(source.current().notAfter.getTime() + HOUR);
    await until('a problem', () => /tls\.crt: expired at/.test(source.problem() ?? ''));
    assert.equal(source.current().certificate, first.certificate);
  });
});

test('a listener that fails is logged, and the others are still called; one that unsubscribed is not', async (t) => {
  const directory = await aDirectory(t);
  const log = aLog();
  await mountAsKubelet(directory, first);
  const source = await open(t, directory, { log });
  const called: string[] = [];
  const end = source.subscribe(() => called.push('ended'));
  source.subscribe(() => {
    throw new Error('no');
  });
  source.subscribe(() => called.push('last'));
  end();
  await swapAsKubelet(directory, second);
  await until('the call', () => called.length > 0);
  assert.deepEqual(called, ['last']);
  assert.ok(log.entries.some(({ level }) => level === 'error'));
});

test('after stop nothing changes any more, and the process may end', async (t) => {
  const directory = await aDirectory(t);
  await writeFiles(directory, first);
  const source = await open(t, directory);
  source.subscribe(() => assert.fail('called after stop'));
  source.stop();
  await writeFiles(directory, second);
  const witness = await open(t, directory);
  await until('a look at the files', () => witness.current().certificate === second.certificate);
  assert.equal(source.current().certificate, first.certificate);
});

describe('without a usable pair to begin with it does not open', () => {
  for (const [name, files, message] of [
    [
      'a certificate without its key',
      { key: undefined },
      /has tls\.crt but no tls\.key; add what is missing, or remove/,
    ],
    [
      'a key without its certificate',
      { certificate: undefined },
      /has tls\.key but no tls\.crt; add what is missing/,
    ],
    [
      'an authority alone',
      { certificate: undefined, key: undefined },
      /has ca\.crt but no tls\.crt and no tls\.key;/,
    ],
    ['a key that does not match', { key: 'second' }, /tls\.key: does not belong to/],
  ] as const) {
    test(name, async (t) => {
      const directory = await aDirectory(t);
      const key = 'key' in files && files.key === 'second' ? { key: second.key } : {};
      await writeFiles(directory, { ...first, ...files, ...key });
      await assert.rejects(openCertificateSource(sourceOptions(directory)), message);
    });
  }

  test('an expired certificate', async (t) => {
    const directory = await aDirectory(t);
    await writeFiles(directory, expired);
    await assert.rejects(
      openCertificateSource(sourceOptions(directory)),
      /tls\.crt: expired at .*; renew it/,
    );
  });

  test('a directory that is a file', async (t) => {
    const file = join(await aDirectory(t), 'file');
    await writeFile(file, '');
    await assert.rejects(openCertificateSource(sourceOptions(file)), /file is a file, name a directory/);
  });
});
