import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { type Audit, credentialOf, openAudit } from './audit.ts';
import { untilSettled } from './chaos/expected.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import type { ObjectRef } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf } from './conditions.ts';
import { aBinding, DEPLOYMENT } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';
import { admissionsOf, type Replica } from './replica.ts';
import { deployment, idle } from './world.ts';

const LEASE: ObjectRef = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'cleat-system',
  name: 'cleat',
};
/** Another leads within the lease time (15 s), plus its next look at it and a busy machine. */
const TAKE_OVER_MS = 30_000;

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

const aBindingOf = (name: string, spec: JsonObject = {}): JsonObject =>
  aBinding(name, DEPLOYMENT, { name }, spec);
const retarget = (name: string): JsonObject => ({ spec: { workload: { name } } });

const isReady = (object: JsonObject): boolean => conditionOf(object)?.status === 'True';

suite('two replicas', { timeout: 600_000 }, () => {
  let audit: Audit;
  let operated: Operated;
  let cluster: ControlPlane;

  before(async () => {
    audit = await openAudit();
    operated = await openOperated({ replicas: 2, apiServerArgs: audit.apiServerArgs });
    ({ cluster } = operated);
    // From now on the webhook is asked about Deployments.
    await cluster.apply(idle('first'), aBindingOf('first'));
    await untilSettled(cluster, operated.replicas);
  });
  after(async () => {
    await operated?.close();
    await audit?.close();
  });
  beforeEach(async () => {
    while (operated.replicas.length < 2) await operated.addReplica();
    operated.route();
  });
  afterEach(async () => {
    for (const replica of operated.replicas) replica.program.signal('SIGCONT');
  });

  const other = (replica: Replica): Replica => {
    const found = operated.replicas.find((each) => each !== replica);
    if (found === undefined) throw new Error('there is no other replica');
    return found;
  };

  /** Until another one leads, in seconds. */
  async function takeOver(from: Replica): Promise<number> {
    const start = performance.now();
    await waitFor('another replica to lead', async () => await other(from).isLeader(), {
      timeoutMs: TAKE_OVER_MS,
    });
    return Math.round((performance.now() - start) / 100) / 10;
  }

  /** Makes Deployments, then their bindings all at once, and returns when the leader is in the midst of it. */
  async function inTheMidst(workloads: readonly string[]): Promise<{ creating: Promise<unknown> }> {
    await cluster.apply(...workloads.map((name) => idle(name)));
    const creating = Promise.all(workloads.map(async (name) => await cluster.create(aBindingOf(name))));
    await waitFor(
      'some bindings to be ready',
      async () =>
        (await cluster.list(bindingRef(''))).filter(
          (each) => isReady(each) && workloads.includes(textOf(dig(each, 'metadata', 'name'))),
        ).length >
        workloads.length / 10,
      { intervalMs: 1 },
    );
    return { creating };
  }

  /** Each was changed by Cleat once: one step of its generation, one request. */
  async function changedOnce(workloads: readonly string[]): Promise<void> {
    const writes = await audit.writes();
    for (const name of workloads) {
      const object = await cluster.get(deployment(name));
      assert.equal(dig(object, 'metadata', 'generation'), 2, name);
      const patches = writes.filter((write) => write.resource === 'deployments' && write.name === name);
      assert.equal(patches.filter(({ status }) => status < 300).length, 1, name);
    }
  }

  test('both admit', async () => {
    for (const replica of operated.replicas) {
      operated.route([replica]);
      const before = await admissionsOf(replica, 'mutate');
      await cluster.apply(aBindingOf(`by-${replica.name}`));
      const made = await cluster.create(idle(`by-${replica.name}`), { dryRun: 'All' });
      assert.match(JSON.stringify(made), /SERVICE_BINDING_ROOT/);
      assert.equal(await admissionsOf(replica, 'mutate'), before + 1);
      await cluster.remove(bindingRef(`by-${replica.name}`));
    }
  });

  test('kill -9 of the leader: the other leads within the lease time, and what was under way is finished, nothing twice', async (t) => {
    const leader = await operated.leader();
    operated.route([other(leader)]);
    const workloads = names('killed', 60);
    const { creating } = await inTheMidst(workloads);
    const follower = other(leader);
    await operated.removeReplica(leader, 'SIGKILL');
    await creating;
    const start = performance.now();
    await waitFor('another replica to lead', async () => await follower.isLeader(), {
      timeoutMs: TAKE_OVER_MS,
    });
    t.diagnostic(`the other led after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    await untilSettled(cluster, operated.replicas);
    await changedOnce(workloads);
  });

  test('SIGTERM of the leader: it gives the Lease up, and what was under way is finished, nothing twice', async (t) => {
    const leader = await operated.leader();
    const follower = other(leader);
    operated.route([follower]);
    const holder = dig(await cluster.get(LEASE), 'spec', 'holderIdentity');
    const workloads = names('stopped', 60);
    const { creating } = await inTheMidst(workloads);
    await operated.removeReplica(leader);
    assert.notEqual(dig(await cluster.get(LEASE), 'spec', 'holderIdentity'), holder);
    await creating;
    const start = performance.now();
    await waitFor('another replica to lead', async () => await follower.isLeader(), {
      timeoutMs: TAKE_OVER_MS,
    });
    t.diagnostic(`the other led after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    await untilSettled(cluster, operated.replicas);
    await changedOnce(workloads);
  });

  test('SIGSTOP of the leader: the other takes over; when it goes on, it leads no more, and nothing that it still sends has an effect', async (t) => {
    const leader = await operated.leader();
    const follower = other(leader);
    operated.route([follower]);
    const workloads = names('paused', 40);
    const { creating } = await inTheMidst(workloads);
    leader.program.signal('SIGSTOP');
    const pausedAt = Date.now();
    await creating;
    t.diagnostic(`the other led after ${await takeOver(leader)} s`);
    const moved = workloads.slice(0, 10);
    await cluster.apply(...moved.map((name) => idle(`${name}-new`)));
    for (const name of moved) await cluster.patch(bindingRef(name), retarget(`${name}-new`));
    for (const name of workloads.slice(10, 20)) await cluster.remove(bindingRef(name));
    await untilSettled(cluster, [follower]);
    await sleep(Math.max(0, pausedAt + 30_000 - Date.now()));
    leader.program.signal('SIGCONT');
    await waitFor('it to see that it leads no more', async () => !(await leader.isLeader()));
    await waitFor('it to be ready', async () => await leader.isReady());
    operated.route();
    await untilSettled(cluster, operated.replicas);
    assert.equal(await follower.isLeader(), true);
    await changedOnce(workloads.slice(20));
    const credential = await credentialOf(leader.kubeconfig);
    const late = (await audit.writes()).filter(
      (write) => write.credential === credential && write.at > pausedAt + 1_000,
    );
    // A request that was on its way in the process itself leaves when that goes on. It names the version that it is about.
    const asLeader = late.filter(({ resource }) => !WRITTEN_BY_FOLLOWERS.has(resource));
    t.diagnostic(
      `sent when it went on: ${asLeader.map(({ verb, status }) => `${verb} ${status}`).join() || 'nothing'}`,
    );
    assert.deepEqual(
      asLeader.filter(({ status }) => status < 300),
      [],
    );
  });

  test('the API server away for a while: both stay ready, and what changed right before and after is taken up', async () => {
    const workloads = names('away', 30);
    await cluster.apply(...workloads.map((name) => idle(name)), ...workloads.map((name) => aBindingOf(name)));
    await untilSettled(cluster, operated.replicas);
    const spare = names('spare', 20);
    await cluster.apply(...spare.map((name) => idle(name)));
    await Promise.all([
      ...workloads
        .slice(0, 10)
        .map(async (name, i) => await cluster.patch(bindingRef(name), retarget(`spare-${i}`))),
      ...workloads.slice(10, 20).map(async (name) => await cluster.remove(bindingRef(name))),
    ]);
    await cluster.stopApiServer('SIGKILL');
    await sleep(20_000);
    for (const replica of operated.replicas) assert.equal(await replica.isReady(), true);
    await cluster.startApiServer();
    await waitFor('the API server to reach the webhook', async () => {
      await cluster.apply(...spare.slice(10).map((name) => aBindingOf(name)));
      return true;
    });
    for (const name of workloads.slice(20)) await cluster.remove(bindingRef(name));
    await untilSettled(cluster, operated.replicas);
    await operated.leader();
  });

  test('what changed has been compacted away when the watches come back: everything is listed anew', async () => {
    const workloads = names('compacted', 20);
    await cluster.apply(...workloads.map((name) => idle(name)), ...workloads.map((name) => aBindingOf(name)));
    await cluster.apply(aBinding('by-label', DEPLOYMENT, { label: 'wanted' }));
    await untilSettled(cluster, operated.replicas);
    for (const replica of operated.replicas) replica.program.signal('SIGSTOP');
    operated.route([]);
    for (const name of workloads.slice(0, 10)) await cluster.remove(bindingRef(name));
    for (const name of workloads.slice(5, 15)) await cluster.remove(deployment(name));
    await cluster.apply(...names('late', 10).map((name) => idle(name, { wanted: 'yes' })));
    await cluster.stopApiServer('SIGKILL');
    await cluster.startApiServer();
    await cluster.compactEtcd();
    await cluster.stopApiServer('SIGKILL');
    await cluster.startApiServer();
    for (const replica of operated.replicas) replica.program.signal('SIGCONT');
    operated.route();
    await untilSettled(cluster, operated.replicas);
    await operated.leader();
  });

  test('etcd restored from a backup, older than what both have seen: what the cluster says now counts', async () => {
    const workloads = names('restored', 20);
    await cluster.apply(...workloads.map((name) => idle(name)), ...workloads.map((name) => aBindingOf(name)));
    await untilSettled(cluster, operated.replicas);
    await cluster.backUpEtcd();
    for (const name of workloads.slice(0, 5)) await cluster.remove(bindingRef(name));
    for (const name of workloads.slice(5, 10)) await cluster.patch(bindingRef(name), retarget(`${name}-new`));
    const young = names('young', 10);
    await cluster.apply(
      ...workloads.slice(5, 10).map((name) => idle(`${name}-new`)),
      ...young.map((name) => idle(name)),
      ...young.map((name) => aBindingOf(name)),
    );
    await untilSettled(cluster, operated.replicas);
    // For so long Cleat holds what it has written itself to be newer than what the cluster says.
    await sleep(10_000);
    await cluster.restoreEtcd();
    await waitFor('the API server to reach the webhook', async () => {
      await cluster.apply(aBindingOf('after'), idle('after'));
      return true;
    });
    await cluster.remove(bindingRef('restored-10'));
    await cluster.patch(bindingRef('restored-11'), retarget('restored-10'));
    const { bindings } = await untilSettled(cluster, operated.replicas, { timeoutMs: 90_000 });
    const left = bindings.map((each) => textOf(dig(each, 'metadata', 'name')));
    assert.deepEqual(
      left.filter((name) => young.includes(name)),
      [],
    );
    assert.ok(left.includes('restored-0') && left.includes('after'), left.join());
    await operated.leader();
  });
});

/** The Lease, which each tries for, and what leaves no trace or only tells of something. */
const WRITTEN_BY_FOLLOWERS: ReadonlySet<string> = new Set(['leases', 'selfsubjectaccessreviews', 'events']);
