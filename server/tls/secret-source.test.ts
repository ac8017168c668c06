import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { splitBundle } from './pair.ts';
import type { CertificateSecret } from './secret-source.ts';
import { after, aReplica, FakeSecret, isTrusted, messages, NAME, start } from './secret-test-support.ts';
import type { ServingCertificate } from './source.ts';
import { assertUnsaid, until } from './test-support.ts';

describe('an empty Secret', () => {
  test('is filled by the leader, with a certificate for the names that clients trust', async (t) => {
    const secret = new FakeSecret();
    secret.put({ other: 'stays' });
    const replica = aReplica(t, secret);
    const source = await replica.source;
    const pair = source.current();
    assert.deepEqual(Object.keys(secret.content?.data ?? {}).sort(), [
      'ca.crt',
      'ca.key',
      'other',
      'tls.crt',
      'tls.key',
    ]);
    assert.equal(pair.certificate, secret.text('tls.crt'));
    assert.equal(pair.key, secret.text('tls.key'));
    assert.equal(source.authorities(), secret.text('ca.crt'));
    assert.ok(isTrusted(pair, source.authorities()));
    assert.equal(new X509Certificate(pair.certificate).subjectAltName, 'DNS:cleat.cleat-system.svc');
    assert.equal(source.problem(), undefined);
    assert.equal(secret.writes, 1);
    assert.deepEqual(messages(replica), ['info: issued TLS certificates', 'info: TLS certificate loaded']);
    for (const name of ['tls.key', 'ca.key']) assertUnsaid(secret.text(name), replica.log.text());
  });

  test('is waited for by the others, who say so once and then serve what the leader issued', async (t) => {
    const secret = new FakeSecret();
    const follower = aReplica(t, secret, { mayIssue: () => false });
    await until('a few looks', () => secret.reads > 3);
    assert.equal(secret.writes, 0);
    assert.deepEqual(
      follower.log.entries.map(({ level, object }) => [level, object]),
      [['info', { secret: NAME, reason: `${NAME}: has no certificate yet; the leader issues one` }]],
    );
    const leader = await aReplica(t, secret).source;
    const source = await follower.source;
    assert.deepEqual(source.current(), leader.current());
    assert.equal(source.authorities(), leader.authorities());
    assert.equal(secret.writes, 1);
  });

  test('whose replica becomes the leader while it waits is filled by it', async (t) => {
    const secret = new FakeSecret();
    let leads = false;
    const { source } = aReplica(t, secret, { mayIssue: () => leads });
    await until('a look', () => secret.reads > 1);
    leads = true;
    assert.ok((await source).current().certificate);
  });

  test('that two fill at the same time has the certificate of one, and both serve it', async (t) => {
    const secret = new FakeSecret();
    const replicas = [aReplica(t, secret), aReplica(t, secret)];
    const [one, two] = await Promise.all(replicas.map(async ({ source }) => (await source).current()));
    assert.deepEqual(one, two);
    assert.equal(secret.writes, 1);
  });

  test('that does not exist says what to do, and is filled once it is there', async (t) => {
    const secret = new FakeSecret();
    secret.content = undefined;
    const replica = aReplica(t, secret);
    await until('a few looks', () => secret.reads > 3);
    assert.deepEqual(
      replica.log.entries.map(({ level, object }) => [level, object]),
      [
        [
          'warn',
          {
            secret: NAME,
            reason: `${NAME}: does not exist; re-apply the installation, or create an empty ${NAME}`,
          },
        ],
      ],
    );
    secret.put({});
    assert.equal((await replica.source).current().certificate, secret.text('tls.crt'));
  });

  test('is waited for no longer than the signal allows, even if the API does not answer', async (t) => {
    const reason = new Error('shutting down');
    const waiting = aReplica(t, new FakeSecret(), { mayIssue: () => false });
    const never: CertificateSecret = {
      read: async () => await new Promise(() => {}),
      write: async () => await new Promise(() => {}),
    };
    const stuck = aReplica(t, never);
    await sleep(20);
    for (const { source, end } of [waiting, stuck]) {
      end.abort(reason);
      await assert.rejects(source, reason);
    }
    await assert.rejects(aReplica(t, never, {}, AbortSignal.abort(reason)).source, reason);
  });
});

describe('as time goes by', () => {
  test('only the leader renews, at two thirds of the life, and all follow', async (t) => {
    const secret = new FakeSecret();
    let now = start;
    let leads = true;
    const clock = (): Date => now;
    const leader = await aReplica(t, secret, { clock, mayIssue: () => leads }).source;
    const follower = await aReplica(t, secret, { clock, mayIssue: () => false }).source;
    const seen: ServingCertificate[] = [];
    follower.subscribe((pair) => seen.push(pair));
    const before = leader.current();

    leads = false;
    now = after(61);
    const { reads } = secret;
    await until('a few looks', () => secret.reads > reads + 6);
    assert.equal(leader.current(), before);

    leads = true;
    leader.check();
    await until('a renewal', () => seen.length > 0 && leader.current() !== before);
    assert.deepEqual(follower.current(), leader.current());
    assert.equal(follower.current().authority, before.authority);
    assert.equal(secret.writes, 2);
  });

  test('an authority is replaced in time: published first, used a day later, the old one trusted to its end', async (t) => {
    const secret = new FakeSecret();
    const twoThirds = (5 * 365 * 2) / 3;
    let now = start;
    const source = await aReplica(t, secret, { clock: () => now }).source;
    const old = source.authorities().trim();

    now = after(twoThirds - 61);
    await until('a renewal', () => source.current().notAfter > after(twoThirds));
    const before = source.current();

    now = after(twoThirds + 0.1);
    await until('a second authority', () => splitBundle(source.authorities()).length === 2);
    assert.equal(source.current().certificate, before.certificate, 'clients do not know the new one yet');
    assert.ok(source.authorities().trim().endsWith(old));
    const bundle = source.authorities();

    now = after(twoThirds + 1.2);
    await until('its certificate', () => source.current().certificate !== before.certificate);
    assert.ok(isTrusted(source.current(), splitBundle(bundle)[0] ?? ''));
    assert.equal(source.authorities(), bundle);
  });

  test('a leader that may not write keeps the pair in use, says what to do, and tries again', async (t) => {
    const secret = new FakeSecret();
    let now = start;
    const source = await aReplica(t, secret, { clock: () => now }).source;
    const before = source.current();
    secret.failWrite = new Error('HTTP 403 Forbidden');
    now = after(61);
    await until('a problem', () => source.problem() !== undefined);
    assert.match(
      source.problem() ?? '',
      /cannot be written \(HTTP 403 Forbidden\); it is tried again, but Cleat has to be allowed to patch it/,
    );
    assert.equal(source.current(), before);
    secret.failWrite = undefined;
    await until('a renewal', () => source.problem() === undefined);
    assert.equal(source.current().certificate, secret.text('tls.crt'));
  });

  test('after stop nothing is read or issued any more', async (t) => {
    const secret = new FakeSecret();
    const source = await aReplica(t, secret).source;
    source.stop();
    source.check();
    const { reads } = secret;
    await sleep(60);
    assert.ok(secret.reads <= reads + 1, 'one look may have been under way');
  });
});
