import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';

import { openCertificateSource } from './source.ts';
import {
  aDirectory,
  aPair,
  HOUR,
  mountAsKubelet,
  sourceOptions,
  swapAsKubelet,
  until,
} from './test-support.ts';

interface Answer {
  readonly status: number | undefined;
  readonly fingerprint: string;
  readonly reused: boolean;
}

async function ask(options: RequestOptions): Promise<Answer> {
  const outgoing = request({ method: 'POST', ...options });
  outgoing.end('{}');
  const [response] = await once(outgoing, 'response');
  const { socket } = response;
  assert.ok(socket instanceof TLSSocket);
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  assert.ok(fingerprint);
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, fingerprint, reused: outgoing.reusedSocket };
}

test('an https server answers kept and new connections while its certificate is swapped', async (t) => {
  const pairs = await Promise.all([aPair(), aPair(), aPair(), aPair()]);
  const [first, ...later] = pairs;
  assert.ok(first);
  const directory = await aDirectory(t);
  await mountAsKubelet(directory, first);
  const source = await openCertificateSource(sourceOptions(directory, { pollMs: HOUR }));
  t.after(() => source.stop());

  const { certificate, key } = source.current();
  const server = createServer({ cert: certificate, key }, (incoming, response) => {
    incoming.resume().on('end', () => response.end('{}'));
  });
  source.subscribe((pair) => server.setSecureContext({ cert: pair.certificate, key: pair.key }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const ca = pairs.map((pair) => pair.authority).join('');
  const target = { host: '127.0.0.1', port: address.port, ca };

  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => kept.destroy());
  const load = new AbortController();
  const answers: { kept: Answer[]; fresh: Answer[] } = { kept: [], fresh: [] };
  const client = async (into: Answer[], agent: Agent | false): Promise<void> => {
    while (!load.signal.aborted) into.push(await ask({ ...target, agent }));
  };
  const clients = Promise.all([client(answers.kept, kept), client(answers.fresh, false)]);
  clients.catch(() => undefined);

  for (const pair of later) {
    const before = answers.fresh.at(-1)?.fingerprint;
    await swapAsKubelet(directory, pair);
    await until('the new pair', () => source.current().certificate === pair.certificate);
    const expected = source.current().fingerprint;
    assert.notEqual(expected, before);
    await until('new connections see it', () => answers.fresh.at(-1)?.fingerprint === expected);
    const count = answers.kept.length;
    await until('the kept connection goes on', () => answers.kept.length > count);
  }
  load.abort();
  await clients;

  const all = [...answers.kept, ...answers.fresh];
  assert.ok(all.every(({ status }) => status === 200));
  assert.equal(new Set(answers.fresh.map(({ fingerprint }) => fingerprint)).size, pairs.length);
  assert.equal(
    answers.kept.filter(({ reused }) => !reused).length,
    1,
    'the kept connection was never closed',
  );
});
