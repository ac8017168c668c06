/**
 * @module Clients that are slow, many, rude or wrong, over TLS on loopback: what they get is their own affair, but the
 * next good client always gets its answer. Waits have generous bounds; nothing is asserted about time.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:https';
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { issueAuthority, issueServing, type KeyPair } from '../certs/issue.ts';
import { aDeployment, aReview, aServiceBinding } from '../lib/testkit/builders.ts';
import { aStore } from '../lib/testkit/world.ts';
import { buildApp } from './app.ts';
import { silent } from './log.ts';
import { createMetrics } from './metrics.ts';
import { MAX_BODY_BYTES } from './shell.ts';

const PATIENCE_MS = 30_000;
const IDLE = 1000;
const REVIEW = Buffer.from(JSON.stringify(aReview(aDeployment())));
const HEAD = 'POST /mutate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const head = (...lines: string[]): string => `${HEAD}${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const GOOD = Buffer.concat([Buffer.from(head(`Content-Length: ${REVIEW.length}`)), REVIEW]);

const sockets = new Set<Socket>();
let authority: KeyPair;
let app: FastifyInstance;

const now = new Date();
const issue = (): Promise<KeyPair> =>
  issueServing({ authority, dnsNames: ['localhost'], ipAddresses: [], now, lifetimeMs: 3_600_000 });

async function listening(): Promise<FastifyInstance> {
  const built = buildApp(
    { lister: aStore([aServiceBinding()]), log: silent, metrics: createMetrics() },
    await issue(),
  );
  await built.listen({ host: '127.0.0.1', port: 0 });
  return built;
}

const serverOf = (built: FastifyInstance): Server => built.server as unknown as Server;
const portOf = (built: FastifyInstance): number => (built.server.address() as AddressInfo).port;

function kept<T extends Socket>(socket: T): T {
  sockets.add(socket);
  // How a rude client's connection ends is no part of any test, unless it says so.
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  return socket;
}

const plain = (): Socket => kept(connectPlain({ host: '127.0.0.1', port: portOf(app) }));

function tls(options: ConnectionOptions = {}): TLSSocket {
  const ca = authority.certificate;
  return kept(connect({ host: '127.0.0.1', port: portOf(app), servername: 'localhost', ca, ...options }));
}

/** A finished handshake; rejects with what went wrong. */
async function handshaken(options?: ConnectionOptions): Promise<TLSSocket> {
  const socket = tls(options);
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE_MS) });
  return socket;
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `gave up waiting: ${what}`);
    await sleep(10);
  }
}

/** All that the socket receives; a list, so that it can be read while it grows. */
function received(socket: Socket): () => string {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  return () => text;
}

const ended = (socket: Socket): boolean => socket.destroyed || socket.readableEnded;

/** Sends bytes and returns what came back by the time that the server has closed, or has answered `answers` times. */
async function exchange(socket: Socket, bytes: string | Buffer, answers = 1): Promise<string> {
  const text = received(socket);
  socket.write(bytes);
  await until('an answer or the end', () => bodies(text()).length >= answers || ended(socket));
  return text();
}

/** The bodies of complete HTTP answers. */
function bodies(text: string): readonly string[] {
  const found: string[] = [];
  for (let rest = text; ;) {
    const match = /^HTTP\/1\.1 \d+ [^]*?content-length: (\d+)\r\n[^]*?\r\n\r\n/i.exec(rest);
    if (match === null) return found;
    const end = match[0].length + Number(match[1]);
    if (rest.length < end) return found;
    found.push(rest.slice(match[0].length, end));
    rest = rest.slice(end);
  }
}

let answer: string | undefined;

/** A good client on a connection of its own gets the very answer that the first one got. */
async function serves(): Promise<void> {
  const socket = await handshaken();
  const text = await exchange(socket, GOOD);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  const [body = ''] = bodies(text);
  answer ??= body;
  assert.match(body, /"allowed":true,"patchType":"JSONPatch"/);
  assert.equal(body, answer);
  socket.destroy();
}

