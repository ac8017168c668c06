/**
 * @module A lock between processes of one machine: a file that holds the owner's process id.
 */
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Older than any build: the process id in it belongs to somebody else by now. */
const TOO_OLD_MS = 60 * 60_000;
const POLL_MS = 250;

/**
 * Runs the work while holding the lock. A lock whose owner is gone is taken over; two processes that do so at the same
 * moment may both get it, so the work has to be harmless when done twice.
 */
export async function withLock(path: string, work: () => Promise<void>): Promise<void> {
  while (!(await take(path))) {
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(POLL_MS);
  }
  try {
    await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Linking a file that is already written makes the lock appear together with its owner. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(path, 'utf8'));
    if (Date.now() - (await stat(path)).mtimeMs > TOO_OLD_MS) return true;
    return !isAlive(owner);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false; // given back just now
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
