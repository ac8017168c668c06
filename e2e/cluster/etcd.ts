/**
 * @module An etcd for one test control plane: fast, and not meant to survive a power failure.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { dig, type Json } from '../../lib/api/json.ts';
import { freePort, type Program, type Workshop } from './processes.ts';
import { untilReady } from './until-ready.ts';

export interface Etcd {
  readonly url: string;
  /** Forgets every revision before the current one. */
  readonly compact: () => Promise<void>;
  /** Keeps a copy of everything. It is away for a moment meanwhile. */
  readonly backUp: () => Promise<void>;
  /** Goes back to the copy. Revisions count on from there, so that numbers come again for other things. */
  readonly restore: () => Promise<void>;
}

/** gRPC's code for a revision that is compacted already. */
const OUT_OF_RANGE = 11;

export async function startEtcd(workshop: Workshop, path: string): Promise<Etcd> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const data = join(workshop.directory, 'etcd');
  const copy = join(workshop.directory, 'etcd-backup');
  const args = [
    `--data-dir=${data}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    '--heartbeat-interval=20', // a single member has nobody to elect; this saves half a second
    '--election-timeout=100',
    '--log-level=warn',
  ];
  async function start(): Promise<Program> {
    const started = await workshop.start('etcd', path, args);
    await untilReady(started, async () => (await request(`${url}/health`)).statusCode === 200);
    return started;
  }
  let program = await start();

  /** Does something to its files, which it must not do itself meanwhile. */
  async function whileStopped(work: () => Promise<void>): Promise<void> {
    await program.end('SIGTERM');
    await work();
    program = await start();
  }

  /** Calls etcd's JSON gateway. Undefined if nothing was written since the last compaction. */
  async function call(method: string, body: Json): Promise<Json | undefined> {
    const response = await request(`${url}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
    const answer: Json = JSON.parse(await response.body.text());
    if (dig(answer, 'code') === OUT_OF_RANGE) return undefined;
    if (response.statusCode !== 200) throw new Error(`etcd ${method}: ${JSON.stringify(answer)}`);
    return answer;
  }

  return {
    url,
    async compact() {
      const key = Buffer.from('/').toString('base64');
      const revision = dig(await call('range', { key, count_only: true }), 'header', 'revision') ?? null;
      await call('compaction', { revision, physical: true });
    },
    backUp: async () => await whileStopped(async () => await cp(data, copy, { recursive: true })),
    restore: async () =>
      await whileStopped(async () => {
        await rm(data, { recursive: true });
        await cp(copy, data, { recursive: true });
      }),
  };
}
