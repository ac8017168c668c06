import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { KubeConfig, CoreV1Api } from '@kubernetes/client-node';
import { dig, type Json, type JsonObject } from '../../lib/api/json.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { refOf } from './objects.ts';
import { ApiError } from './rest.ts';
import { textAt } from './text-at.ts';

const template: JsonObject = {
  metadata: { labels: { app: 'shop' } },
  spec: { containers: [{ name: 'app', image: 'shop:1' }] },
};

function aPod(namespace: string, name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { name, namespace } };
}

function aDeployment(namespace: string, name: string): JsonObject {
  const spec = { selector: { matchLabels: { app: 'shop' } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
}

function aConfigMap(name: string, data: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

function aCrd(kind: string): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.e2e.cleat.dev` },
    spec: {
      group: 'e2e.cleat.dev',
      names: { kind, plural },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}

suite('a control plane', { timeout: 120_000 }, () => {
  let cluster: ControlPlane;

  before(async () => {
    cluster = await startControlPlane();
  });

  after(async () => {
    await cluster?.stop();
  });

  test('takes a Deployment and a Pod in a namespace that has its default ServiceAccount', async () => {
    await cluster.createNamespace('shop', { team: 'red' });
    assert.equal(
      dig(
        await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' }),
        'metadata',
        'labels',
        'team',
      ),
      'red',
    );
    const pod = await cluster.create(aPod('shop', 'cart'));
    assert.equal(dig(pod, 'spec', 'serviceAccountName'), 'default');
    await cluster.create(aDeployment('shop', 'cart'));
    assert.ok(
      await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }),
    );
  });

  test('takes Pods in the namespace default from the start', async () => {
    assert.ok(await cluster.create(aPod('default', 'dry'), { dryRun: 'All' }));
    assert.equal(await cluster.get(refOf(aPod('default', 'dry'))), undefined);
  });

  test('reads, lists, updates, patches and removes objects', async () => {
    const created = await cluster.create(aConfigMap('settings', { colour: 'red' }));
    const updated = await cluster.update({ ...created, data: { colour: 'green' } });
    assert.equal(dig(updated, 'data', 'colour'), 'green');
    await assert.rejects(
      cluster.update({ ...created, data: { colour: 'blue' } }),
      (error: unknown) =>
        error instanceof ApiError && error.status === 409 && /been modified/.test(error.message),
    );
    const ref = refOf(created);
    await cluster.patch(ref, { data: { size: 'L' } });
    await cluster.patch(ref, [{ op: 'remove', path: '/data/colour' }]);
    assert.deepEqual(dig(await cluster.get(ref), 'data'), { size: 'L' });
    const listed = await cluster.list(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' },
      { fieldSelector: 'metadata.name=settings' },
    );
    assert.deepEqual(listed.map(refOf), [ref]);
    await cluster.remove(ref);
    await cluster.remove(ref);
    assert.equal(await cluster.get(ref), undefined);
  });

  test('applies a CRD and an object of it in one go, and writes its status', async () => {
    const meta = { name: 'one', namespace: 'default' };
    const boat = { apiVersion: 'e2e.cleat.dev/v1', kind: 'Boat', metadata: meta, spec: { masts: 2 } };
    await assert.rejects(cluster.get(refOf(boat)), /serves no kind Boat in e2e\.cleat\.dev\/v1/);
    const [, applied = {}] = await cluster.apply(aCrd('Boat'), boat);
    assert.equal(dig(applied, 'spec', 'masts'), 2);
    const [again = {}] = await cluster.applyAs('somebody', { ...boat, spec: { masts: 3 } });
    assert.equal(dig(again, 'metadata', 'generation'), 2);
    await cluster.patch(refOf(boat), { status: { afloat: true } }, { subresource: 'status' });
    assert.equal(dig(await cluster.get(refOf(boat)), 'status', 'afloat'), true);
  });

  test('tells the administrator, a ServiceAccount and nobody apart', async () => {
    const kubeconfig = JSON.parse(
      await readFile(await cluster.kubeconfigFor({ namespace: 'default', name: 'default' }), 'utf8'),
    ) as Json;
    const users = dig(kubeconfig, 'users');
    const token = textAt(Array.isArray(users) ? (users[0] ?? null) : null, 'user', 'token');
    const secrets = '/api/v1/namespaces/default/secrets';
    assert.equal((await cluster.request('GET', secrets)).status, 200);
    const denied = await cluster.request('GET', secrets, { token });
    assert.equal(denied.status, 403);
    assert.match(textAt(denied.body, 'message'), /"system:serviceaccount:default:default" cannot list/);
    assert.match(
      textAt((await cluster.request('GET', secrets, { token: '' })).body, 'message'),
      /"system:anonymous"/,
    );
  });

  test('gives kubeconfigs that the official client understands', async () => {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const found = await config.makeApiClient(CoreV1Api).readNamespace({ name: 'default' });
    assert.equal(found.metadata?.name, 'default');
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`has the same data on the same port after ${signal} and a new start of the API server`, async () => {
      const before = await cluster.create(aConfigMap(`kept-${signal.toLowerCase()}`, { key: 'value' }));
      const watch = cluster.request('GET', '/api/v1/configmaps?watch=1').catch((error: unknown) => error);
      await cluster.stopApiServer(signal);
      await watch;
      await assert.rejects(cluster.request('GET', '/readyz'), { code: 'ECONNREFUSED' });
      await cluster.startApiServer();
      assert.deepEqual(await cluster.get(refOf(before)), before);
    });
  }

  test('answers a watch from before a compaction by 410 once the API server was restarted', async () => {
    const object = await cluster.create(aConfigMap('watched', {}));
    const version = textAt(object, 'metadata', 'resourceVersion');
    const path = `/api/v1/configmaps?watch=1&timeoutSeconds=1&resourceVersion=${version}`;
    await cluster.patch(refOf(object), { data: { changed: 'yes' } });
    assert.deepEqual(types((await cluster.request('GET', path)).body), ['MODIFIED']);
    await cluster.compactEtcd();
    await cluster.stopApiServer('SIGKILL');
    await cluster.startApiServer();
    const { body } = await cluster.request('GET', path);
    assert.deepEqual(types(body), ['ERROR']);
    assert.equal(dig(Array.isArray(body) ? body[0] : body, 'object', 'code'), 410);
  });
});

test(
  'two control planes run side by side, the second with arguments of its own',
  { timeout: 120_000 },
  async () => {
    const started = await Promise.allSettled([
      startControlPlane(),
      startControlPlane({ apiServerArgs: ['--watch-cache=false'] }),
    ]);
    const planes = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    try {
      const [one, other] = planes;
      assert.ok(one && other, `both start: ${JSON.stringify(started.map(String))}`);
      const object = await other.create(aConfigMap('here', {}));
      assert.equal(await one.get(refOf(object)), undefined);
      // Without a watch cache a compaction shows at once.
      const version = textAt(object, 'metadata', 'resourceVersion');
      await other.patch(refOf(object), { data: { changed: 'yes' } });
      await other.compactEtcd();
      const { body } = await other.request('GET', `/api/v1/configmaps?watch=1&resourceVersion=${version}`, {
        signal: AbortSignal.timeout(10_000),
      });
      assert.deepEqual(types(body), ['ERROR']);
    } finally {
      await Promise.all(planes.map((plane) => plane.stop()));
    }
  },
);

test('a start that fails says why, with the end of the log', { timeout: 120_000 }, async () => {
  await assert.rejects(
    startControlPlane({ apiServerArgs: ['--no-such-flag'] }),
    /kube-apiserver ended with exit code 1\nThe end of its log:\n[^]*unknown flag: --no-such-flag/,
  );
});

function types(events: Json): Json[] {
  return Array.isArray(events) ? events.map((event: Json) => dig(event, 'type') ?? null) : [events];
}
