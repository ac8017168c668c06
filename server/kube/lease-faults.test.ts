import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeaseApi } from './testing/lease-api.ts';
import { Replica, Scene } from './testing/lease-scene.ts';
import { ManualTiming } from './testing/manual-timing.ts';

describe('the election, when something fails', () => {
  it('a leader that vanishes is followed by another after the duration that it promised, and not before', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    const b = scene.replica('b');
    a.client.fault = 'refused';
    await scene.pass(14_750);
    assert.deepEqual([a.leading, b.leading], [false, false]);
    await scene.pass(3_000);
    assert.deepEqual([a.leading, b.leading], [false, true]);
    assert.deepEqual([a.changes, b.changes], [[true, false], [true]]);
  });

  for (const skewMs of [-3_600_000, 3_600_000]) {
    it(`clocks that differ by ${skewMs / 60_000} minutes do not matter`, async () => {
      const api = new LeaseApi();
      const [here, there] = [new ManualTiming(), new ManualTiming(Date.UTC(2026, 0, 1) + skewMs)];
      const a = new Replica(api, here);
      await here.settle();
      const b = new Replica(api, there, { identity: 'b' });
      for (let second = 0; second < 60; second += 1) {
        await here.advance(1_000);
        await there.advance(1_000);
      }
      assert.deepEqual([a.leading, b.leading], [true, false]);
      a.client.fault = 'silent';
      for (let second = 0; second < 20; second += 1) {
        await here.advance(1_000);
        await there.advance(1_000);
        assert.ok(!(a.leading && b.leading));
      }
      assert.deepEqual([a.leading, b.leading], [false, true]);
    });
  }

  it('a process that was stopped for 30 seconds is no leader when it wakes, before its loop has run', async () => {
    const api = new LeaseApi();
    const [here, there] = [new ManualTiming(), new ManualTiming()];
    const a = new Replica(api, here);
    await here.advance(1_000);
    const b = new Replica(api, there, { identity: 'b' });
    here.jump(30_000);
    assert.equal(a.leading, false);
    await there.advance(30_000);
    assert.equal(b.leading, true);
    await here.advance(0);
    assert.deepEqual([a.leading, a.changes, a.election.holder()], [false, [true, false], 'b']);
    assert.deepEqual(
      a.said.filter((line) => line.startsWith('warn')),
      ['warn: this replica leads no more'],
    );
  });

  it('an answer that comes after 30 seconds of being stopped makes nobody a leader', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    a.client.latencyMs = 100;
    await scene.timing.advance(4_050); // the renewal is under way
    scene.timing.jump(30_000);
    assert.equal(a.leading, false);
    await scene.timing.advance(0);
    assert.deepEqual([a.leading, a.changes], [false, [true, false]]);
    await scene.pass(6_000);
    assert.deepEqual([a.leading, a.changes], [true, [true, false, true]]);
    assert.equal(scene.api.spec['leaseTransitions'], 0);
  });

  for (const fault of ['refused', 'silent'] as const) {
    it(`a leader that is cut off (${fault}) ends its term by itself, says so once, and leads again later`, async () => {
      const scene = new Scene();
      const a = scene.replica('a');
      await scene.pass(1_000);
      a.client.fault = fault;
      await scene.pass(8_750);
      assert.equal(a.leading, true);
      await scene.pass(500);
      assert.deepEqual([a.leading, a.changes], [false, [true, false]]);
      await scene.pass(60_000);
      a.client.fault = undefined;
      await scene.pass(10_000);
      assert.deepEqual([a.leading, a.changes], [true, [true, false, true]]);
      assert.deepEqual(a.said, [
        'info: this replica leads',
        'warn: the Lease cannot be had, so this replica cannot become or stay the leader',
        'warn: this replica leads no more',
        'info: the Lease can be had again',
        'info: this replica leads',
      ]);
    });
  }

  it('no request takes longer than a third of the duration, nor longer than what is left of the term', async () => {
    const scene = new Scene();
    const a = scene.replica('a', { renewMs: 8_000 });
    await scene.pass(1_000);
    a.client.fault = 'silent';
    await scene.pass(20_000);
    const [get, post, renewal, look] = a.client.timeouts;
    assert.deepEqual([get, post, renewal, look], [5_000, 5_000, 2_001, 5_000]);
  });

  it('a renewal whose answer was lost is known by its identity, and renewed', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    a.client.fault = 'deaf';
    await scene.pass(250);
    assert.equal(a.leading, false);
    await scene.pass(30_000);
    a.client.fault = undefined;
    await scene.pass(8_000);
    assert.equal(a.leading, true);
    assert.equal(scene.api.spec['leaseTransitions'], 0);
  });

  it('without the right to it says once what to do, and leads as soon as it may', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    a.client.fault = 'forbidden';
    await scene.pass(20_000);
    const told = a.log.entries.filter(({ level }) => level === 'warn');
    assert.deepEqual(
      told.map(({ about }) => about),
      [
        {
          lease: 'cleat-system/cleat',
          reason: 'HTTP 403: Forbidden',
          remedy: "let Cleat's ServiceAccount get, create and update this Lease: re-apply the installation",
        },
      ],
    );
    a.client.fault = undefined;
    await scene.pass(4_000);
    assert.equal(a.leading, true);
  });

  it('stopping takes no longer than two seconds, whatever the API server does', async () => {
    for (const fault of ['silent', 'refused', 'forbidden'] as const) {
      const scene = new Scene();
      const a = scene.replica('a');
      await scene.pass(1_000);
      a.client.fault = fault;
      const stopped = a.election.stop();
      await scene.timing.settle();
      assert.deepEqual(a.changes, [true, false]);
      await scene.timing.advance(2_000);
      await stopped;
      assert.equal(scene.api.holder, 'a');
    }
  });

  it('a renewal that is under way when it stops does not keep the Lease from being given up', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    a.client.fault = 'deaf';
    await scene.pass(4_500);
    const renewed = scene.api.lease;
    a.client.fault = undefined;
    await a.election.stop();
    assert.notEqual(scene.api.lease, renewed);
    assert.equal(scene.api.holder, '');
  });
});
