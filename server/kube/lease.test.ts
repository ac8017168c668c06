import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeaseElection } from './lease.ts';
import { Scene, type Replica } from './testing/lease-scene.ts';

describe('the election', () => {
  it('makes the Lease and leads, and tells so after start has returned', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    assert.deepEqual([a.changes, a.leading, a.election.holder()], [[], false, undefined]);
    await scene.pass(250);
    assert.deepEqual([a.changes, a.leading, a.election.holder()], [[true], true, 'a']);
    assert.deepEqual(scene.api.spec, {
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
  });

  it('renews with one request every five seconds, and the others look every three', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    const b = scene.replica('b');
    await scene.pass(60_000);
    assert.deepEqual([a.changes, b.changes], [[true], []]);
    assert.equal(b.election.holder(), 'a');
    assert.deepEqual(a.client.requests, ['GET', 'POST', ...Array.from({ length: 12 }, () => 'PUT')]);
    assert.deepEqual(new Set(b.client.requests), new Set(['GET']));
    assert.equal(b.client.requests.length, 21);
    assert.equal(scene.api.spec['renewTime'], '2026-01-01T00:01:00.000000Z');
    assert.deepEqual(b.said, ['info: another replica leads']);
  });

  it('a leader that stops gives the Lease up, and another takes over at its next look', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    const b = scene.replica('b');
    await scene.pass(1_000);
    const stopped = a.election.stop();
    assert.equal(a.leading, false);
    await stopped;
    assert.deepEqual(a.changes, [true, false]);
    assert.equal(scene.api.holder, '');
    await scene.pass(3_000);
    assert.deepEqual(b.changes, [true]);
    assert.equal(scene.api.spec['leaseTransitions'], 1);
    assert.deepEqual(a.said, [
      'info: this replica leads',
      'info: this replica leads no more',
      'info: gave the Lease up',
    ]);
    assert.equal(a.election.stop(), stopped);
    a.election.start();
    await scene.pass(1_000);
    assert.equal(a.leading, false);
  });

  it('who does not hold the Lease leaves it alone when it stops', async () => {
    const scene = new Scene();
    scene.replica('a');
    await scene.pass(1_000);
    const b = scene.replica('b');
    await scene.pass(1_000);
    const requests = b.client.requests.length;
    await b.election.stop();
    assert.equal(b.client.requests.length, requests);
    assert.equal(scene.api.holder, 'a');
    await new LeaseElection({
      transport: b.client,
      namespace: 'n',
      name: 'l',
      identity: 'c',
      log: b.log,
      onChange: () => assert.fail('it never started'),
    }).stop();
    assert.equal(b.client.requests.length, requests);
  });

  it('of two that take a free Lease at once, one is quicker; the other is silent', async () => {
    const scene = new Scene();
    const [a, b] = [scene.replica('a'), scene.replica('b')];
    a.client.latencyMs = 10;
    b.client.latencyMs = 20;
    await scene.pass(1_000);
    assert.deepEqual([a.leading, b.leading], [true, false]);
    assert.equal(b.election.holder(), 'a');
    assert.deepEqual(b.client.requests, ['GET', 'POST', 'GET']);
    assert.deepEqual(b.said, ['info: another replica leads']);
  });

  it('an edit of the Lease by somebody else costs the leader one look', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    scene.api.touch({ strategy: 'mine' });
    await scene.pass(5_000);
    assert.deepEqual(a.client.requests, ['GET', 'POST', 'PUT', 'GET', 'PUT']);
    assert.deepEqual(a.changes, [true]);
    assert.equal(scene.api.spec['strategy'], 'mine');
  });

  it('a Lease that is always written in between is tried twice and then left for a while', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    a.client.onRequest = (method) => method === 'PUT' && scene.api.touch();
    await scene.pass(5_000);
    assert.deepEqual(a.client.requests, ['GET', 'POST', 'PUT', 'GET', 'PUT']);
    await scene.pass(6_000);
    assert.deepEqual(a.changes, [true, false]);
    a.client.onRequest = () => {};
    await scene.pass(6_000);
    assert.equal(a.leading, true);
  });

  it('a Lease that is taken away ends the term at once; one that is deleted is made again', async () => {
    const scene = new Scene();
    const a = scene.replica('a');
    await scene.pass(1_000);
    scene.api.touch({ holderIdentity: 'usurper', leaseTransitions: 9 });
    await scene.pass(5_000);
    assert.deepEqual([a.changes, a.election.holder()], [[true, false], 'usurper']);
    scene.api.lease = undefined;
    await scene.pass(4_000);
    assert.deepEqual([a.changes, scene.api.holder], [[true, false, true], 'a']);
    scene.api.lease = undefined;
    await scene.pass(6_000);
    assert.deepEqual([a.changes, scene.api.holder], [[true, false, true, false, true], 'a']);
  });

  it('whoever fails on the news of a change does not end the election', async () => {
    const scene = new Scene();
    const onChange = (): void => {
      throw new Error('no');
    };
    const a = scene.replica('a', { onChange });
    await scene.pass(20_000);
    assert.equal(a.leading, true);
    assert.deepEqual(a.said, ['info: this replica leads', 'error: a change of leader was not taken in']);
  });

  it('whoever stops it on the news of a change is told of the end afterwards, not in between', async () => {
    const scene = new Scene();
    const story: string[] = [];
    const a: Replica = scene.replica('a', {
      onChange: (leading) => {
        story.push(`begin ${leading}`);
        if (leading) void a.election.stop();
        story.push(`end ${leading}`);
      },
    });
    await scene.pass(1_000);
    assert.deepEqual(story, ['begin true', 'end true', 'begin false', 'end false']);
    assert.equal(scene.api.holder, '');
  });
});
