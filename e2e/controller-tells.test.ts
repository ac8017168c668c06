import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, DEPLOYMENT } from './objects.ts';
import { idle, useWorld } from './world.ts';

const POD = BUILT_IN.find(({ kind }) => kind === 'Pod') ?? DEPLOYMENT;
const JOB = BUILT_IN.find(({ kind }) => kind === 'Job') ?? DEPLOYMENT;

describe(
  'the controller tells, on a real API server, as its own ServiceAccount',
  { timeout: 600_000 },
  () => {
    const { cluster, secretsOf } = useWorld();

    describe('tells what it cannot do', () => {
      it('each failing workload by name, and binds the others (SB-33)', async () => {
        const odd = idle('odd', { mixed: 'yes' });
        const env = [
          { name: 'SERVICE_BINDING_ROOT', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ];
        await cluster().apply(odd, idle('even', { mixed: 'yes' }));
        await cluster().patch(refOf(odd), [
          { op: 'add', path: '/spec/template/spec/containers/0/env', value: env },
        ]);
        await cluster().apply(aBinding('mixed', DEPLOYMENT, { label: 'mixed' }));
        const binding = await untilSaid(cluster(), 'mixed', { status: 'False', reason: 'Unprojectable' });
        assert.match(
          conditionOf(binding)?.message ?? '',
          /1 of 2 workloads projected; Deployment shop\/odd: /,
        );
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
  },
);
