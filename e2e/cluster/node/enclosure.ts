/**
 * @module The outside of an enclosure: makes one for a node, tells the node what to be, and ends it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SERVICE_RANGE } from '../control-plane.ts';
import { PATH } from './machine.ts';
import type { Access, Answer, Orders } from './orders.ts';
import { NODE_ADDRESS, NODE_NAME } from './settings.ts';

export interface Enclosure {
  /** A temporary folder that both sides see; it goes with the enclosure. */
  readonly folder: string;
  /** The name of the cgroups that go with it, too. */
  readonly cgroup: string;
  /** The process to send SIGTERM to, which ends the enclosure and removes what is left. */
  readonly pid: number;
  /** What the node says when it is ready. Connections to the port on loopback reach the same port inside. */
  start(orders: Omit<Orders, 'folder'>): Promise<Access>;
  /** Lets the node live on when this process ends. */
  leave(): Promise<void>;
  end(): Promise<void>;
}

/** Unless it is left, the enclosure ends with this process, whatever becomes of that. */
export async function openEnclosure(): Promise<Enclosure> {
  const folder = await mkdtemp(join(tmpdir(), 'cleat-node-'));
  const cgroup = basename(folder);
  const child = await spawnIn(folder, cgroup);
  const ended = once(child, 'exit');
  release(child);

  async function end(): Promise<void> {
    child.ref();
    child.kill('SIGTERM');
    await ended;
  }

  return {
    folder,
    cgroup,
    pid: child.pid ?? 0,
    end,
    async start(orders) {
      const gate = await openGate(orders.port);
      try {
        return await send(child, { ...orders, folder }, gate);
      } catch (error) {
        const log = await readFile(join(folder, 'node.log'), 'utf8').catch(() => '');
        await end();
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`the node did not start: ${reason}\n${log.slice(-2000)}`, { cause: error });
      } finally {
        gate.close();
      }
    },
    async leave() {
      child.channel?.ref();
      child.send({ leave: true });
      await once(child, 'message');
      child.disconnect();
    },
  };
}

/** It has a session of its own: Ctrl-C in a terminal is for this process, which then ends the enclosure. */
async function spawnIn(folder: string, cgroup: string): Promise<ChildProcess> {
  const log = await open(join(folder, 'node.log'), 'a');
  const [script, program] = ['enclosure.sh', 'inside.ts'].map((name) => join(import.meta.dirname, name));
  const command = [NODE_NAME, NODE_ADDRESS, SERVICE_RANGE, process.execPath, `${program}`];
  const child = spawn('/bin/sh', [`${script}`, folder, cgroup, ...command], {
    detached: true,
    env: { ...process.env, PATH, TMPDIR: folder },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await once(child, 'spawn');
  await log.close();
  return child;
}

/** A test that forgets to end its node ends all the same. */
function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

/** A socket stays in the network where it was opened, also in the hands of a process in another. */
async function openGate(port: number): Promise<Server> {
  const gate = createServer().listen(port, '127.0.0.1');
  await once(gate, 'listening');
  return gate;
}

async function send(child: ChildProcess, orders: Orders, gate: Server): Promise<Access> {
  child.ref();
  const answered = once(child, 'message').then(([answer]) => answer as Answer);
  const died = once(child, 'exit').then(([code]): Answer => ({ failed: `exit code ${code}` }));
  child.send(orders, gate);
  const answer = await Promise.race([answered, died]);
  release(child);
  if ('failed' in answer) throw new Error(answer.failed);
  return answer.ready;
}
