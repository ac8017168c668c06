import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, isObject, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, DEPLOYMENT, mountPaths, projectedSecrets, variables } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';

const FINALIZER = 'servicebinding.io/finalizer';
const WORKER = { apiVersion: 'example.com/v1', kind: 'Worker' };
const DATABASE = { apiVersion: 'example.com/v1', kind: 'Database' };
const POD = BUILT_IN.find(({ kind }) => kind === 'Pod') ?? DEPLOYMENT;
const JOB = BUILT_IN.find(({ kind }) => kind === 'Job') ?? DEPLOYMENT;

/** Without Pods: nobody runs them, and the controller manager need not make them. */
const idle = (name: string, labels: JsonObject = {}): JsonObject => {
  const object = DEPLOYMENT.make(name, labels);
  return { ...object, spec: { ...(object['spec'] as JsonObject), replicas: 0 } };
};

const aService = (name: string, secret?: string): JsonObject => ({
  ...DATABASE,
  metadata: { name, namespace: 'shop' },
  ...(secret === undefined ? {} : { status: { binding: { name: secret } } }),
});

const aWorker = (name: string): JsonObject => ({
  ...WORKER,
  metadata: { name, namespace: 'shop' },
  spec: { tasks: [{ name: 'send', image: 'x' }] },
});

const from = (kind: typeof DATABASE, name: string): JsonObject => ({ service: { ...kind, name } });

