import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, DEPLOYMENT, projectedSecrets } from './objects.ts';
import { aRole, aTaskMapping, ALL_VERBS, aWorker, deployment, idle, inNamespace, useWorld } from './world.ts';

const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

describe(
  'the controller lets go, on a real API server, as its own ServiceAccount',
  { timeout: 600_000 },
  () => {
    const { cluster, get, untilSecrets } = useWorld();

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
        const names = {
          kind: 'Fleeting',
          listKind: 'FleetingList',
          plural: 'fleetings',
          singular: 'fleeting',
        };
        const spec = { ...(definition['spec'] as JsonObject), names };
        const fleeting: JsonObject = {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'fleetings.example.com' },
          spec,
        };
        const role = aRole('fleetings', 'example.com', 'fleetings', ALL_VERBS);
        const mapping = aTaskMapping('fleetings');
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
        await cluster().apply(
          inNamespace('ending', idle('a')),
          inNamespace('ending', aBinding('a', DEPLOYMENT, { name: 'a' })),
        );
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
        await cluster().create({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata,
          spec: { ...(copy['spec'] as JsonObject) },
        });
        await untilSecrets('restored');
      });

      it('of nothing that a controller copied: an old ReplicaSet stays what a rollback expects', async () => {
        // Somebody binds ReplicaSets, so that Cleat looks at them.
        await cluster().apply(aBinding('sets', REPLICA_SET, { label: 'nobody' }));
        await cluster().apply(idle('rolled'), aBinding('rolled', DEPLOYMENT, { name: 'rolled' }));
        await untilReady(cluster(), 'rolled');
        const copies = async (): Promise<readonly JsonObject[]> =>
          (await cluster().list({ ...REPLICA_SET, namespace: 'shop' })).filter(
            (set) =>
              JSON.stringify(dig(set, 'metadata', 'ownerReferences')).includes('"rolled"') &&
              projectedSecrets(set, DEPLOYMENT.podSpec).length > 0,
          );
        await waitFor('the controller manager to make one', async () => (await copies()).length === 1);
        await cluster().remove(bindingRef('rolled'));
        await untilGone(cluster(), bindingRef('rolled'));
        await untilSecrets('rolled');
        await sleep(4_000); // longer than suspected orphans are given
        assert.equal((await copies()).length, 1);
      });
    });
  },
);
