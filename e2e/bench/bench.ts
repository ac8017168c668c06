/**
 * @module `make bench`, or, once `dist/cleat.js` is built, `node e2e/bench/bench.ts [--only PARTS] [--quick] [--json FILE]`.
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
 * Parts: `cpu`, `latency`, `memory`, `generate`, and through a real kube-apiserver (see e2e/cluster) `creates`, `apis` and
 * `controller` (which shares all cores with that, takes ten of the minutes, and with `--quick`, where a thousand bindings
 * do for ten thousand, two). It needs Linux. A part that fails leaves the others.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureController } from './controller.ts';
import { ControllerFindings } from './controller-sections.ts';
import { type Samples, measureCpu } from './cpu.ts';
import { measureCreates } from './creates.ts';
import { familiesSection, measureFamilies } from './families.ts';
import { generateSection, measureGenerate } from './generate.ts';
import { measureLatency } from './latency.ts';
import { measureFootprint } from './memory.ts';
import { type Section, table } from './report.ts';
import { openRig, type Rig } from './rig.ts';
import { cpuSection, createsSection, latencySection, memorySection, saturatingRate } from './sections.ts';
import { pinned } from './server.ts';

const PARTS = ['cpu', 'latency', 'memory', 'creates', 'generate', 'apis', 'controller'] as const;
type Part = (typeof PARTS)[number];

const BUNDLE = join(import.meta.dirname, '../../dist/cleat.js');

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** At three rounds and more a median is one; the machine should not be asked for more than a few minutes. */
const ROUNDS = 7;

/** Bindings, and rounds with so many: a few are over in a moment, and many take minutes. */
const HERDS = [
  [100, 2],
  [1_000, 2],
  [10_000, 1],
] as const;
const QUICK_HERDS = [
  [100, 2],
  [1_000, 1],
] as const;
const IDLE_SECONDS = 75;

/** Whatever becomes of it, what it has measured is shown. */
async function measureHerds(quick: boolean): Promise<readonly Section[]> {
  const plan = quick ? QUICK_HERDS : HERDS;
  const findings = new ControllerFindings(plan.at(-1)?.[0] ?? 0);
  const options = { bundle: BUNDLE, plan, idleSeconds: IDLE_SECONDS, log };
  await attempt('controller', async () => await measureController(options, findings));
  return findings.sections();
}

async function attempt(part: Part, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log(`bench: ${part}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

interface Wanted {
  readonly parts: ReadonlySet<Part>;
  readonly quick: boolean;
}

async function measure(rig: Rig, { parts, quick }: Wanted): Promise<readonly Section[]> {
  const sections: Section[] = [];
  let samples: Samples | undefined;
  const measurements: Readonly<Record<Part, () => Promise<void>>> = {
    cpu: async () => {
      log('CPU time of a review');
      samples = await measureCpu(rig, { rounds: ROUNDS, seconds: 1, warmUpReviews: 20_000, log });
      sections.push(cpuSection(samples));
    },
    latency: async () => {
      log('latency');
      const rate = Math.round((await saturatingRate(rig, samples)) / 2);
      sections.push(latencySection(await measureLatency(rig, { runs: 3, seconds: 4, rate }), rate));
    },
    memory: async () => {
      log('memory and start');
      const few = await measureFootprint(rig, 'one match', 3);
      sections.push(memorySection(few, await measureFootprint(rig, '10,000 bindings, one match', 3)));
    },
    creates: async () => {
      log('creates through the API server');
      sections.push(createsSection(await measureCreates(rig, { rounds: 5, seconds: 2, log })));
    },
    generate: async () => {
      log('templates and Secrets');
      sections.push(generateSection(measureGenerate()));
      await Promise.resolve();
    },
    apis: async () => {
      log('bindings of the other APIs');
      const options = { bundle: BUNDLE, bindings: quick ? 200 : 1_000, rounds: quick ? 1 : 3, log };
      sections.push(familiesSection(await measureFamilies(options)));
    },
    controller: async () => {
      log('the controller');
      sections.push(...(await measureHerds(quick)));
    },
  };
  for (const part of PARTS) if (parts.has(part)) await attempt(part, measurements[part]);
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
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
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
  const sections = await measure(rig, { parts, quick: values.quick });
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
