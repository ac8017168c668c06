import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import type { Regarding } from '../server/kube/event-object.ts';
import { EventRecorder, type EventResult } from '../server/kube/events.ts';
import { RecordingLog } from '../server/kube/testing/recording.ts';
import { openTransport } from '../server/kube/transport.ts';
import { startControlPlane, type ControlPlane } from './cluster/control-plane.ts';
import { waitFor } from './cluster/wait-for.ts';

const ACCOUNT = { namespace: 'default', name: 'tells' };

/** What Cleat gets: to create Events, and nothing else with them. */
const ACCESS: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'tells' },
    rules: [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'tells' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'tells' },
    subjects: [{ kind: 'ServiceAccount', ...ACCOUNT }],
  },
];

const aReference = (name: string, namespace = 'default'): Regarding => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace,
  name,
  uid: `uid-of-${name.slice(0, 10)}`,
});

describe('events on a real API server', { timeout: 60_000 }, () => {
  let cluster: ControlPlane;
  let kubeconfig: string;

  before(async () => {
    cluster = await startControlPlane();
    await cluster.apply(...ACCESS);
    kubeconfig = await cluster.kubeconfigFor(ACCOUNT);
  });
  after(async () => cluster.stop());

  async function recording(
    tell: (recorder: EventRecorder) => void,
  ): Promise<{ readonly results: readonly EventResult[]; readonly log: RecordingLog }> {
    const transport = openTransport({ kubeconfig, version: 'e2e' });
    const log = new RecordingLog();
    const results: EventResult[] = [];
    const instance = 'cleat-6f7c9d4b5-x2v9k_0f8fad5b-d9cb-469f-a165-70867728950e';
    const onResult = (result: EventResult): void => void results.push(result);
    const recorder = new EventRecorder({ transport, log, component: 'cleat', instance, onResult });
    tell(recorder);
    await recorder.stop();
    await transport.close();
    return { results, log };
  }

  const events = async (namespace: string): Promise<JsonObject[]> =>
    (await cluster.list({ apiVersion: 'v1', kind: 'Event', namespace })).filter(
      (event) => dig(event, 'source', 'component') === 'cleat',
    );

  it('are written with the right to create them alone, and found by the object', async () => {
    await waitFor('the role to count', async () => {
      const { results } = await recording((recorder) => {
        const regarding = aReference('probe');
        recorder.record({ regarding, type: 'Normal', reason: 'Probe', message: 'probe' });
      });
      return results[0] === 'sent';
    });
    const regarding = aReference('orders');
    const { results } = await recording((recorder) => {
      for (let time = 0; time < 3; time += 1) {
        recorder.record({
          regarding,
          type: 'Warning',
          reason: 'ServiceNotFound',
          message: 'it is not there',
        });
      }
    });
    assert.deepEqual(results.toSorted(), ['sent', 'suppressed', 'suppressed']);
    const path = '/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=reason%3DServiceNotFound';
    const { body } = await cluster.request('GET', path);
    const [event] = dig(body, 'items') as JsonObject[];
    assert.equal(dig(event, 'note'), 'it is not there');
    assert.equal(dig(event, 'type'), 'Warning');
    assert.equal(dig(event, 'reportingController'), 'cleat');
    assert.deepEqual(dig(event, 'regarding'), regarding);
  });

  it('are legal for objects of any name, for long messages, and for objects of the cluster', async () => {
    const names = ['x'.repeat(253), `${'y'.repeat(235)}.z`, 'system:role', 'a.b-c'];
    const { results, log } = await recording((recorder) => {
      for (const name of names) {
        const regarding = aReference(name, name === 'system:role' ? '' : 'default');
        recorder.record({ regarding, type: 'Normal', reason: 'AnyName', message: 'ä'.repeat(5000) });
      }
    });
    assert.deepEqual(log.entries, []);
    assert.deepEqual(
      results,
      names.map(() => 'sent'),
    );
    const found = (await events('default')).filter(({ reason }) => reason === 'AnyName');
    assert.deepEqual(new Set(found.map((event) => dig(event, 'involvedObject', 'name'))), new Set(names));
  });

  it('in a namespace that does not exist, or one that is being deleted, are lost without a word', async () => {
    await cluster.createNamespace('ending');
    await cluster.remove({ apiVersion: 'v1', kind: 'Namespace', name: 'ending' });
    const { results, log } = await recording((recorder) => {
      for (const namespace of ['missing', 'ending']) {
        const regarding = aReference('orders', namespace);
        recorder.record({ regarding, type: 'Normal', reason: 'Lost', message: namespace });
      }
    });
    assert.deepEqual([results, log.entries], [['failed', 'failed'], []]);
  });
});
