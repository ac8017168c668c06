/**
 * @module How long a review takes at half of the rate that saturates the server, also while its bindings are read anew.
 */
import type { LoadResult } from './load.ts';
import type { Rig, World } from './rig.ts';
import type { Server } from './server.ts';
import { median } from './statistics.ts';

export interface Latency {
  /** Milliseconds, from the moment when a review was due. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface LatencyOptions {
  readonly runs: number;
  readonly seconds: number;
  /** Reviews in a second. */
  readonly rate: number;
}

const WARM_UP_SECONDS = 3;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const medians = (results: readonly LoadResult[]): Latency => ({
  p50: median(results.map(({ p50 }) => p50)),
  p99: median(results.map(({ p99 }) => p99)),
  max: median(results.map(({ max }) => max)),
});

export interface Latencies {
  readonly floor: Latency;
  readonly few: Latency;
  readonly many: Latency;
  /** In the first second the file of the 10,000 bindings is replaced by another. */
  readonly relisting: Latency;
}

export async function measureLatency(rig: Rig, { runs, seconds, rate }: LatencyOptions): Promise<Latencies> {
  await using stack = new AsyncDisposableStack();
  const warm = async (server: Server): Promise<Server> => {
    await rig.load.saturate(`${server.url}/mutate`, WARM_UP_SECONDS);
    return stack.use(server);
  };
  const many: World = '10,000 bindings, one match';
  const servers = {
    floor: await warm(await rig.startFloor()),
    few: await warm(await rig.startCleat('one match')),
    many: await warm(await rig.startCleat(many)),
  };
  const results = { floor: [], few: [], many: [], relisting: [] } as {
    readonly [name in keyof Latencies]: LoadResult[];
  };
  const run = (server: Server): Promise<LoadResult> => rig.load.atRate(`${server.url}/mutate`, seconds, rate);
  for (let round = 0; round < runs; round += 1) {
    for (const name of ['floor', 'few', 'many'] as const) results[name].push(await run(servers[name]));
    const replaced = wait(500).then(() => rig.touch(many));
    results.relisting.push(await run(servers.many));
    await replaced;
  }
  return {
    floor: medians(results.floor),
    few: medians(results.few),
    many: medians(results.many),
    relisting: medians(results.relisting),
  };
}
