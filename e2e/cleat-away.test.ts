import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, DEPLOYMENT, projectedSecrets } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';
import { finalizersOf, idle, inNamespace } from './world.ts';

const made = (kind: string, name: string, labels: JsonObject): JsonObject => {
  const found = BUILT_IN.find((each) => each.kind === kind);
  assert.ok(found);
  return found.make(name, labels);
};

/** Found by a label, and in a namespace of choice. */
const aBindingOfKind = (apiVersion: string, kind: string): JsonObject =>
  aBinding(kind.toLowerCase(), { apiVersion, kind }, { label: 'bound' });
const BOUND = { bound: 'yes' };

suite('while no replica of Cleat runs', { timeout: 240_000 }, () => {
  let operated: Operated;
  let cluster: ControlPlane;

  before(async () => {
    operated = await openOperated({ replicas: 2 });
    ({ cluster } = operated);
    await cluster.createNamespace('required', { 'webhook.cleat.dev/required': 'true' });
    const bindings = [
      aBindingOfKind('apps/v1', 'Deployment'),
      aBindingOfKind('v1', 'Pod'),
      aBindingOfKind('batch/v1', 'Job'),
    ];
    await cluster.apply(...bindings, ...bindings.map((binding) => inNamespace('required', binding)));
    await cluster.apply(idle('held'), aBinding('held', DEPLOYMENT, { name: 'held' }));
    await untilReady(cluster, 'held');
    // With Cleat there, all that is created comes out bound, where it is required too.
    await waitFor('the webhooks to be asked', async () => {
      for (const namespace of ['shop', 'required']) {
        for (const kind of ['Deployment', 'Pod', 'Job']) {
          const object = inNamespace(namespace, made(kind, 'probe', BOUND));
          const text = JSON.stringify(await cluster.create(object, { dryRun: 'All' }));
          assert.match(text, /SERVICE_BINDING_ROOT/, `${kind} in ${namespace}`);
        }
      }
      return true;
    });
    while (operated.replicas[0] !== undefined) await operated.removeReplica(operated.replicas[0]);
  });
  after(async () => await operated?.close());

  test('every workload is created and changed as ever, unbound', async () => {
    for (const kind of ['Deployment', 'Pod', 'Job']) {
      const object = await cluster.create(made(kind, 'unbound', BOUND));
      assert.doesNotMatch(JSON.stringify(object), /SERVICE_BINDING_ROOT/);
    }
    await cluster.patch(refOf(idle('held')), { metadata: { labels: { touched: 'yes' } } });
  });

  test('none is created where its namespace requires Cleat', async () => {
    for (const kind of ['Deployment', 'Pod', 'Job']) {
      const object = inNamespace('required', made(kind, 'refused', BOUND));
      await assert.rejects(cluster.create(object), /failed calling webhook "required\.webhook\.cleat\.dev"/);
    }
  });

  test('a binding can be deleted: it waits for Cleat to take its projections away', async () => {
    await cluster.remove(bindingRef('held'));
    const object = await cluster.get(bindingRef('held'));
    assert.ok(object && dig(object, 'metadata', 'deletionTimestamp') !== undefined);
    assert.deepEqual(finalizersOf(object), ['servicebinding.io/finalizer']);
  });

  test('when it is back, what can be bound is bound, and what was deleted goes away', async () => {
    await operated.addReplica();
    await untilGone(cluster, bindingRef('held'));
    await waitFor('the Deployment to be bound', async () => {
      const bound = await cluster.get(refOf(idle('unbound')));
      assert.deepEqual(projectedSecrets(bound ?? {}, DEPLOYMENT.podSpec), ['db']);
      return true;
    });
    // Their templates cannot be changed any more: the binding says so.
    for (const name of ['pod', 'job'])
      await untilSaid(cluster, name, { status: 'False', reason: 'Unprojectable' });
    const free = await cluster.get(refOf(idle('held')));
    assert.deepEqual(projectedSecrets(free ?? {}, DEPLOYMENT.podSpec), []);
    await waitFor('workloads to be created where Cleat is required', async () => {
      const object = await cluster.create(inNamespace('required', made('Pod', 'admitted', BOUND)), {
        dryRun: 'All',
      });
      return JSON.stringify(object).includes('SERVICE_BINDING_ROOT');
    });
  });
});
