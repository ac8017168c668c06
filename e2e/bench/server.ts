/**
 * @module A server under measurement: a process of its own, pinned to the first core where that can be done (unless told
 * otherwise), and what the kernel says of it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { dig, type Json } from '../../lib/api/json.ts';

const ran = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0;

/** Whether servers and clients can be kept apart, each on a core of its own. */
export const pinned: boolean = ran('taskset', ['-c', '0', 'true']) && ran('taskset', ['-c', '1', 'true']);
export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

/** A command that runs on one core. */
export function onCore(
  core: number,
  command: string,
  args: readonly string[],
): readonly [string, readonly string[]] {
  return pinned ? ['taskset', ['-c', String(core), command, ...args]] : [command, args];
}

const TICKS = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

export interface Memory {
  /** Bytes. */
  readonly resident: number;
  readonly peak: number;
}

export interface Server extends AsyncDisposable {
  readonly url: string;
  /** Milliseconds from the start of the process until it was ready. */
  readonly startMs: number;
  /** When the process was started; milliseconds since the epoch. */
  readonly startedAt: number;
  /** Seconds of CPU that it has used so far: all threads, user and system. */
  cpu(): number;
  memory(): Memory;
  /** What it says of itself, as text; empty where it has no such port. */
  metrics(): Promise<string>;
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface ServerOptions {
  /** Wherever the kernel likes: for what shares all cores with others anyway. */
  readonly unpinned?: boolean;
  /** For Node.js itself. */
  readonly nodeArgs?: readonly string[];
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

interface Announced {
  readonly url: string;
  readonly opsUrl: string | undefined;
}

/** Reads the log until the line that says where the server listens. Errors: it ended before. */
async function announced(child: ChildProcess): Promise<Announced> {
  if (child.stderr === null) throw new Error('no log to read');
  const seen: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    seen.push(line);
    if (!line.startsWith('{')) continue;
    const entry = JSON.parse(line) as Json;
    const [url, opsUrl] = [dig(entry, 'url'), dig(entry, 'opsUrl')];
    if (dig(entry, 'msg') !== 'serving' || typeof url !== 'string') continue;
    return { url, opsUrl: typeof opsUrl === 'string' ? opsUrl : undefined };
  }
  throw new Error(`a server did not start: ${seen.slice(-5).join('\n')}`);
}

async function becomeReady(opsUrl: string): Promise<void> {
  for (;;) {
    const { statusCode, body } = await request(`${opsUrl}/readyz`);
    await body.dump();
    if (statusCode === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
}

/** Starts a bundle with Node and waits until it is ready. */
export async function startServer(
  bundle: string,
  args: readonly string[],
  { unpinned = false, nodeArgs = [] }: ServerOptions = {},
): Promise<Server> {
  const line = [...nodeArgs, bundle, ...args];
  const [command, all] = unpinned ? [process.execPath, line] : onCore(SERVER_CORE, process.execPath, line);
  const startedAt = Date.now();
  const start = performance.now();
  const child = spawn(command, all, { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const { url, opsUrl } = await announced(child);
  // Whatever it logs from here on: nobody reads it, and nobody may be held up by that.
  child.stderr?.resume();
  if (opsUrl !== undefined) await becomeReady(opsUrl);
  const startMs = performance.now() - start;
  const proc = `/proc/${child.pid}`;
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!running.has(child)) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return {
    url,
    startMs,
    startedAt,
    end,
    cpu() {
      // The name of the command, in brackets, may hold anything.
      const fields = readFileSync(`${proc}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    memory() {
      const status = readFileSync(`${proc}/status`, 'utf8');
      return { resident: kilobytes(status, 'VmRSS') * 1024, peak: kilobytes(status, 'VmHWM') * 1024 };
    },
    async metrics() {
      if (opsUrl === undefined) return '';
      return await (await request(`${opsUrl}/metrics`)).body.text();
    },
    [Symbol.asyncDispose]: async () => await end('SIGKILL'),
  };
}
