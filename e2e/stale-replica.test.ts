import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { type Audit, openAudit } from './audit.ts';
import { untilSettled } from './chaos/expected.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { freePort } from './cluster/processes.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, untilGone, untilReady } from './conditions.ts';
import { type FreezingProxy, startFreezingProxy } from './freezing-proxy.ts';
import { aBinding, DEPLOYMENT, projectedSecrets } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';
import { admissionsOf, type Replica } from './replica.ts';
import { deployment, idle } from './world.ts';

/** To a Secret of the same name, so that it can be told which bindings a Deployment has. */
const aBindingNamed = (name: string, to: string): JsonObject =>
  aBinding(name, DEPLOYMENT, { name: to }, { service: { apiVersion: 'v1', kind: 'Secret', name }, env: [] });

suite('a replica whose watches are frozen', { timeout: 240_000 }, () => {
  let audit: Audit;
  let operated: Operated;
  let cluster: ControlPlane;
  let proxy: FreezingProxy;
  let leader: Replica;
  let stale: Replica;

  before(async () => {
    audit = await openAudit();
    operated = await openOperated({ replicas: 1, apiServerArgs: audit.apiServerArgs });
    ({ cluster } = operated);
    leader = await operated.leader();
    proxy = await startFreezingProxy(await freePort(), Number(new URL(cluster.url).port));
    stale = await operated.addReplica(proxy);
    await cluster.apply(...['a', 'b', 'c', 'd'].map((name) => idle(name)));
    await cluster.apply(aBindingNamed('deleted', 'a'), aBindingNamed('retargeted', 'b'));
    await untilSettled(cluster, operated.replicas);
    proxy.freeze();
  });
  after(async () => {
    await operated?.close();
    await proxy?.close();
    await audit?.close();
  });

  const secretsOf = async (name: string): Promise<readonly string[]> => {
    const object = await cluster.get(deployment(name));
    assert.ok(object, `${name} is gone`);
    return projectedSecrets(object, DEPLOYMENT.podSpec);
  };
  const untilSecrets = async (name: string, ...want: readonly string[]): Promise<void> => {
    await waitFor(
      `${name} to have ${want.join() || 'nothing'}`,
      async () => {
        assert.deepEqual(await secretsOf(name), want);
        return true;
      },
      { timeoutMs: 20_000 },
    );
  };

  /** A user's update, which the frozen replica is asked about; what came of it. */
  async function update(name: string, label: string): Promise<readonly string[]> {
    operated.route([stale]);
    const before = await admissionsOf(stale, 'mutate');
    const object = await cluster.patch(deployment(name), { metadata: { labels: { touched: label } } });
    assert.equal(await admissionsOf(stale, 'mutate'), before + 1, 'the frozen replica was asked');
    return projectedSecrets(object, DEPLOYMENT.podSpec);
  }

  test('does not undo what the controller does meanwhile: its patches pass it by', async () => {
    operated.route([leader]);
    await cluster.patch(bindingRef('retargeted'), { spec: { workload: { name: 'c' } } });
    await cluster.apply(aBindingNamed('young', 'd'));
    operated.route([stale]);
    const before = await admissionsOf(stale, 'mutate');
    await cluster.remove(bindingRef('deleted'));
    await untilGone(cluster, bindingRef('deleted'));
    await untilReady(cluster, 'retargeted');
    await untilReady(cluster, 'young');
    await untilSecrets('a');
    await untilSecrets('b');
    await untilSecrets('c', 'retargeted');
    await untilSecrets('d', 'young');
    assert.equal(await admissionsOf(stale, 'mutate'), before);
    const changed = (await audit.writes()).filter(({ changedBy }) => changedBy.length > 0);
    assert.deepEqual(changed, []);
  });

  test('what it gets wrong in an update of a user is put right by the controller: a binding that is gone', async (t) => {
    t.diagnostic(`after the update: ${(await update('a', 'once')).join() || 'nothing'}`);
    await untilSecrets('a');
  });

  test('the same with a binding that targets another workload now: away from the old one, back on the new one', async (t) => {
    t.diagnostic(`the old one after the update: ${(await update('b', 'once')).join() || 'nothing'}`);
    await untilSecrets('b');
    t.diagnostic(`the new one after the update: ${(await update('c', 'once')).join() || 'nothing'}`);
    await untilSecrets('c', 'retargeted');
  });

  test('it leaves alone what a binding has projected that it has never heard of', async () => {
    assert.deepEqual(await update('d', 'once'), ['young']);
  });

  test('once it sees again, it knows what the other knows', async () => {
    proxy.thaw();
    await waitFor(
      'it to know that the binding targets another Deployment',
      async () => {
        operated.route([stale]);
        const asked = await cluster.patch(
          deployment('b'),
          { metadata: { labels: { touched: String(performance.now()) } } },
          { query: { dryRun: 'All' } },
        );
        assert.deepEqual(projectedSecrets(asked, DEPLOYMENT.podSpec), []);
        return true;
      },
      { timeoutMs: 60_000 },
    );
    operated.route();
    const { bindings } = await untilSettled(cluster, operated.replicas);
    assert.equal(bindings.length, 2);
    // And it can lead.
    await operated.removeReplica(leader);
    await waitFor('it to lead', async () => await stale.isLeader(), { timeoutMs: 30_000 });
    await untilSettled(cluster, operated.replicas);
    const changed = (await audit.writes()).filter(({ changedBy }) => changedBy.length > 0);
    assert.deepEqual(changed, []);
    assert.equal(dig(await cluster.get(deployment('d')), 'metadata', 'generation'), 2);
  });
});
