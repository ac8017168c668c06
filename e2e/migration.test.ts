import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { startBalancer, type Balancer } from './balancer.ts';
import { provideProgram } from './cluster/assets.ts';
import { startControllerManager } from './cluster/controller-manager.ts';
import { startControlPlane, type ControlPlane } from './cluster/control-plane.ts';
import { readManifests } from './cluster/manifest.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { freePort } from './cluster/processes.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf, untilGone, untilReady as untilBound, untilSaid } from './conditions.ts';
import { QUICK, SELF_SIGNED } from './installation/installed.ts';
import { boundDeployment } from './migration/bound-deployment.ts';
import { type Guide, openGuide } from './migration/guide.ts';
import {
  customKind,
  essence,
  FINALIZER,
  isTargetThere,
  leaveBinding,
  leaveCase,
  type Recorded,
  recordedCases,
  whole,
} from './migration/recorded-cases.ts';
import { runtimeRelease } from './migration/runtime-release.ts';
import { aBinding, DEPLOYMENT, projectedSecrets, variables } from './objects.ts';
import { type Replica, startReplica, untilReady } from './replica.ts';
import { aService, DATABASE, deployment, finalizersOf, from, idle } from './world.ts';
import { led } from './operated.ts';

const GUIDE = 'docs/migrating-from-runtime.md';
const RELEASE = 'servicebinding-runtime.yaml';
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };
const CASES = recordedCases(4);
/** Each binding with its case, and whether what it targets is there. */
const BINDINGS = CASES.flatMap((recorded) =>
  recorded.bindings.map((binding, index) => ({
    name: textOf(dig(binding, 'metadata', 'name')),
    namespace: recorded.case,
    isTargetThere: isTargetThere(recorded, index),
  })),
);

