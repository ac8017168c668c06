/**
 * @module How long it takes until bindings are Ready that are created while Cleat runs, by the API they are written in: the
 * operator's have a Secret made each, for whoever asked for it.
 */
import { waitFor } from '../cluster/wait-for.ts';
import { ALL_APIS } from '../opt-in.ts';
import { since, type Tally, tally } from './audited.ts';
import {
  countBindings,
  countBound,
  countReady,
  createBindings,
  createSecrets,
  createWorkloads,
  deleteBindings,
  type Family,
  type Numbers,
  OPERATOR,
  SPECIFIED,
} from './herd.ts';
import { type OperatedCluster, openOperatedCluster } from './operated.ts';
import type { Section } from './report.ts';
import { median, ratios } from './statistics.ts';
import { LONG_MS, LOOK_MS } from './until-written.ts';

export interface FamiliesOptions {
  readonly bundle: string;
  readonly bindings: number;
  readonly rounds: number;
  readonly log: (line: string) => void;
}

export interface FamilyRound {
  /** Seconds from the first creation until all were Ready. */
  readonly ready: number;
  /** Of Cleat's CPU meanwhile. */
  readonly cpu: number;
  /** Requests of Cleat meanwhile. */
  readonly requests: Tally;
}

export interface FamilySamples {
  readonly bindings: number;
  readonly specified: readonly FamilyRound[];
  readonly operator: readonly FamilyRound[];
}

type Running = Awaited<ReturnType<OperatedCluster['start']>>;

async function untilAll(what: string, isDone: () => Promise<boolean>): Promise<void> {
  await waitFor(what, isDone, { timeoutMs: LONG_MS, intervalMs: LOOK_MS });
}

async function measureRound(
  { cluster, requests }: OperatedCluster,
  { server, credential }: Running,
  { numbers, family }: { readonly numbers: Numbers; readonly family: Family },
): Promise<FamilyRound> {
  const bindings = numbers.to - numbers.from;
  const [begun, cpu] = [Date.now(), server.cpu()];
  await createBindings(cluster, numbers, family);
  await untilAll('all bindings to be Ready', async () => (await countReady(cluster, family)) === bindings);
  const round: FamilyRound = {
    ready: (Date.now() - begun) / 1000,
    cpu: server.cpu() - cpu,
    requests: tally(since(await requests.read(), begun).filter((each) => each.credential === credential)),
  };
  await deleteBindings(cluster, numbers, family);
  await untilAll(
    'all bindings to be gone',
    async () => (await countBindings(cluster, family)) === 0 && (await countBound(cluster)) === 0,
  );
  return round;
}

export async function measureFamilies(options: FamiliesOptions): Promise<FamilySamples> {
  const { bundle, bindings, rounds, log } = options;
  await using world = await openOperatedCluster(bundle, ALL_APIS);
  const { cluster } = world;
  const numbers: Numbers = { from: 0, to: bindings, prefix: 'app' };
  await createWorkloads(cluster, numbers);
  await createSecrets(cluster, numbers);
  await world.installWebhooks();
  const running = await world.start();
  const samples = { specified: [] as FamilyRound[], operator: [] as FamilyRound[] };
  // They take turns, after one of a few that count for nothing: until the webhooks are trusted, and what is new is warm.
  const few: Numbers = { ...numbers, to: 20 };
  for (const family of [SPECIFIED, OPERATOR]) {
    await waitFor('the webhooks to be trusted', async () => {
      await createBindings(cluster, { ...few, to: 1 }, family);
      return true;
    });
    await deleteBindings(cluster, few, family);
    await untilAll('it to be gone', async () => (await countBindings(cluster, family)) === 0);
    await measureRound(world, running, { numbers: few, family });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, family] of [
      ['specified', SPECIFIED],
      ['operator', OPERATOR],
    ] as const) {
      const sample = await measureRound(world, running, { numbers, family });
      log(`  ${bindings} of ${family.apiVersion} Ready after ${sample.ready.toFixed(1)} s`);
      samples[name].push(sample);
    }
  }
  await running.server.end('SIGTERM');
  return { bindings, ...samples };
}

const EACH = /servicebindings|deployments|secrets|events|subjectaccessreviews/;

function perBinding(bindings: number, rounds: readonly FamilyRound[]): string {
  const counted = [...(rounds.at(-1)?.requests ?? [])].filter(([what]) => EACH.test(what));
  return counted.map(([what, count]) => `${(count / bindings).toFixed(2)} ${what.trim()}`).join(', ');
}

export function familiesSection({ bindings, specified, operator }: FamilySamples): Section {
  const of = (rounds: readonly FamilyRound[], value: (round: FamilyRound) => number): readonly number[] =>
    rounds.map(value);
  const ready = {
    specified: of(specified, (each) => each.ready),
    operator: of(operator, (each) => each.ready),
  };
  const cpu = { specified: of(specified, (each) => each.cpu), operator: of(operator, (each) => each.cpu) };
  return {
    title: `${bindings.toLocaleString('en')} bindings created while Cleat runs, by their API`,
    figures: [
      { name: 'servicebinding.io: first creation to all Ready', value: median(ready.specified), unit: 's' },
      { name: 'binding.operators.coreos.com: the same', value: median(ready.operator), unit: 's' },
      { name: 'ratio', value: median(ratios(ready.operator, ready.specified)), unit: 'x' },
      { name: "Cleat's CPU, ratio", value: median(ratios(cpu.operator, cpu.specified)), unit: 'x' },
    ],
    notes: [
      `servicebinding.io, for each: ${perBinding(bindings, specified)}`,
      `binding.operators.coreos.com, for each: ${perBinding(bindings, operator)}`,
    ],
  };
}
