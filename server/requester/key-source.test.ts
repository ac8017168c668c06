import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { ManualTiming } from '../kube/testing/manual-timing.ts';
import { RecordingLog } from '../kube/testing/recording.ts';
import { type KeySecret, type KeySecretContent, RequesterKey } from './key-source.ts';

const NAME = 'Secret cleat-system/cleat-requester-key';
const MINUTE = 60_000;
const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32);

/** The Secret as several replicas see it, and faults. */
class FakeSecret implements KeySecret {
  content: KeySecretContent | undefined = { data: {}, resourceVersion: '1' };
  fault: Error | undefined;
  writeFault: Error | undefined;
  /** Called when a write arrives, before it is looked at. */
  onWrite: () => void = () => {};
  reads = 0;
  #version = 1;

  async read(): Promise<KeySecretContent | undefined> {
    this.reads += 1;
    await Promise.resolve();
    if (this.fault) throw this.fault;
    return this.content;
  }

  async write(data: KeySecretContent['data'], resourceVersion: string): Promise<'written' | 'conflict'> {
    await Promise.resolve();
    this.onWrite();
    if (this.writeFault) throw this.writeFault;
    if (this.content?.resourceVersion !== resourceVersion) return 'conflict';
    this.put(data);
    return 'written';
  }

