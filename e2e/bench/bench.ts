/**
 * @module `make bench`, or, once `dist/cleat.js` is built, `node e2e/bench/bench.ts [--only PARTS] [--json FILE]`.
 *
 * It measures `dist/cleat.js serve` itself, started with files of bindings, against a floor: the same Fastify, TLS and
 * limits (server/shell.ts), bundled in the same way, whose only route reads the body and returns a constant review. What
 * Cleat needs beyond that is its own.
 *
 * - **What counts is the server's CPU time per review**: user and system time of all its threads from /proc, over the
 *   number of reviews in a slice of load. A client that is too slow cannot hide it; throughput stands beside it.
 * - One review of 3.5 KB, a Deployment with three containers, over kept-alive TLS connections. The servers run on the
 *   first core, the client on the second (taskset); without two cores or taskset nothing is pinned, and it says so.
 * - The client is wrk if it is on the PATH, else client.ts. Latencies at a fixed rate are always taken with the latter;
 *   they count from when a review was due, so that a stall is not counted once but for all that it held up.
 * - Machines are noisy, so floor and Cleat take turns (floor, A, floor, B, ...), every server warmed up before; a figure
 *   is the median over rounds of the ratio within a round. A round is worth something only if it is like the others:
 *   they are printed while they are measured.
 * - Nothing here passes or fails: the table says what is met. The exit code tells whether it ran.
 *
 * Parts: `cpu`, `latency`, `memory`, `creates` (through a real kube-apiserver, see e2e/cluster). It needs Linux.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Samples, measureCpu } from './cpu.ts';
import { measureCreates } from './creates.ts';
import { measureLatency } from './latency.ts';
import { measureFootprint } from './memory.ts';
import { type Section, table } from './report.ts';
import { openRig, type Rig } from './rig.ts';
import { cpuSection, createsSection, latencySection, memorySection, saturatingRate } from './sections.ts';
import { pinned } from './server.ts';

const PARTS = ['cpu', 'latency', 'memory', 'creates'] as const;
type Part = (typeof PARTS)[number];

const BUNDLE = join(import.meta.dirname, '../../dist/cleat.js');

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** At three rounds and more a median is one; the machine should not be asked for more than a few minutes. */
const ROUNDS = 7;

async function measure(rig: Rig, parts: ReadonlySet<Part>): Promise<readonly Section[]> {
  const sections: Section[] = [];
  let samples: Samples | undefined;
  if (parts.has('cpu')) {
    log('CPU time of a review');
    samples = await measureCpu(rig, { rounds: ROUNDS, seconds: 1, warmUpReviews: 20_000, log });
    sections.push(cpuSection(samples));
  }
  if (parts.has('latency')) {
    log('latency');
    const rate = Math.round((await saturatingRate(rig, samples)) / 2);
    sections.push(latencySection(await measureLatency(rig, { runs: 3, seconds: 4, rate }), rate));
  }
  if (parts.has('memory')) {
    log('memory and start');
    const few = await measureFootprint(rig, 'one match', 3);
    sections.push(memorySection(few, await measureFootprint(rig, '10,000 bindings, one match', 3)));
  }
  if (parts.has('creates')) {
    log('creates through the API server');
    sections.push(createsSection(await measureCreates(rig, { rounds: 5, seconds: 2, log })));
  }
  return sections;
}

function partsOf(text: string | undefined): ReadonlySet<Part> {
  if (text === undefined) return new Set(PARTS);
  const wanted = text.split(',');
  const unknown = wanted.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}: it is ${PARTS.join(', ')}`);
  return new Set(PARTS.filter((part) => wanted.includes(part)));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
  const parts = partsOf(values.only);
  if (!existsSync('/proc/self/stat')) throw new Error('CPU times are read from /proc, which is not there');
  if (!existsSync(BUNDLE)) throw new Error('dist/cleat.js is not there: make build');
  await using rig = await openRig(BUNDLE);
  const setting = {
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores`,
    node: process.version,
    client: rig.load.client === 'wrk' ? 'wrk' : "the bench's own (wrk is not on the PATH)",
    pinned: pinned
      ? 'servers on core 0, clients on core 1'
      : 'not pinned: taskset or a second core is missing',
  };
  const sections = await measure(rig, parts);
  const facts = Object.entries(setting).map(([name, value]) => `${name}: ${value}`);
  process.stdout.write([...facts, '', table(sections), ''].join('\n'));
  const json = JSON.stringify({ setting, sections });
  if (values.json === undefined) process.stdout.write(`\n${json}\n`);
  else await writeFile(values.json, `${json}\n`);
}

try {
  await main();
} catch (error) {
  log(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