describe('the controller on a real API server, as its own ServiceAccount', { timeout: 600_000 }, () => {
  let operated: Operated;
  const cluster = (): ControlPlane => operated.cluster;

  before(async () => {
    operated = await openOperated();
  });
  after(async () => operated.close());

  const deployment = (name: string): ObjectRef => refOf(idle(name));
  async function get(ref: ObjectRef): Promise<JsonObject> {
    const object = await cluster().get(ref);
    assert.ok(object, `${ref.kind} ${ref.name} is gone`);
    return object;
  }
  const secretsOf = async (name: string): Promise<readonly string[]> =>
    projectedSecrets(await get(deployment(name)), DEPLOYMENT.podSpec);
  async function untilSecrets(name: string, ...want: readonly string[]): Promise<void> {
    await waitFor(`${name} to have ${want.join(', ') || 'nothing'}`, async () => {
      assert.deepEqual(await secretsOf(name), want);
      return true;
    });
  }
  const finalizersOf = (object: JsonObject): Json => dig(object, 'metadata', 'finalizers') ?? [];

  describe('binds', () => {
    for (const kind of BUILT_IN.filter((each) => each !== POD && each !== JOB)) {
      it(`a ${kind.kind} that exists already (SB-37, SB-50, SB-54, RBAC-3, RBAC-6, RBAC-7)`, async () => {
        const name = `existing-${kind.kind.toLowerCase()}`;
        await cluster().create(kind.make(name));
        await cluster().apply(aBinding(name, kind, { name }));
        const binding = await untilReady(cluster(), name);
        assert.deepEqual(conditionOf(binding, 'ServiceAvailable')?.status, 'True');
        assert.deepEqual(conditionOf(binding, 'WorkloadProjected')?.status, 'True');
        assert.deepEqual(finalizersOf(binding), [FINALIZER]);
        const workload = await get(refOf(kind.make(name)));
        assert.deepEqual(mountPaths(workload, kind.podSpec), [`/bindings/${name}`]);
        assert.deepEqual(variables(workload, kind.podSpec), ['SERVICE_BINDING_ROOT', 'DB_USER']);
      });
    }

    it('and says so: name of the Secret, generation, conditions (SB-28, SB-29, SB-34, SB-35)', async () => {
      await cluster().apply(idle('told'), aBinding('told', DEPLOYMENT, { name: 'told' }));
      const first = await untilReady(cluster(), 'told');
      assert.equal(dig(first, 'status', 'binding', 'name'), 'db');
      assert.equal(dig(first, 'status', 'observedGeneration'), 1);
      assert.match(conditionOf(first, 'ServiceAvailable')?.message ?? '', /was not checked/);
      await cluster().apply(aBinding('told', DEPLOYMENT, { name: 'told' }, { env: [] }));
      const second = await waitFor('the edit to be observed', async () => {
        const object = await get(bindingRef('told'));
        return dig(object, 'status', 'observedGeneration') === 2 ? object : undefined;
      });
      assert.equal(conditionOf(second)?.status, 'True');
      const at = (object: JsonObject): Json | undefined =>
        (dig(object, 'status', 'conditions') as readonly JsonObject[])[2]?.['lastTransitionTime'];
      assert.equal(at(first), at(second), 'SB-30: the status did not change');
      const workload = await get(deployment('told'));
      assert.deepEqual(variables(workload, DEPLOYMENT.podSpec), ['SERVICE_BINDING_ROOT']);
    });

    it('what comes later, and unbinds what does not match any more (SB-32)', async () => {
      await cluster().apply(
        idle('first', { fleet: 'yes' }),
        idle('second', { fleet: 'yes' }),
        aBinding('fleet', DEPLOYMENT, { label: 'fleet' }),
      );
      await untilSaid(cluster(), 'fleet', { status: 'True', message: 'projected into 2 workloads' });
      await cluster().apply(idle('third', { fleet: 'yes' }));
      await untilSaid(cluster(), 'fleet', { message: 'projected into 3 workloads' });
      await cluster().patch(deployment('first'), { metadata: { labels: { fleet: null } } });
      await untilSecrets('first');
      await untilSaid(cluster(), 'fleet', { message: 'projected into 2 workloads' });
      assert.deepEqual(await secretsOf('third'), ['db']);
    });

    it('another workload when the binding names another (SB-7), and leaves the first', async () => {
      await cluster().apply(
        idle('before'),
        idle('after'),
        aBinding('moving', DEPLOYMENT, { name: 'before' }),
      );
      await untilReady(cluster(), 'moving');
      await cluster().patch(bindingRef('moving'), { spec: { workload: { name: 'after' } } });
      await untilSecrets('after', 'db');
      await untilSecrets('before');
      await untilReady(cluster(), 'moving');
    });

    it('a workload that comes after its binding (SB-48, SB-51)', async () => {
      await cluster().apply(aBinding('early', DEPLOYMENT, { name: 'late' }));
      const binding = await untilSaid(cluster(), 'early', {
        status: 'False',
        reason: 'WorkloadNotFound',
        message: 'Deployment shop/late does not exist',
      });
      assert.equal(conditionOf(binding, 'ServiceAvailable')?.status, 'True');
      await cluster().apply(idle('late'));
      await untilReady(cluster(), 'early');
    });

    it('a custom kind, and again with the new mapping when that is edited (WRM-24, WRM-26, WRM-27)', async () => {
      await cluster().apply(aWorker('mailer'), aBinding('mailer', WORKER, { name: 'mailer' }));
      await untilReady(cluster(), 'mailer');
      const mapping = {
        apiVersion: 'servicebinding.io/v1',
        kind: 'ClusterWorkloadResourceMapping',
        name: 'workers.example.com',
      };
      const original = await get(mapping);
      const annotations = '.metadata.annotations';
      await cluster().patch(mapping, [
        { op: 'replace', path: '/spec/versions/0/annotations', value: annotations },
      ]);
      const moved = await waitFor('the projection to move', async () => {
        const worker = await get(refOf(aWorker('mailer')));
        return dig(worker, 'spec', 'podAnnotations') === undefined ? worker : undefined;
      });
      const own = dig(moved, 'metadata', 'annotations');
      assert.ok(isObject(own) && Object.keys(own).some((key) => key.includes('/secret-')));
      await cluster().update({
        ...original,
        metadata: { ...((await get(mapping))['metadata'] as JsonObject) },
      });
      await waitFor('it to move back', async () =>
        isObject(dig(await get(refOf(aWorker('mailer'))), 'spec', 'podAnnotations')),
      );
      await untilReady(cluster(), 'mailer');
    });

    it('in the order of age where two want the same, and says who has it (APP-10, APP-11)', async () => {
      const wants = { name: 'same' };
      await cluster().apply(idle('shared'), aBinding('elder', DEPLOYMENT, { name: 'shared' }, wants));
      await untilReady(cluster(), 'elder');
      await sleep(1_100); // creationTimestamps have whole seconds
      await cluster().apply(aBinding('younger', DEPLOYMENT, { name: 'shared' }, { ...wants, env: [] }));
      await untilSaid(cluster(), 'younger', { status: 'False', reason: 'Collision', message: 'elder' });
      await cluster().remove(bindingRef('elder'));
      await untilReady(cluster(), 'younger');
    });
  });

  describe('follows the service', () => {
    it('to the Secret that it names now (PS-1, SB-37)', async () => {
      await cluster().apply(
        aService('moving', 'old-secret'),
        idle('follower'),
        aBinding('follower', DEPLOYMENT, { name: 'follower' }, from(DATABASE, 'moving')),
      );
      await untilReady(cluster(), 'follower');
      assert.deepEqual(await secretsOf('follower'), ['old-secret']);
      await cluster().apply(aService('moving', 'new-secret'));
      await untilSecrets('follower', 'new-secret');
      await waitFor(
        'the status to follow',
        async () => dig(await get(bindingRef('follower')), 'status', 'binding', 'name') === 'new-secret',
      );
    });

    it('when it comes, and keeps what is projected when it goes (SB-51, SB-54, SB-55, SB-56)', async () => {
      await cluster().apply(
        idle('patient'),
        aBinding('patient', DEPLOYMENT, { name: 'patient' }, from(DATABASE, 'coming')),
      );
      const missing = await untilSaid(cluster(), 'patient', { status: 'False', reason: 'ServiceNotFound' });
      assert.equal(conditionOf(missing, 'ServiceAvailable')?.status, 'False');
      assert.match(conditionOf(missing)?.message ?? '', /Database shop\/coming does not exist: create it/);
      await cluster().apply(aService('coming'));
      const blank = await untilSaid(cluster(), 'patient', { reason: 'ServiceMissingBinding' });
      assert.equal(conditionOf(blank, 'ServiceAvailable')?.status, 'Unknown');
      await cluster().apply(aService('coming', 'here'));
      await untilReady(cluster(), 'patient');
      await cluster().remove(refOf(aService('coming')));
      await untilSaid(cluster(), 'patient', { status: 'False', reason: 'ServiceNotFound' });
      assert.deepEqual(await secretsOf('patient'), ['here']);
    });
  });

  describe('tells what it cannot do', () => {
    it('each failing workload by name, and binds the others (SB-33)', async () => {
      const odd = idle('odd', { mixed: 'yes' });
      const env = [{ name: 'SERVICE_BINDING_ROOT', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }];
      await cluster().apply(odd, idle('even', { mixed: 'yes' }));
      await cluster().patch(refOf(odd), [
        { op: 'add', path: '/spec/template/spec/containers/0/env', value: env },
      ]);
      await cluster().apply(aBinding('mixed', DEPLOYMENT, { label: 'mixed' }));
      const binding = await untilSaid(cluster(), 'mixed', { status: 'False', reason: 'Unprojectable' });
      assert.match(conditionOf(binding)?.message ?? '', /1 of 2 workloads projected; Deployment shop\/odd: /);
      assert.deepEqual(await secretsOf('even'), ['db']);
    });

    it('of Pods and Jobs that exist: they have to be created again (SB-46)', async () => {
      await cluster().create(POD.make('old-pod'));
      await cluster().create(JOB.make('old-job'));
      await cluster().apply(
        aBinding('old-pod', POD, { name: 'old-pod' }),
        aBinding('old-job', JOB, { name: 'old-job' }),
      );
      for (const name of ['old-pod', 'old-job']) {
        await untilSaid(cluster(), name, { status: 'False', message: 'create it again to bind it' });
      }
      // Neither holds back the deletion of its binding.
      await cluster().remove(bindingRef('old-pod'));
      await untilGone(cluster(), bindingRef('old-pod'));
      await cluster().remove(refOf(JOB.make('old-job')));
      await untilSaid(cluster(), 'old-job', { reason: 'WorkloadNotFound' });
      await cluster().create(JOB.make('old-job'));
      await untilReady(cluster(), 'old-job');
    });

    it('of what is being deleted', async () => {
      const leaving = idle('leaving');
      const metadata = { ...(leaving['metadata'] as JsonObject), finalizers: ['example.com/hold'] };
      await cluster().create({ ...leaving, metadata });
      await cluster().remove(refOf(leaving));
      await cluster().apply(aBinding('leaving', DEPLOYMENT, { name: 'leaving' }));
      await untilSaid(cluster(), 'leaving', { status: 'False', message: 'it is being deleted' });
      await cluster().patch(refOf(leaving), { metadata: { finalizers: null } });
      await untilSaid(cluster(), 'leaving', { reason: 'WorkloadNotFound' });
    });

    it('of a kind that does not exist, without holding up anybody else (SB-46)', async () => {
      await cluster().apply(
        aBinding('unheard', { apiVersion: 'nobody.example.com/v1', kind: 'Thing' }, { name: 'a' }),
        idle('unaffected'),
        aBinding('unaffected', DEPLOYMENT, { name: 'unaffected' }),
      );
      await untilReady(cluster(), 'unaffected');
      await untilSaid(cluster(), 'unheard', {
        reason: 'WorkloadNotFound',
        message: 'kind Thing of nobody.example.com does not exist',
      });
    });

    it('in Events on the binding (SB-49) and on the workload', async () => {
      await cluster().apply(idle('eventful'), aBinding('eventful', DEPLOYMENT, { name: 'nothing-yet' }));
      const eventOf = async (kind: string, name: string): Promise<string> => {
        const events = await cluster().list({ apiVersion: 'v1', kind: 'Event', namespace: 'shop' });
        const found = events.find(
          (event) =>
            dig(event, 'involvedObject', 'kind') === kind && dig(event, 'involvedObject', 'name') === name,
        );
        return `${textOf(dig(found, 'type'))} ${textOf(dig(found, 'reason'))}`;
      };
      await waitFor(
        'the warning',
        async () => (await eventOf('ServiceBinding', 'eventful')) === 'Warning WorkloadNotFound',
      );
      await cluster().patch(bindingRef('eventful'), { spec: { workload: { name: 'eventful' } } });
      await waitFor(
        'the news',
        async () => (await eventOf('Deployment', 'eventful')) === 'Normal BindingProjected',
      );
    });
  });

  describe('lets go', () => {
    it('takes the projection away everywhere, then releases the binding', async () => {
      await cluster().apply(
        idle('goes-1', { goes: 'yes' }),
        idle('goes-2', { goes: 'yes' }),
        aBinding('goes', DEPLOYMENT, { label: 'goes' }),
      );
      await untilSaid(cluster(), 'goes', { message: '2 workloads' });
      await cluster().remove(bindingRef('goes'));
      await untilGone(cluster(), bindingRef('goes'));
      for (const name of ['goes-1', 'goes-2']) {
        const object = await get(deployment(name));
        assert.deepEqual(projectedSecrets(object, DEPLOYMENT.podSpec), []);
        assert.doesNotMatch(JSON.stringify(dig(object, 'metadata', 'annotations') ?? {}), /projector/);
      }
    });

    it('of a kind that is gone with its CustomResourceDefinition', async () => {
      const definition = await get({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'workers.example.com',
      });
      const names = { kind: 'Fleeting', listKind: 'FleetingList', plural: 'fleetings', singular: 'fleeting' };
      const spec = { ...(definition['spec'] as JsonObject), names };
      const fleeting: JsonObject = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'fleetings.example.com' },
        spec,
      };
      const role: JsonObject = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'fleetings', labels: { 'servicebinding.io/controller': 'true' } },
        rules: [
          {
            apiGroups: ['example.com'],
            resources: ['fleetings'],
            verbs: ['get', 'list', 'watch', 'update', 'patch'],
          },
        ],
      };
      const mapping: JsonObject = {
        apiVersion: 'servicebinding.io/v1',
        kind: 'ClusterWorkloadResourceMapping',
        metadata: { name: 'fleetings.example.com' },
        spec: {
          versions: [
            {
              version: '*',
              annotations: '.spec.podAnnotations',
              containers: [{ path: '.spec.tasks[*]', env: '.environment', volumeMounts: '.mounts' }],
              volumes: '.spec.storage',
            },
          ],
        },
      };
      const kind = { apiVersion: 'example.com/v1', kind: 'Fleeting' };
      await cluster().apply(fleeting, role, mapping);
      await cluster().apply({ ...aWorker('f'), ...kind }, aBinding('fleeting', kind, { name: 'f' }));
      await untilReady(cluster(), 'fleeting');
      await cluster().remove(refOf(fleeting));
      await untilSaid(cluster(), 'fleeting', { reason: 'WorkloadNotFound' }, { timeoutMs: 60_000 });
      await cluster().remove(bindingRef('fleeting'));
      await untilGone(cluster(), bindingRef('fleeting'));
    });

    it('in a namespace that ends', async () => {
      await cluster().createNamespace('ending');
      const inEnding = (object: JsonObject): JsonObject => ({
        ...object,
        metadata: { ...(object['metadata'] as JsonObject), namespace: 'ending' },
      });
      await cluster().apply(inEnding(idle('a')), inEnding(aBinding('a', DEPLOYMENT, { name: 'a' })));
      await untilReady(cluster(), 'a', 'ending');
      await cluster().remove({ apiVersion: 'v1', kind: 'Namespace', name: 'ending' });
      await untilGone(cluster(), { apiVersion: 'v1', kind: 'Namespace', name: 'ending' }, 60_000);
    });

    it('of projections whose binding is gone, and of nothing that only looks so', async () => {
      await cluster().apply(idle('restored'), aBinding('restored', DEPLOYMENT, { name: 'restored' }));
      await untilReady(cluster(), 'restored');
      const copy = await get(deployment('restored'));
      await cluster().remove(bindingRef('restored'));
      await untilGone(cluster(), bindingRef('restored'));
      await cluster().remove(deployment('restored'));
      await untilGone(cluster(), deployment('restored'));
      // As a backup tool brings it back: with the projection of a binding that has got another uid since.
      const { labels, annotations } = copy['metadata'] as JsonObject;
      const metadata: JsonObject = {
        name: 'restored',
        namespace: 'shop',
        labels: labels ?? {},
        annotations: annotations ?? {},
      };
      const controlled: JsonObject = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          ...metadata,
          name: 'copy',
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'none', controller: true },
          ],
        },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'a' } },
          template: dig(copy, 'spec', 'template') ?? {},
        },
      };
      await cluster().create({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: { ...(copy['spec'] as JsonObject) },
      });
      await untilSecrets('restored');
      const replicaSet = await cluster().get(refOf(controlled));
      assert.equal(replicaSet, undefined);
    });
  });
});