  put(data: KeySecretContent['data']): void {
    this.content = { data, resourceVersion: String((this.#version += 1)) };
  }
}

interface Replica {
  readonly key: RequesterKey;
  readonly log: RecordingLog;
  readonly timing: ManualTiming;
  /** Hexadecimal, or the problem. */
  readonly known: () => string;
}

function aReplica(t: TestContext, secret: KeySecret, byte = 1): Replica {
  const [log, timing] = [new RecordingLog(), new ManualTiming()];
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(byte);
  const key = new RequesterKey({ secret, describe: NAME, randomBytes, log, timing });
  t.after(() => key.stop());
  const known = (): string => {
    const current = key.current();
    return 'key' in current ? Buffer.from(current.key).toString('hex') : current.problem;
  };
  return { key, log, timing, known };
}

describe('the key that requesters are sealed with', () => {
  it('is not looked for before somebody asks', async (t) => {
    const secret = new FakeSecret();
    const { key, known, timing } = aReplica(t, secret);
    await timing.advance(10 * MINUTE);
    assert.equal(secret.reads, 0);
    assert.equal(known(), `${NAME} has not been read yet: try again`);
    await key.ready();
    assert.equal(known(), hexOf(1));
  });

  it('is made once where the Secret is empty, and is the same for all replicas', async (t) => {
    const secret = new FakeSecret();
    const replicas = [1, 2, 3].map((byte) => aReplica(t, secret, byte));
    await Promise.all(replicas.map(({ key }) => key.ready()));
    const [first = ''] = replicas.map(({ known }) => known());
    assert.match(first, /^(01|02|03){32}$/);
    for (const { known } of replicas) assert.equal(known(), first);
    assert.equal(secret.content?.data['key'], first);
    assert.equal(replicas.flatMap(({ log }) => log.entries).length, 1);
  });

  it('stands in no log', async (t) => {
    const { key, log, known } = aReplica(t, new FakeSecret());
    await key.ready();
    assert.equal(JSON.stringify(log.entries).includes(known()), false);
  });

  it('is taken as it is, and not made again', async (t) => {
    const secret = new FakeSecret();
    secret.put({ key: `${hexOf(9)}\n`, other: 'a' });
    const { key, known } = aReplica(t, secret);
    await key.ready();
    assert.equal(known(), hexOf(9));
    assert.deepEqual(secret.content?.data, { key: `${hexOf(9)}\n`, other: 'a' });
  });

  const problems: Readonly<Record<string, [(secret: FakeSecret) => void, string]>> = {
    'there is no Secret': [
      (secret) => (secret.content = undefined),
      `${NAME}: does not exist; re-apply the installation, or create an empty ${NAME}`,
    ],
    'it may not be read': [
      (secret) => (secret.fault = new Error('HTTP 403')),
      `${NAME}: cannot be read (HTTP 403); it is tried again, but Cleat has to be allowed to get it`,
    ],
    'it may not be written': [
      (secret) => (secret.writeFault = new Error('HTTP 403')),
      `${NAME}: cannot be written (HTTP 403); it is tried again, but Cleat has to be allowed to patch it, and it must not be immutable`,
    ],
    'it holds something else': [
      (secret) => secret.put({ key: 'hunter2' }),
      `${NAME}: its entry key is not 32 bytes in hexadecimal; remove the entry and Cleat makes a new key`,
    ],
    'somebody changes it all the time': [
      (secret) => (secret.onWrite = () => secret.put({ key: '' })),
      `${NAME}: was changed whenever Cleat wrote it; let nobody but Cleat write it`,
    ],
  };
  for (const [what, [prepare, problem]] of Object.entries(problems)) {
    it(`is a problem where ${what}: it says what to do, is logged once, and tried again`, async (t) => {
      const secret = new FakeSecret();
      prepare(secret);
      const { key, known, log, timing } = aReplica(t, secret);
      await key.ready();
      const { reads } = secret;
      assert.equal(known(), problem);
      await key.ready();
      assert.equal(secret.reads, reads, 'within a second it is not tried again');
      await timing.advance(1_000);
      await key.ready();
      assert.ok(secret.reads > reads);
      assert.deepEqual(
        log.entries.map(({ level, message }) => `${level}: ${message}`),
        ['warn: no key to seal requesters with'],
      );
      Object.assign(secret, { fault: undefined, writeFault: undefined, onWrite: () => {} });
      secret.put({ key: hexOf(4) });
      await timing.advance(1_000);
      await key.ready();
      assert.equal(known(), hexOf(4));
    });
  }

  it('stays known when the Secret is gone or cannot be read', async (t) => {
    const secret = new FakeSecret();
    const { key, known, timing } = aReplica(t, secret);
    await key.ready();
    secret.content = undefined;
    await timing.advance(5 * MINUTE);
    assert.equal(secret.reads, 2);
    assert.equal(known(), hexOf(1));
  });

  it('is read again every five minutes, and at once where a seal is doubtful, but once a minute at most', async (t) => {
    const secret = new FakeSecret();
    const { key, known, timing } = aReplica(t, secret);
    const told: string[] = [];
    key.subscribe(() => told.push(known()));
    await key.ready();
    secret.put({ key: hexOf(5) });
    key.doubt();
    await timing.settle();
    assert.equal(known(), hexOf(1));
    await timing.advance(MINUTE);
    key.doubt();
    key.doubt();
    await timing.settle();
    assert.equal(known(), hexOf(5));
    assert.equal(secret.reads, 2);
    secret.put({ key: hexOf(6) });
    await timing.advance(5 * MINUTE);
    assert.equal(known(), hexOf(6));
    assert.deepEqual(told, [hexOf(1), hexOf(5), hexOf(6)]);
  });

  it('is waited for, but not for ever', async (t) => {
    const secret = new FakeSecret();
    secret.read = async () => await new Promise(() => {});
    const { key, known, timing } = aReplica(t, secret);
    let isReady = false;
    const waiting = key.ready().then(() => (isReady = true));
    await timing.advance(2_999);
    assert.equal(isReady, false);
    await timing.advance(1);
    await waiting;
    assert.equal(known(), `${NAME} has not been read yet: try again`);
  });

  it('is not looked for any more once it is stopped', async (t) => {
    const secret = new FakeSecret();
    const { key, timing } = aReplica(t, secret);
    await key.ready();
    key.stop();
    key.doubt();
    await timing.advance(20 * MINUTE);
    assert.equal(secret.reads, 1);
  });
});
