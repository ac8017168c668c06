import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './file-lock.ts';

async function lockIn(t: TestContext): Promise<{ folder: string; lock: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'cleat-lock-'));
  t.after(async () => await rm(folder, { recursive: true }));
  return { folder, lock: join(folder, 'lock') };
}

test('one works at a time, and nothing is left behind', async (t) => {
  const { folder, lock } = await lockIn(t);
  let working = 0;
  const work = async (): Promise<void> => {
    assert.equal(++working, 1);
    await sleep(5);
    working--;
  };
  await Promise.all([withLock(lock, work), withLock(lock, work)]);
  assert.deepEqual(await readdir(folder), []);
});

test('work that fails gives the lock back', async (t) => {
  const { folder, lock } = await lockIn(t);
  await assert.rejects(
    withLock(lock, () => Promise.reject(new Error('out of disk'))),
    /out of disk/,
  );
  assert.deepEqual(await readdir(folder), []);
});

test('the lock of a process that is gone is taken over', async (t) => {
  const { lock } = await lockIn(t);
  await writeFile(lock, String(spawnSync('true').pid));
  let done = false;
  await withLock(lock, async () => {
    done = true;
  });
  assert.ok(done);
});

test('a lock older than any build is taken over although its process id is in use', async (t) => {
  const { lock } = await lockIn(t);
  await writeFile(lock, String(process.pid));
  await utimes(lock, 0, 0);
  await withLock(lock, async () => {});
});
