import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Changes } from './chaos/changes.ts';
import { Disturbances } from './chaos/disturbances.ts';
import { untilSettled } from './chaos/expected.ts';
import { type Random, randomFrom } from './chaos/random.ts';
import { openOperated, type Operated } from './operated.ts';
import { untilReady } from './replica.ts';

/** CHAOS_SEED repeats a run, as far as the choices go: what meets what remains chance. */
const SEED = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1e9));
const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 300);
/** Who change things at the same time. */
const PEOPLE = 3;

suite('chaos', { timeout: (SECONDS + 300) * 1000 }, () => {
  let operated: Operated;
  before(async () => {
    operated = await openOperated({ replicas: 2 });
  });
  after(async () => await operated?.close());

  /** What a replica calls an error is a fault of its own, whatever was done to it. */
  async function errorsLogged(): Promise<readonly string[]> {
    const { directory } = operated.cluster;
    const logs = (await readdir(directory)).filter((name) => /^cleat-\d+\.log$/.test(name));
    const texts = await Promise.all(logs.map(async (name) => await readFile(join(directory, name), 'utf8')));
    return texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => !/^$|"level":"(info|warn|debug)"/.test(line));
  }

  test(`${SECONDS} s of faults, with 200 bindings changing: the world is then as if worked out afresh`, async (t) => {
    console.log(`CHAOS_SEED=${SEED}`);
    const { cluster } = operated;
    await cluster.apply(...new Changes(cluster, randomFrom(SEED)).beginning());
    const end = performance.now() + SECONDS * 1000;
    const counts = { made: 0, refused: 0 };

    async function change(random: Random): Promise<void> {
      const changes = new Changes(cluster, random);
      while (performance.now() < end) {
        try {
          await changes.next();
          counts.made += 1;
        } catch {
          counts.refused += 1;
        }
        await sleep(random.next() * 200);
      }
    }

    const disturbances = new Disturbances(operated, randomFrom(SEED + 1));
    async function disturb(): Promise<void> {
      while (performance.now() < end) await disturbances.next();
    }

    const people = Array.from({ length: PEOPLE }, (_, index) => change(randomFrom(SEED + 2 + index)));
    await Promise.all([disturb(), ...people]);
    t.diagnostic(`seed ${SEED}: ${JSON.stringify({ ...counts, ...disturbances.counts })}`);
    await disturbances.end();
    const start = performance.now();
    const { bindings } = await untilSettled(cluster, operated.replicas, {
      timeoutMs: 180_000,
      quietMs: 4_000,
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    t.diagnostic(`${bindings.length} bindings; as they should be, for 4 s, after ${seconds} s`);
    await operated.leader();
    for (const replica of operated.replicas) await untilReady(replica);
    assert.deepEqual(await errorsLogged(), []);
  });
});
