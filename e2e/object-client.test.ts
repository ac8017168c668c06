import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { ObjectClient, type ObjectPlace } from '../server/controller/object-client.ts';
import { hasStatus } from '../server/kube/errors.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { type ControlPlane, startControlPlane } from './cluster/control-plane.ts';

const PLACE: ObjectPlace = {
  resource: { group: '', version: 'v1', plural: 'configmaps' },
  namespace: 'default',
  name: 'held',
};
const HELD = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'held', namespace: 'default', finalizers: ['example.com/hold'] },
};
const ACCOUNT = { namespace: 'default', name: 'lister' };
const RELEASE = [{ op: 'remove', path: '/metadata/finalizers' }] as const;

suite('a patch of what was read before', () => {
  let cluster: ControlPlane;
  let transport: Transport;
  let client: ObjectClient;
  before(async () => {
    cluster = await startControlPlane();
    transport = openTransport({ kubeconfig: cluster.kubeconfig });
    client = new ObjectClient({ transport, mayWrite: () => true });
  });
  after(async () => {
    await transport?.close();
    await cluster?.stop();
  });

  const versionOf = (object: JsonObject): string => textOf(dig(object, 'metadata', 'resourceVersion'));
  /** Puts it there anew, and returns its version. */
  async function put(object: JsonObject = HELD): Promise<string> {
    await cluster.apply(object);
    return versionOf(await client.get(PLACE));
  }

  test('is a conflict if the object has changed, also where the patch no longer fits it', async () => {
    const version = await put();
    await client.patch(PLACE, RELEASE, version);
    await assert.rejects(client.patch(PLACE, RELEASE, version), (error) => hasStatus(error, 409));
    const fitting = [{ op: 'add', path: '/data', value: { a: 'b' } }] as const;
    await assert.rejects(client.patch(PLACE, fitting, version), (error) => hasStatus(error, 409));
  });

  test('is a conflict also where Cleat may list such objects, and get none of them', async () => {
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'lists' },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'patch'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'lists' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lists' },
        subjects: [{ kind: 'ServiceAccount', ...ACCOUNT }],
      },
    );
    const narrow = openTransport({ kubeconfig: await cluster.kubeconfigFor(ACCOUNT) });
    try {
      const lister = new ObjectClient({ transport: narrow, mayWrite: () => true });
      const version = await put();
      await waitFor('the role to count', async () => await lister.patch(PLACE, RELEASE, version));
      await assert.rejects(lister.patch(PLACE, RELEASE, version), (error) => hasStatus(error, 409));
      await cluster.remove(refOf(HELD));
      await assert.rejects(lister.patch(PLACE, RELEASE, version), (error) => hasStatus(error, 404));
    } finally {
      await narrow.close();
    }
  });

  test('says that the object is gone', async () => {
    const version = await put();
    await client.patch(PLACE, RELEASE, version);
    await cluster.remove(refOf(HELD));
    await assert.rejects(client.patch(PLACE, RELEASE, version), (error) => hasStatus(error, 404));
  });

  test('is invalid if it does not fit, or may not be stored, though nothing has changed', async () => {
    const version = await put();
    const misfit = [{ op: 'remove', path: '/data/nothing' }] as const;
    await assert.rejects(client.patch(PLACE, misfit, version), (error) => hasStatus(error, 422));
    const wrong = [{ op: 'add', path: '/data', value: { 'a b': 'c' } }] as const;
    await assert.rejects(
      client.patch(PLACE, wrong, version),
      (error) => hasStatus(error, 422) && error.message.includes('a b'),
    );
  });
});
