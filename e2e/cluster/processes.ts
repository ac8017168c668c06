/**
 * @module The processes of a test control plane: their logs in files, their ports, and their end, whatever becomes of
 * the process that started them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Program {
  readonly name: string;
  /** Undefined while it runs, then a sentence on how it ended. */
  ended(): string | undefined;
  /** Ends it and waits for that; SIGKILL unless told otherwise. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Sends a signal and waits for nothing: SIGSTOP and SIGCONT. */
  signal(name: NodeJS.Signals): void;
  /** The last lines that it wrote. */
  logTail(): Promise<string>;
}

export interface Workshop {
  /** A temporary folder of its own. */
  readonly directory: string;
  /** Starts a program, its output going to `<name>.log` in the folder. */
  start(name: string, path: string, args: readonly string[]): Promise<Program>;
  /** Ends all programs and removes the folder. */
  readonly close: () => Promise<void>;
}

/**
 * What a shell does on behalf of the workshop: it reads lines of process ids until the pipe from this process ends,
 * be it by `exit`, a crash or SIGKILL, then kills the last ones named and removes the folder.
 */
const REAPER = `pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -KILL $pids
rm -rf "$1" || { sleep 1; rm -rf "$1"; }`;

export async function openWorkshop(): Promise<Workshop> {
  const directory = await mkdtemp(join(tmpdir(), 'cleat-cluster-'));
  const running = new Set<ChildProcess>();
  const reaper = spawn('/bin/sh', ['-c', REAPER, 'reaper', directory], {
    detached: true, // so that Ctrl-C in a terminal does not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(reaper, 'spawn');
  release(reaper);
  const reaped = once(reaper, 'exit');

  function tellReaper(): void {
    reaper.stdin.write(`${[...running].map(({ pid }) => pid).join(' ')}\n`);
  }

  return {
    directory,
    async start(name, path, args) {
      const logFile = join(directory, `${name}.log`);
      const child = await launch(path, args, logFile);
      running.add(child);
      child.once('exit', () => {
        running.delete(child);
        tellReaper();
      });
      tellReaper();
      return toProgram(name, child, logFile);
    },
    async close() {
      await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
      await rm(directory, { recursive: true, force: true });
      if (reaper.stdin.writableEnded) return;
      reaper.ref();
      reaper.stdin.end();
      await reaped;
    },
  };
}

async function launch(path: string, args: readonly string[], logFile: string): Promise<ChildProcess> {
  const log = await open(logFile, 'a');
  try {
    const child = spawn(path, args, { stdio: ['ignore', log.fd, log.fd] });
    await once(child, 'spawn');
    release(child);
    return child;
  } finally {
    await log.close();
  }
}

/** A test that forgets to stop its control plane ends all the same. */
function release(child: ChildProcess): void {
  child.unref();
  if (child.stdin && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
}

function toProgram(name: string, child: ChildProcess, logFile: string): Program {
  return {
    name,
    ended() {
      if (!hasEnded(child)) return undefined;
      return `${name} ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`;
    },
    end: async (signal = 'SIGKILL') => await end(child, signal),
    signal: (signal) => void child.kill(signal),
    logTail: async () => (await readFile(logFile, 'utf8')).split('\n').slice(-25).join('\n'),
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

const FIRST_PORT = 20_000;
const PORTS = 10_000;
const taken = new Set<number>();

/**
 * A port that is free on loopback and stays so: it lies below the ports that systems give to outgoing connections
 * and that Kubernetes gives to NodePorts, so that a server can be stopped and started again on it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
  throw new Error(`no free port from ${FIRST_PORT} on`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
