/**
 * @module A cluster of many bindings that are Ready: what two replicas hold and ask while nothing happens, what a few
 * more bindings ask for whose workloads come later, and what it takes another replica to lead.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../cluster/wait-for.ts';
import { metricOf } from '../replica.ts';
import { since, type Tally, tally } from './audited.ts';
import {
  countBindings,
  countReady,
  createBindings,
  createWorkloads,
  deleteBindings,
  namespacesOf,
  type Numbers,
} from './herd.ts';
import type { OperatedCluster, Operator } from './operated.ts';
import type { Memory } from './server.ts';
import { LONG_MS, LOOK_MS, STATUS, untilWritten } from './until-written.ts';

export interface Idle {
  readonly seconds: number;
  readonly memory: Memory;
  /** Bytes. */
  readonly heap: number;
  /** Share of one processor. */
  readonly cpu: number;
  readonly requests: Tally;
}

export interface TakeOver {
  /** Seconds from the end of the leader until another leads: its Lease has to run out. */
  readonly leading: number;
  /** Until it has looked at all bindings. */
  readonly done: number;
  readonly requests: Tally;
}

export interface Pair {
  /** It leads. */
  readonly first: Operator;
  readonly second: Operator;
}

export async function watchIdle(
  { requests: audited }: OperatedCluster,
  { first, second }: Pair,
  idleSeconds: number,
): Promise<Readonly<Record<'leader' | 'follower', Idle>>> {
  // What the start of the second one led to is over by then.
  await sleep(15_000);
  const begun = Date.now();
  const before = [first, second].map(({ server }) => server.cpu());
  await sleep(idleSeconds * 1000);
  const after = [first, second].map(({ server }) => server.cpu());
  const made = since(await audited.read(), begun);
  const [leader, follower] = await Promise.all(
    [first, second].map(async ({ server, credential }, index): Promise<Idle> => ({
      seconds: idleSeconds,
      cpu: ((after[index] ?? Number.NaN) - (before[index] ?? Number.NaN)) / idleSeconds,
      memory: server.memory(),
      heap: metricOf(await server.metrics(), 'nodejs_heap_size_used_bytes') ?? Number.NaN,
      requests: tally(made.filter((request) => request.credential === credential)),
    })),
  );
  if (leader === undefined || follower === undefined) throw new Error('two replicas were to be watched');
  return { leader, follower };
}

/** A number whose namespace nobody else uses. */
const APART = 1_000_000;

/** Bindings first, then their workloads, which come out bound. */
export async function countAdmitted({ cluster, requests }: OperatedCluster, count: number): Promise<Tally> {
  const numbers: Numbers = { from: APART, to: APART + count, prefix: 'late' };
  const ready = await countReady(cluster);
  for (const namespace of namespacesOf(numbers)) await cluster.createNamespace(namespace);
  const begun = Date.now();
  await createBindings(cluster, numbers);
  const isNone = async (): Promise<boolean> => await Promise.resolve(true);
  await untilWritten(requests, { resource: STATUS, count, from: begun }, isNone);
  await createWorkloads(cluster, numbers);
  await waitFor('the late ones to be Ready', async () => (await countReady(cluster)) >= ready + count, {
    timeoutMs: LONG_MS,
  });
  const made = since(await requests.read(), begun).filter(
    ({ name, verb }) => name.startsWith('late-') || verb === 'create',
  );
  // What is measured next is measured without them.
  await deleteBindings(cluster, numbers);
  await waitFor('the late ones to be gone', async () => (await countBindings(cluster)) === ready, {
    timeoutMs: LONG_MS,
  });
  return tally(made);
}

/** Ends the leader at once, and looks at the other. */
export async function watchTakeOver(
  { requests }: OperatedCluster,
  { first, second }: Pair,
  bindings: number,
): Promise<TakeOver> {
  const looked = async (): Promise<number> => {
    const lines = (await second.server.metrics()).split('\n');
    const counts = lines.filter((line) => line.startsWith('cleat_reconcile_total{'));
    return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const before = await looked();
  const killedAt = Date.now();
  await first.server.end('SIGKILL');
  const leadsAt = await waitFor(
    'the other to lead',
    async () => {
      const made = since(await requests.read(), killedAt).filter(
        ({ credential }) => credential === second.credential,
      );
      return made.find(({ verb, resource }) => verb === 'update' && resource === 'leases')?.done;
    },
    { timeoutMs: 60_000, intervalMs: LOOK_MS },
  );
  await waitFor(
    'all bindings to be looked at',
    async () =>
      (await looked()) >= before + bindings &&
      metricOf(await second.server.metrics(), 'cleat_queue_depth') === 0,
    { timeoutMs: LONG_MS, intervalMs: LOOK_MS },
  );
  const doneAt = Date.now();
  await sleep(1_000);
  const made = since(await requests.read(), killedAt).filter(
    ({ credential }) => credential === second.credential,
  );
  return {
    leading: (leadsAt - killedAt) / 1000,
    done: (doneAt - killedAt) / 1000,
    requests: tally(made),
  };
}
