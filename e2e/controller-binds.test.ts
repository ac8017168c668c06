import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, DEPLOYMENT, mountPaths, variables } from './objects.ts';
import {
  aService,
  aWorker,
  DATABASE,
  deployment,
  finalizersOf,
  from,
  idle,
  useWorld,
  WORKER,
} from './world.ts';

const FINALIZER = 'servicebinding.io/finalizer';
const POD = BUILT_IN.find(({ kind }) => kind === 'Pod') ?? DEPLOYMENT;
const JOB = BUILT_IN.find(({ kind }) => kind === 'Job') ?? DEPLOYMENT;

describe(
  'the controller binds, on a real API server, as its own ServiceAccount',
  { timeout: 600_000 },
  () => {
    const { cluster, get, secretsOf, untilSecrets } = useWorld();

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

      for (const kind of BUILT_IN.filter((each) => each !== POD && each !== JOB)) {
        it(`a ${kind.kind} with overrides, in the form that the API server gives them (SB-44, SB-45)`, async () => {
          const name = `overridden-${kind.kind.toLowerCase()}`;
          const spec = { type: 'mysql', provider: 'acme', env: [{ name: 'TYPE', key: 'type' }] };
          await cluster().create(kind.make(name));
          await cluster().apply(aBinding(name, kind, { name }, spec));
          await untilReady(cluster(), name);
          const workload = await get(refOf(kind.make(name)));
          assert.deepEqual(variables(workload, kind.podSpec), ['SERVICE_BINDING_ROOT', 'TYPE']);
          // An admission that finds it right leaves it alone.
          const ref = refOf(workload);
          const relabelled = await cluster().patch(ref, { metadata: { labels: { seen: 'yes' } } });
          assert.deepEqual(dig(relabelled, 'spec'), dig(workload, 'spec'));
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
  },
);
