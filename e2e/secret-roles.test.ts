import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { toBase64 } from '../lib/patch/base64.ts';
import { readManifests } from './cluster/manifest.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf } from './conditions.ts';
import { deployment, idle, useWorld } from './world.ts';

const binding: JsonObject = {
  apiVersion: 'binding.operators.coreos.com/v1alpha1',
  kind: 'ServiceBinding',
  metadata: { name: 'orders', namespace: 'shop' },
  spec: {
    services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db' }],
    application: { group: 'apps', version: 'v1', resource: 'deployments', name: 'orders' },
    mappings: [{ name: 'greeting', value: 'hello {{ .username }}' }],
  },
};

suite('an API whose bindings have Secrets made, without the roles for that', { timeout: 180_000 }, () => {
  const { cluster, get, untilReady } = useWorld({ components: ['api-service-binding-operator'] });

  test('says which role is missing, and leaves the workload alone', async () => {
    await cluster().apply(idle('orders'), binding, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'shop' },
      data: { username: toBase64('app') },
    });
    const waiting = await untilReady(binding, 'False');
    const message = /Cleat may not get secrets in shop: install the ClusterRole cleat-secret-generation/;
    assert.match(conditionOf(waiting)?.message ?? '', message);
    assert.equal(conditionOf(waiting, 'CollectionReady')?.reason, 'ErrorReadingServices');
    const pod = dig(await get(deployment('orders')), 'spec', 'template', 'spec');
    assert.equal(dig(pod, 'volumes'), undefined);
  });

  test('goes on by itself once they are granted', async () => {
    await cluster().apply(...(await readManifests('manifests/components/secret-generation/rbac.yaml')));
    await waitFor(
      'the binding to be ready',
      async () => conditionOf(await untilReady(binding))?.status === 'True',
      { timeoutMs: 90_000 },
    );
    const pod = dig(await get(deployment('orders')), 'spec', 'template', 'spec');
    assert.match(JSON.stringify(dig(pod, 'volumes')), /"secretName":"orders-[0-9a-f]{8}"/);
  });
});
