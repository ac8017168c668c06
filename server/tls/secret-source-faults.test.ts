import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { after, aReplica, FakeSecret, isTrusted, messages, start } from './secret-test-support.ts';
import { aPair, assertUnsaid, until } from './test-support.ts';

describe('a Secret with certificates', () => {
  async function filled(t: TestContext): Promise<FakeSecret> {
    const secret = new FakeSecret();
    (await aReplica(t, secret).source).stop();
    secret.writes = 0;
    return secret;
  }

  test('is served as it is', async (t) => {
    const secret = await filled(t);
    const source = await aReplica(t, secret).source;
    assert.equal(source.current().certificate, secret.text('tls.crt'));
    assert.equal(secret.writes, 0);
  });

  test('for other names is served by those who may not issue, and issued anew by the leader', async (t) => {
    const secret = await filled(t);
    const before = { certificate: secret.text('tls.crt'), authority: secret.text('ca.crt') };
    const dnsNames = ['cleat.elsewhere.svc'];
    const follower = await aReplica(t, secret, { dnsNames, mayIssue: () => false }).source;
    assert.equal(follower.current().certificate, before.certificate);
    const leader = aReplica(t, secret, { dnsNames });
    const pair = (await leader.source).current();
    assert.ok(new X509Certificate(pair.certificate).checkHost('cleat.elsewhere.svc'));
    assert.equal(pair.authority, before.authority);
    assert.ok(!messages(leader).some((line) => line.includes('could not be used')));
    await until('the follower to follow', () => follower.current().fingerprint === pair.fingerprint);
  });

  const damages: Record<string, [change: (secret: FakeSecret) => Record<string, string>, reason: RegExp]> = {
    'a certificate that is none': [() => ({ 'tls.crt': 'x' }), /, tls\.crt: is not a certificate in PEM/],
    'a key that is none': [() => ({ 'tls.key': 'x' }), /, tls\.key: is not a private key in PEM/],
    'a lost certificate': [() => ({ 'tls.crt': '' }), /, tls\.crt: is not a certificate/],
    'a key of another certificate': [
      (secret) => ({ 'tls.key': secret.text('ca.key') }),
      /, tls\.key: does not belong to .*, tls\.crt/,
    ],
    'an authority that is none': [() => ({ 'ca.crt': 'x' }), /, ca\.crt: is not a certificate in PEM/],
    'a lost key of the authority': [() => ({ 'ca.key': '' }), /, ca\.key: is not a private key in PEM/],
    'only half of it': [
      () => ({ 'ca.crt': '', 'ca.key': '', 'tls.key': '' }),
      /, ca\.crt: is not a certificate in PEM/,
    ],
  };
  for (const [name, [change, reason]] of Object.entries(damages)) {
    test(`that is damaged (${name}) is issued anew by the leader, with a line in the log`, async (t) => {
      const secret = await filled(t);
      secret.put(change(secret));
      const replica = aReplica(t, secret);
      const source = await replica.source;
      assert.ok(isTrusted(source.current(), source.authorities()));
      assert.equal(secret.writes, 1);
      const [damage, issued] = replica.log.entries;
      assert.equal(damage?.message, 'what the Secret had could not be used: it was issued anew');
      assert.match(JSON.stringify(damage.object), reason);
      assert.equal(issued?.message, 'issued TLS certificates');
      for (const key of ['tls.key', 'ca.key']) assertUnsaid(secret.text(key), replica.log.text());
      await until('another look', () => secret.reads > 4);
      assert.equal(secret.writes, 1);
    });
  }

  test('that is damaged while it is served changes nothing for the others until the leader issues anew', async (t) => {
    const secret = await filled(t);
    const follower = await aReplica(t, secret, { mayIssue: () => false }).source;
    const before = follower.current();
    secret.put({ 'tls.crt': 'x' });
    await until('a problem', () => follower.problem() !== undefined);
    assert.match(follower.problem() ?? '', /cleat-certificates, tls\.crt: is not a certificate in PEM/);
    assert.equal(follower.current(), before);
    await aReplica(t, secret).source;
    await until('the new certificate', () => follower.problem() === undefined);
    assert.equal(follower.current().certificate, secret.text('tls.crt'));
    assert.equal(follower.authorities(), before.authority);
  });

  const faults: Record<string, [(secret: FakeSecret) => void, RegExp]> = {
    'cannot be read': [
      (secret) => (secret.failRead = new Error('HTTP 403')),
      /^Secret .*: cannot be read \(HTTP 403\); it is tried again, but Cleat has to be allowed to get it$/,
    ],
    'is gone': [
      (secret) => (secret.content = undefined),
      /^Secret .*: does not exist; re-apply the installation, or create an empty Secret/,
    ],
  };
  for (const [name, [fault, problem]] of Object.entries(faults)) {
    test(`that ${name} leaves the pair in use, and shows as a problem until it is over`, async (t) => {
      const secret = await filled(t);
      const { content } = secret;
      const source = await aReplica(t, secret).source;
      const before = source.current();
      fault(secret);
      await until('a problem', () => source.problem() !== undefined);
      assert.match(source.problem() ?? '', problem);
      assert.equal(source.current(), before);
      secret.failRead = undefined;
      secret.content = content;
      await until('its end', () => source.problem() === undefined);
      assert.equal(source.current(), before);
    });
  }

  test('somebody who writes it all the time is named as the problem', async (t) => {
    const secret = await filled(t);
    let now = start;
    const source = await aReplica(t, secret, { clock: () => now }).source;
    const before = source.current();
    secret.onWrite = () => secret.put({ other: String(secret.reads) });
    now = after(61);
    await until('a problem', () => source.problem() !== undefined);
    assert.match(
      source.problem() ?? '',
      /was changed whenever Cleat wrote it; let nobody but Cleat write it/,
    );
    assert.equal(source.current(), before);
    secret.onWrite = () => {};
    await until('a renewal', () => source.current() !== before);
    assert.equal(source.problem(), undefined);
  });

  test("somebody else's pair is served as long as it lasts, with the authorities beside it", async (t) => {
    const secret = new FakeSecret();
    const theirs = await aPair({ now: start });
    secret.put({ 'tls.crt': theirs.certificate, 'tls.key': theirs.key, 'ca.crt': theirs.authority });
    const source = await aReplica(t, secret, { mayIssue: () => false }).source;
    assert.equal(source.current().certificate, theirs.certificate);
    assert.equal(source.authorities(), theirs.authority);
  });
});
