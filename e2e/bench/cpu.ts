/**
 * @module CPU time of the server for each review, side by side with the floor.
 */
import type { Rig, World } from './rig.ts';
import type { Server } from './server.ts';
import { median } from './statistics.ts';

export type Subject = 'floor' | World;

export interface Sample {
  /** Microseconds of CPU for one review. */
  readonly cpu: number;
  /** Reviews in a second. */
  readonly throughput: number;
}

/** One sample a round. */
export type Samples = ReadonlyMap<Subject, readonly Sample[]>;

export interface CpuOptions {
  readonly rounds: number;
  /** Whole seconds of load at a time. */
  readonly seconds: number;
  readonly warmUpReviews: number;
  readonly log: (line: string) => void;
}

/** One round. The floor comes again and again: it is what everything is compared with. */
const ROUND: readonly Subject[] = [
  'floor',
  'no match',
  'floor',
  'one match',
  '10,000 bindings, one match',
  'floor',
  'ten matches',
];

async function load(server: Server, rig: Rig, seconds: number): Promise<Sample> {
  const before = server.cpu();
  const { requests, seconds: taken } = await rig.load.saturate(`${server.url}/mutate`, seconds);
  return { cpu: ((server.cpu() - before) / requests) * 1e6, throughput: requests / taken };
}

/** The compilers need their time: only code that ran some ten thousand times is as fast as it gets. */
async function warmUp(server: Server, rig: Rig, reviews: number): Promise<void> {
  for (let sent = 0; sent < reviews;) sent += (await rig.load.saturate(`${server.url}/mutate`, 2)).requests;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const together = (samples: readonly Sample[]): Sample => ({
  cpu: mean(samples.map(({ cpu }) => cpu)),
  throughput: mean(samples.map(({ throughput }) => throughput)),
});

/**
 * Measures in rounds: in each, every server gets slices of load, one after the other, in turn forwards and backwards,
 * so that what happens to the machine happens to all of them. All servers run all the time; those that wait use nothing.
 */
export async function measureCpu(rig: Rig, options: CpuOptions): Promise<Samples> {
  await using stack = new AsyncDisposableStack();
  const servers = new Map<Subject, Server>();
  for (const subject of new Set(ROUND)) {
    const server = stack.use(await (subject === 'floor' ? rig.startFloor() : rig.startCleat(subject)));
    servers.set(subject, server);
    await warmUp(server, rig, options.warmUpReviews);
  }
  const rounds: ReadonlyMap<Subject, Sample[]> = new Map([...servers.keys()].map((subject) => [subject, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    const taken: (readonly [Subject, Sample])[] = [];
    for (const subject of round % 2 === 0 ? ROUND : ROUND.toReversed()) {
      const server = servers.get(subject);
      if (server !== undefined) taken.push([subject, await load(server, rig, options.seconds)]);
    }
    for (const [subject, samples] of rounds) {
      samples.push(together(taken.filter(([other]) => other === subject).map(([, sample]) => sample)));
    }
    options.log(`  round ${round + 1} of ${options.rounds}: ${describeLast(rounds)}`);
  }
  return rounds;
}

const describeLast = (rounds: Samples): string =>
  [...rounds].map(([subject, samples]) => `${subject} ${samples.at(-1)?.cpu.toFixed(1)} µs`).join(' | ');

export const cpuOf = (samples: Samples, subject: Subject): readonly number[] =>
  (samples.get(subject) ?? []).map(({ cpu }) => cpu);

export const throughputOf = (samples: Samples, subject: Subject): number =>
  median((samples.get(subject) ?? []).map(({ throughput }) => throughput));