function assertRefused(text: string, message: RegExp): void {
  const [body = ''] = bodies(text);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(
    body,
    /^\{"kind":"AdmissionReview","apiVersion":"admission\.k8s\.io\/v1","response":\{"uid":"","allowed":false,/,
  );
  assert.match(body, message);
}

before(async () => {
  authority = await issueAuthority({ now, lifetimeMs: 3_600_000 });
  app = await listening();
});
after(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

describe('a good client is answered', { concurrency: false }, () => {
  it('while a client that sends a byte a second is served no longer than the request timeout', async (t) => {
    const slow = await listening();
    t.after(() => slow.close());
    const server = serverOf(slow);
    assert.ok(server.requestTimeout > 0 && server.requestTimeout <= 30_000);
    // Shortened here alone, as the server itself looks at it when it checks its connections.
    [server.headersTimeout, server.requestTimeout] = [1500, 3000];
    const inHead = await handshaken({ port: portOf(slow) });
    const inBody = await handshaken({ port: portOf(slow) });
    inBody.write(head(`Content-Length: ${REVIEW.length}`));
    const texts = [received(inHead), received(inBody)];
    const letters = HEAD[Symbol.iterator]();
    const timer = setInterval(() => {
      if (!ended(inHead)) inHead.write(letters.next().value ?? 'x');
      if (!ended(inBody)) inBody.write(' ');
    }, 1000);
    t.after(() => clearInterval(timer));
    await until('the end of both', async () => {
      await serves();
      return ended(inHead) && ended(inBody);
    });
    for (const text of texts) assert.match(text(), /^(?:HTTP\/1\.1 408 |$)/);
  });

  it('while a thousand others hold a connection each and say nothing', async () => {
    const idle: TLSSocket[] = [];
    while (idle.length < IDLE) {
      idle.push(...(await Promise.all(Array.from({ length: 50 }, () => handshaken()))));
    }
    await serves();
    assert.equal(idle.filter(ended).length, 0);
    assert.match(await exchange(idle[IDLE / 2] as TLSSocket, GOOD), /"allowed":true/);
    for (const socket of idle) socket.destroy();
  });

  const wrong: Readonly<Record<string, string>> = {
    'plain HTTP': GOOD.toString('latin1'),
    garbage: '\u0000\u0001\u00ff'.repeat(1000),
    'the beginning of a handshake, cut off': '\u0016\u0003\u0001\u0002\u0000\u0001',
  };
  for (const [name, bytes] of Object.entries(wrong)) {
    it(`after one that speaks no TLS: ${name}`, async () => {
      const socket = plain();
      const text = received(socket);
      socket.end(Buffer.from(bytes, 'latin1'));
      await until('the end', () => ended(socket));
      assert.doesNotMatch(text(), /AdmissionReview/);
      await serves();
    });
  }

  it('after those that leave in the handshake, in the body, and before their answer', async () => {
    const inHandshake = tls();
    // The first secret is there once the server has said hello, and before the client is done.
    inHandshake.once('keylog', () => inHandshake.destroy());
    await once(inHandshake, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
    const inBody = await handshaken();
    inBody.write(GOOD.subarray(0, GOOD.length - 10));
    const beforeAnswer = await handshaken();
    beforeAnswer.write(GOOD, () => beforeAnswer.destroy());
    await serves();
    inBody.destroy();
    await serves();
  });

  it('after clients that want TLS 1.1, or HTTP/2, and do not get it', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await assert.rejects(handshaken(old), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    await assert.rejects(handshaken({ ALPNProtocols: ['h2'] }), /no application protocol/i);
    assert.equal((await handshaken({ ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol, 'http/1.1');
    assert.equal((await handshaken({ ...old, maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2');
    await serves();
  });
});

describe('a request that could be read in two ways is read in none', () => {
  const shapes: Readonly<Record<string, string>> = {
    'a length and chunks':
      head(`Content-Length: ${REVIEW.length}`, 'Transfer-Encoding: chunked') + `0\r\n\r\n`,
    'two lengths': head('Content-Length: 2', `Content-Length: ${REVIEW.length}`),
    'a negative length': head('Content-Length: -1'),
    'a length beyond 64 bits': head('Content-Length: 99999999999999999999'),
    'chunks that are not the last coding': head('Transfer-Encoding: chunked, identity'),
    'a chunk of no size': `${head('Transfer-Encoding: chunked')}zz\r\n`,
    'a header folded over two lines': head('X: a', ' Content-Length: 3'),
    'a header with a space before its colon': head('Content-Length : 3'),
    'too many headers': head(...Array.from({ length: 5000 }, (_, index) => `X${index}: ${'x'.repeat(20)}`)),
  };
  for (const [name, bytes] of Object.entries(shapes)) {
    it(name, async () => {
      const socket = await handshaken();
      // The second request is the smuggled one: it must not be answered as one of its own.
      const text = await exchange(socket, Buffer.concat([Buffer.from(bytes), GOOD]));
      await until('the end', () => ended(socket));
      assert.match(text, /^(?:HTTP\/1\.1 4\d\d |$)/);
      assert.doesNotMatch(text, /"allowed":true/);
      await serves();
    });
  }
});

describe('a body over the limit', () => {
  const TOO_MUCH = Buffer.alloc(MAX_BODY_BYTES + 1024 * 1024, 0x20);
  const CHUNK = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 0x20), Buffer.from('\r\n')]);
  const cases: Readonly<Record<string, readonly Buffer[]>> = {
    'with its length': [Buffer.from(head(`Content-Length: ${TOO_MUCH.length}`)), TOO_MUCH],
    'in chunks': [Buffer.from(head('Transfer-Encoding: chunked')), ...Array.from({ length: 9 }, () => CHUNK)],
    'that is only announced': [Buffer.from(head('Content-Length: 9999999999999'))],
  };
  for (const [name, parts] of Object.entries(cases)) {
    it(`${name} is refused in an AdmissionReview, or the connection is closed`, async () => {
      const text = await exchange(await handshaken(), Buffer.concat(parts));
      if (text !== '') assertRefused(text, /"code":413,"message":"the body is larger than 7 MiB"/);
      await serves();
    });
  }
});

describe('a connection', () => {
  it('that brings several requests at once gets their answers in order', async () => {
    const uids = Array.from({ length: 20 }, (_, index) => `uid-${index}`);
    const requests = uids.map((uid) => {
      const body = Buffer.from(JSON.stringify(aReview(aDeployment(), { uid })));
      return Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}`)), body]);
    });
    const text = await exchange(await handshaken(), Buffer.concat(requests), uids.length);
    assert.deepEqual(
      bodies(text).map((body) => /"uid":"([^"]*)"/.exec(body)?.[1]),
      uids,
    );
  });

  it('is kept for longer than the 90 s after which the API server closes it', () => {
    assert.ok(serverOf(app).keepAliveTimeout > 90_000);
  });

  it('outlives a change of the certificate, which new ones get; the rest stays as strict', async () => {
    const open = await handshaken();
    assert.match(await exchange(open, GOOD), /"allowed":true/);
    const before = open.getPeerX509Certificate()?.fingerprint256;
    const next = await issue();
    serverOf(app).setSecureContext({ cert: next.certificate, key: next.key, minVersion: 'TLSv1.2' });
    const fresh = await handshaken({ ALPNProtocols: ['h2', 'http/1.1'] });
    assert.notEqual(fresh.getPeerX509Certificate()?.fingerprint256, before);
    assert.equal(fresh.alpnProtocol, 'http/1.1');
    open.removeAllListeners('data');
    assert.match(await exchange(open, GOOD), /"allowed":true/);
    assert.equal(open.getPeerX509Certificate()?.fingerprint256, before);
    await serves();
  });

  it('does not stay behind when its client has gone', async () => {
    for (const socket of sockets) socket.destroy();
    const count = promisify(serverOf(app).getConnections.bind(serverOf(app)));
    await until('no connection', async () => (await count()) === 0);
    await serves();
  });
});
