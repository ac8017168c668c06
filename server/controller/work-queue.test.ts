import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../kube/testing/recording.ts';
import { systemTiming } from '../kube/timing.ts';
import { WorkQueue, type WorkQueueOptions } from './work-queue.ts';

const FAST = { baseMs: 1, capMs: 20 };

/** A door that work waits at until it is opened. */
function door(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

function queueOf(
  work: WorkQueueOptions['work'],
  options: Partial<WorkQueueOptions> = {},
): { readonly queue: WorkQueue; readonly faults: string[] } {
  const faults: string[] = [];
  const queue = new WorkQueue({
    work,
    workers: 2,
    onFault: (key, error) => faults.push(`${key}: ${String(error)}`),
    ...options,
  });
  queue.start();
  return { queue, faults };
}

describe('the work queue', () => {
  it('works on each key once, however often it is added while it waits', async () => {
    const done: string[] = [];
    const first = door();
    const { queue } = queueOf(
      async (key) => {
        await first.passed;
        done.push(key);
      },
      { workers: 1 },
    );
    for (const key of ['a', 'b', 'b', 'c', 'b']) queue.add(key);
    assert.equal(queue.depth, 3);
    first.open();
    await until('all to be done', () => done.length === 3);
    assert.deepEqual(done, ['a', 'b', 'c']);
    await queue.stop();
  });

  it('works on a key again that is added while it is worked on, and never on one key twice at a time', async () => {
    let running = 0;
    let runs = 0;
    const first = door();
    const { queue } = queueOf(async () => {
      running += 1;
      runs += 1;
      assert.equal(running, 1);
      await first.passed;
      running -= 1;
    });
    queue.add('a');
    queue.add('a');
    queue.add('a');
    first.open();
    await until('both runs', () => runs === 2 && queue.depth === 0);
    await sleep(5);
    assert.equal(runs, 2);
    await queue.stop();
  });

  it('lets nobody wait for keys that fail: 1 bad one of 1,000 delays none', async () => {
    const done = new Set<string>();
    let failures = 0;
    const { queue } = queueOf(async (key) => {
      if (key === 'bad') {
        failures += 1;
        queue.addAgain('bad', FAST);
      } else done.add(key);
    });
    queue.add('bad');
    for (let index = 1; index < 1_000; index++) queue.add(`good-${index}`);
    await until('the good ones', () => done.size === 999);
    await until('the bad one to be tried again', () => failures > 2);
    await queue.stop();
  });

  it('waits longer after each failure in a row, up to a cap, and begins anew with another failure, and once it was forgiven', async () => {
    const waits: number[] = [];
    let now = 0;
    const timing = { ...systemTiming, now: () => now, random: () => 0 };
    const { queue } = queueOf(async () => {}, { timing });
    const original = globalThis.setTimeout;
    // The very waits are what is asked for; nobody needs to live through them.
    const spy = ((_callback: () => void, ms: number) => {
      waits.push(ms);
      return original(() => {}, 0);
    }) as typeof setTimeout;
    globalThis.setTimeout = spy;
    try {
      const limits = { baseMs: 100, capMs: 400 };
      for (let round = 0; round < 5; round++) {
        queue.addAgain('a', limits);
        now += 1_000_000;
        queue.add('a'); // as the timer would
      }
      queue.addAgain('a', { baseMs: 100, capMs: 500 }); // another kind of failure
      queue.add('a');
      queue.forgive('a');
      queue.addAgain('a', limits);
    } finally {
      globalThis.setTimeout = original;
    }
    const [first = 0, second = 0, third = 0, fourth, fifth, other, again] = waits;
    assert.ok(second > first && third > second);
    assert.equal(fifth, fourth);
    assert.equal(other, first);
    assert.equal(again, first);
    await queue.stop();
  });

  it('reports a fault and tries again', async () => {
    let runs = 0;
    const { queue, faults } = queueOf(async () => {
      runs += 1;
      if (runs === 1) throw new Error('a bug');
    });
    queue.add('a');
    await until('the second run', () => runs === 2);
    assert.deepEqual(faults, ['a: Error: a bug']);
    await queue.stop();
  });

  it('an earlier time wins over a later one, and now over both', async () => {
    let runs = 0;
    const { queue } = queueOf(async () => {
      runs += 1;
    });
    queue.addAfter('a', 60_000);
    queue.addAfter('a', 1);
    await until('the earlier one', () => runs === 1);
    queue.addAfter('a', 60_000);
    queue.add('a');
    await until('now', () => runs === 2);
    assert.equal(queue.delayed, 0);
    await queue.stop();
  });

  it('stopped: finishes what is under way, forgets the rest, and can be started again', async () => {
    const done: string[] = [];
    const first = door();
    const { queue } = queueOf(
      async (key) => {
        await first.passed;
        done.push(key);
      },
      { workers: 1 },
    );
    for (const key of ['a', 'b', 'a']) queue.add(key);
    queue.addAfter('c', 1);
    const stopped = queue.stop();
    queue.add('d');
    first.open();
    await stopped;
    await sleep(5);
    assert.deepEqual(done, ['a']);
    queue.start();
    queue.add('e');
    await until('it to go on', () => done.includes('e'));
    await queue.stop();
  });
});
