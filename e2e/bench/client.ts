/**
 * @module A client that costs little: raw requests over kept-alive TLS connections, one at a time on each. A process of
 * its own, which prints one line of JSON:
 *
 *     client URL BODY-FILE CONNECTIONS SECONDS [RATE]
 *
 * Without a rate each connection sends its next request when it has an answer. With one, requests fall due at even
 * distances whatever the server does, and a latency counts from the moment when its request was due.
 */
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { answerLength } from './answer-length.ts';
import type { LoadResult } from './load.ts';
import { percentile } from './statistics.ts';

const [url = '', bodyFile = '', connectionsText = '1', secondsText = '1', rateText] = process.argv.slice(2);
const { host, hostname, port, pathname } = new URL(url);
const body = readFileSync(bodyFile);
const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
const REQUEST = Buffer.concat([Buffer.from(head), body]);
const rate = rateText === undefined ? undefined : Number(rateText);
const duration = Number(secondsText) * 1000;

const latencies: number[] = [];
let errors = 0;

interface Connection {
  send(due: number): void;
}

/** Opens a connection; `onIdle` is called for it after each answer. */
function open(onIdle: (connection: Connection) => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    let pending: Buffer = Buffer.alloc(0);
    let due = 0;
    const connection = {
      send(since: number) {
        due = since;
        socket.write(REQUEST);
      },
    };
    socket.setNoDelay(true);
    socket.once('secureConnect', () => resolve(connection));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const length = answerLength(pending);
      if (length === undefined || pending.length < length) return;
      // `HTTP/1.1 200`
      if (pending[9] !== 0x32) errors += 1;
      pending = pending.subarray(length);
      latencies.push(performance.now() - due);
      onIdle(connection);
    });
  });
}

const isOver = (): boolean => performance.now() - start >= duration;

const idle: Connection[] = [];
let finished: () => void = () => {};
const done = new Promise<void>((resolve) => {
  finished = resolve;
});
let outstanding = 0;

function onIdle(connection: Connection): void {
  if (rate === undefined && !isOver()) return connection.send(performance.now());
  idle.push(connection);
  outstanding -= 1;
  if (outstanding === 0 && isOver()) finished();
}

const connections = await Promise.all(Array.from({ length: Number(connectionsText) }, () => open(onIdle)));
const start = performance.now();

/** Sends what is due, then looks again: timers are too coarse for tens of thousands a second. */
function dispatch(perSecond: number): void {
  let sent = 0;
  const total = Math.floor((duration / 1000) * perSecond);
  const look = (): void => {
    const now = performance.now();
    while (sent < total && start + (sent * 1000) / perSecond <= now) {
      const connection = idle.pop();
      if (connection === undefined) break;
      outstanding += 1;
      connection.send(start + (sent * 1000) / perSecond);
      sent += 1;
    }
    if (sent < total) setImmediate(look);
    else if (outstanding === 0 && isOver()) finished();
    else setTimeout(look, 1);
  };
  look();
}

if (rate === undefined) {
  outstanding = connections.length;
  for (const connection of connections) connection.send(performance.now());
} else {
  idle.push(...connections);
  dispatch(rate);
}
await done;
const seconds = (performance.now() - start) / 1000;
const sorted = Float64Array.from(latencies).sort();
const result: LoadResult = {
  requests: latencies.length,
  seconds,
  errors,
  p50: percentile(sorted, 0.5),
  p99: percentile(sorted, 0.99),
  max: percentile(sorted, 1),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