suite('moving from servicebinding/runtime, by the guide', { timeout: 300_000 }, () => {
  let cluster: ControlPlane;
  let balancer: Balancer;
  let replica: Replica;
  let guide: Guide;
  let rollouts: readonly string[];
  /** The workloads as runtime left them. */
  const left: JsonObject[] = [];

  const get = async (ref: ObjectRef): Promise<JsonObject> => {
    const object = await cluster.get(ref);
    assert.ok(object, `${ref.kind} ${ref.name} is gone`);
    return object;
  };

  async function replicaSets(): Promise<readonly string[]> {
    const found = await cluster.list(REPLICA_SET);
    const names = found.map(
      (each) => `${textOf(dig(each, 'metadata', 'namespace'))}/${textOf(dig(each, 'metadata', 'name'))}`,
    );
    return names.filter((name) => !/^(?:cleat|servicebinding)-system\//.test(name)).sort();
  }

  /** That nothing of a workload changed which could make a Pod, nor anything else that Cleat could have written. */
  async function assertUntouched(before: JsonObject): Promise<void> {
    const now = await get(refOf(before));
    for (const path of [['spec'], ['metadata', 'generation'], ['metadata', 'annotations']]) {
      const [was, is] = [dig(before, ...path), dig(now, ...path)];
      assert.deepEqual(is, was, `${path.join('.')} of ${JSON.stringify(refOf(before))}`);
    }
  }

  async function startCleat(): Promise<void> {
    replica = await startReplica(cluster, {
      kubeconfig: await cluster.kubeconfigFor({ namespace: 'cleat-system', name: 'cleat' }),
      namespace: 'cleat-system',
      certSecret: 'cleat-certificates',
    });
    await untilReady(replica);
    balancer.set([replica.port]);
  }

  before(async () => {
    cluster = await startControlPlane(QUICK);
    guide = await openGuide(GUIDE, cluster);
    await startControllerManager(cluster, await provideProgram('kube-controller-manager'));
    balancer = await startBalancer(await freePort());
    const installation = (await readManifests(SELF_SIGNED)).map((object) => led(object, balancer.port));
    await guide.provide(SELF_SIGNED, installation);
    const release = await runtimeRelease('v1beta1');
    const isWebhook = ({ kind }: JsonObject): boolean => textOf(kind).endsWith('WebhookConfiguration');
    await cluster.applyAs('kubectl-client-side-apply', ...release.filter((object) => !isWebhook(object)));

    const custom = CASES.filter(({ resource }) => resource.group.includes('example.dev'));
    const kinds = new Map(custom.map((recorded) => [recorded.resource.group, customKind(recorded)]));
    const samples = (await readManifests('manifests/samples/1-kinds.yaml')).filter(
      ({ kind }) => kind !== 'ClusterWorkloadResourceMapping',
    );
    await cluster.createNamespace('shop');
    await cluster.apply(...samples, ...[...kinds.values()].flat());
    const mappings = new Map(
      CASES.flatMap(({ mapping }) => (mapping === null ? [] : [[JSON.stringify(mapping), mapping]])),
    );
    await cluster.apply(
      ...[...mappings.values()].map((each) => ({ ...each, apiVersion: 'servicebinding.io/v1beta1' })),
    );

    for (const recorded of CASES) left.push(await leaveCase(cluster, recorded));
    await cluster.apply(aService('orders', 'orders-secret'));
    const orders = await leaveBinding(cluster, {
      ...aBinding('orders', DEPLOYMENT, { name: 'orders' }, from(DATABASE, 'orders')),
      status: { binding: { name: 'orders-secret' } },
    });
    const former = await leaveBinding(cluster, aBinding('former', DEPLOYMENT, { name: 'former' }));
    await cluster.apply(
      boundDeployment('orders', orders, 'orders-secret'),
      boundDeployment('former', former, 'db'),
    );
    left.push(await get(deployment('orders')));
    await cluster.applyAs('kubectl-client-side-apply', ...release.filter(isWebhook));
    await waitFor('the Deployments to have their ReplicaSets', async () => {
      const deployments = await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
      return deployments.every(
        (each) => dig(each, 'status', 'observedGeneration') === dig(each, 'metadata', 'generation'),
      );
    });
    rollouts = await replicaSets();
    for (const [index, each] of left.entries()) left[index] = await get(refOf(each));
  });
  after(async () => {
    await balancer?.close();
    await cluster?.stop();
  });

  test('runtime’s webhooks, without it, let no workload be written: stopping it is one step', async () => {
    await guide.follow('1. Write down what is there');
    await waitFor('the API server to call them', async () => {
      await assert.rejects(
        cluster.create(idle('probe'), { dryRun: 'All' }),
        /interceptor\.servicebinding\.io/,
      );
      return true;
    });
    await guide.follow('2. Stop runtime');
    await waitFor(
      'workloads to be written again',
      async () => await cluster.create(idle('probe'), { dryRun: 'All' }),
    );
  });

  test('the kinds and every binding are there while nobody runs, and one of them is deleted', async () => {
    const bindings = await cluster.list({ apiVersion: 'servicebinding.io/v1beta1', kind: 'ServiceBinding' });
    assert.equal(bindings.length, BINDINGS.length + 2);
    const former = { ...bindingRef('former'), apiVersion: 'servicebinding.io/v1beta1' };
    await cluster.remove(former);
    assert.notEqual(dig(await get(former), 'metadata', 'deletionTimestamp'), undefined);
  });

  test('Cleat makes every binding Ready, or says False where runtime said Unknown', async () => {
    await guide.follow('3. Install Cleat');
    await startCleat();
    await untilBound(cluster, 'orders');
    for (const { name, namespace, isTargetThere: isThere } of BINDINGS) {
      const want = isThere
        ? { status: 'True', reason: 'ServiceBound', message: 'projected into' }
        : { status: 'False', reason: 'WorkloadNotFound', message: 'does not exist: create it' };
      const ready = await untilSaid(cluster, name, want, { namespace });
      assert.deepEqual(finalizersOf(ready), [FINALIZER]);
      assert.equal(conditionOf(ready, 'ServiceAvailable')?.status, 'True');
    }
  });

  test('the binding that was deleted meanwhile is finished, and what was the user’s own stays', async () => {
    await untilGone(cluster, bindingRef('former'));
    const former = await get(deployment('former'));
    assert.deepEqual(projectedSecrets(former, DEPLOYMENT.podSpec), []);
    assert.deepEqual(variables(former, DEPLOYMENT.podSpec), ['OWN_PASSWORD', 'SERVICE_BINDING_ROOT']);
    assert.doesNotMatch(
      JSON.stringify([dig(former, 'metadata', 'annotations'), former['spec']]),
      /projector/,
    );
  });

  test('no Pod template, no generation and no annotation of any other workload has changed, and nothing was rolled out', async () => {
    for (const workload of left) await assertUntouched(workload);
    const added = (await replicaSets()).filter(
      (name) => !rollouts.includes(name) && !name.startsWith('shop/former-'),
    );
    assert.deepEqual(added, []);
    const differences = await guide.follow('4. Compare');
    const changed = [...differences.matchAll(/^[<>] (.*?) +\d+$/gm)].map(([, line = '']) => line.split(/ +/));
    const others = changed.filter(([, namespace = '']) => !namespace.endsWith('-system'));
    assert.deepEqual(others, [
      ['Deployment', 'shop', 'former'],
      ['Deployment', 'shop', 'former'],
    ]);
  });

  test('nor does it when they pass Cleat’s admission', async () => {
    for (const workload of left) {
      const patched = await cluster.patch(refOf(workload), { metadata: { labels: { touched: 'yes' } } });
      assert.deepEqual(patched['spec'], workload['spec']);
      assert.deepEqual(dig(patched, 'metadata', 'annotations'), dig(workload, 'metadata', 'annotations'));
    }
    assert.match(await replica.metrics(), /cleat_admission_requests_total\{[^}]*outcome="allowed"\} \d/);
  });

  test('what is left of runtime is removed by name; kinds, bindings and roles of users stay', async () => {
    await guide.follow('5. Remove what is left of runtime');
    assert.equal(
      await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'servicebinding-system' }),
      undefined,
    );
    const roles = await cluster.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
    const names = roles
      .map((role) => textOf(dig(role, 'metadata', 'name')))
      .filter((name) => name.startsWith('servicebinding-'));
    assert.deepEqual(names.sort(), ['servicebinding-databases', 'servicebinding-workers']);
    await untilBound(cluster, 'orders');
  });

  test('runtime’s own mapping of CronJobs may go: the Pod templates stay', async () => {
    const ref = {
      apiVersion: 'servicebinding.io/v1',
      kind: 'ClusterWorkloadResourceMapping',
      name: 'cronjobs.batch',
    };
    const known = /^cleat_cached_objects\{kind="ClusterWorkloadResourceMapping"\} (\d+)$/m;
    const count = async (): Promise<number> => Number(known.exec(await replica.metrics())?.[1]);
    const before = await count();
    await cluster.remove(ref);
    await waitFor('Cleat to know', async () => (await count()) === before - 1);
    for (const workload of left.filter(({ kind }) => kind === 'CronJob')) {
      await cluster.patch(refOf(workload), { metadata: { labels: { touched: 'again' } } });
      await assertUntouched(workload);
    }
  });

  const original = async ({ workload, case: namespace }: Recorded): Promise<JsonObject> => {
    const metadata = { ...(workload['metadata'] as JsonObject), namespace, name: 'as-it-was' };
    return await cluster.create({ ...whole(workload), metadata }, { dryRun: 'All' });
  };

  test('deleting the bindings takes away all that runtime projected, and releases its finalizer', async () => {
    for (const { name, namespace } of BINDINGS) await cluster.remove(bindingRef(name, namespace));
    for (const { name, namespace } of BINDINGS) await untilGone(cluster, bindingRef(name, namespace));
    for (const [index, recorded] of CASES.entries()) {
      const now = await get(refOf(left[index] as JsonObject));
      assert.doesNotMatch(
        JSON.stringify([dig(now, 'metadata', 'annotations'), now['spec']]),
        /projector|servicebinding-/,
      );
      const want = await original(recorded);
      assert.deepEqual(essence(now['spec'] ?? null), essence(want['spec'] ?? null), recorded.case);
    }
  });

  test('the way back: kinds, bindings and projections stay, and runtime’s release can be applied again', async () => {
    await replica.program.end('SIGTERM');
    await guide.provide(RELEASE, await runtimeRelease('v1'));
    await guide.follow('Going back');
    const orders = await get(bindingRef('orders'));
    assert.deepEqual(finalizersOf(orders), [FINALIZER]);
    assert.deepEqual(projectedSecrets(await get(deployment('orders')), DEPLOYMENT.podSpec), [
      'orders-secret',
    ]);
    assert.deepEqual((await get(deployment('orders')))['spec'], left.at(-1)?.['spec']);
  });

  test('every command of the guide was run', () => {
    assert.deepEqual([...guide.followed], guide.sections);
  });
});
