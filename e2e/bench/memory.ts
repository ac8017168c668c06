/**
 * @module How much memory the server holds, and how long it takes to become ready.
 */
import type { Rig, World } from './rig.ts';
import { median } from './statistics.ts';

export interface Footprint {
  /** From the start of the process to the first 200 of /readyz, in seconds. */
  readonly start: number;
  /** Bytes resident once it is ready and idle. */
  readonly idle: number;
  /** Bytes resident after load. */
  readonly loaded: number;
  /** The most that it ever held. */
  readonly peak: number;
}

const SETTLE_MS = 1000;
const LOAD_SECONDS = 2;

async function measureOnce(rig: Rig, world: World): Promise<Footprint> {
  await using server = await rig.startCleat(world);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const { resident: idle } = server.memory();
  await rig.load.saturate(`${server.url}/mutate`, LOAD_SECONDS);
  const { resident: loaded, peak } = server.memory();
  return { start: server.startMs / 1000, idle, loaded, peak };
}

/** Starts it anew each time; medians. */
export async function measureFootprint(rig: Rig, world: World, runs: number): Promise<Footprint> {
  const taken: Footprint[] = [];
  for (let run = 0; run < runs; run += 1) taken.push(await measureOnce(rig, world));
  return {
    start: median(taken.map(({ start }) => start)),
    idle: median(taken.map(({ idle }) => idle)),
    loaded: median(taken.map(({ loaded }) => loaded)),
    peak: median(taken.map(({ peak }) => peak)),
  };
}
