import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { dig, isObject, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import { toBase64 } from '../lib/patch/base64.ts';
import { merge } from '../lib/testkit/builders.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf } from './conditions.ts';
import { ALL_APIS } from './opt-in.ts';
import { deployment, idle, useWorld } from './world.ts';

const GROUP = {
  operator: 'binding.operators.coreos.com',
  draft: 'service.binding',
  stacks: 'operators.coreos.com',
};

const aSecret = (name: string, data: Readonly<Record<string, string>>, namespace = 'shop'): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toBase64(value)])),
});

const operatorBinding = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: `${GROUP.operator}/v1alpha1`,
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop' },
  spec: merge(
    {
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db' }],
      application: { group: 'apps', version: 'v1', resource: 'deployments', name },
    },
    spec,
  ),
});

const draftBinding = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: `${GROUP.draft}/v1alpha2`,
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop' },
  spec: merge(
    {
      service: { apiVersion: 'v1', kind: 'Secret', name: 'db' },
      application: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    },
    spec,
  ),
});

const ANNOTATIONS = {
  'service.binding/type': 'postgresql',
  'service.binding/host': 'path={.metadata.name}',
};

const container = (workload: JsonObject): JsonObject => {
  const list = dig(workload, 'spec', 'template', 'spec', 'containers');
  const first = Array.isArray(list) ? (list as readonly Json[])[0] : undefined;
  assert.ok(isObject(first));
  return first;
};
const volumes = (workload: JsonObject): Json => dig(workload, 'spec', 'template', 'spec', 'volumes') ?? [];

suite('bindings of the opt-in APIs on a cluster', () => {
  const { cluster, get, untilReady } = useWorld({ components: ALL_APIS });

  async function generated(name: string): Promise<JsonObject> {
    return await get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name });
  }

  before(async () => {
    await cluster().apply(aSecret('db', { type: 'postgresql', username: 'app', password: 's3cr3t' }));
  });

  test('the Service Binding Operator: files, from the Secret itself', async () => {
    const binding = operatorBinding('files', {});
    await cluster().apply(idle('files'), binding);
    const ready = await untilReady(binding);
    assert.equal(dig(ready, 'status', 'secret'), 'db');
    assert.equal(conditionOf(ready, 'CollectionReady')?.reason, 'DataCollected');
    assert.equal(conditionOf(ready, 'InjectionReady')?.reason, 'ApplicationUpdated');
    const workload = await get(deployment('files'));
    assert.deepEqual(volumes(workload), [{ name: 'files', secret: { defaultMode: 420, secretName: 'db' } }]);
    assert.deepEqual(container(workload)['volumeMounts'], [{ mountPath: '/bindings/files', name: 'files' }]);
    assert.deepEqual(container(workload)['env'], [{ name: 'SERVICE_BINDING_ROOT', value: '/bindings' }]);
  });

  test('the Service Binding Operator: variables, from a Secret that is made', async () => {
    const binding = operatorBinding('variables', {
      bindAsFiles: false,
      mappings: [{ name: 'URL', value: 'pg://{{ .username }}@{{ .db.metadata.name }}' }],
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db', id: 'db' }],
    });
    await cluster().apply(idle('variables'), binding);
    const ready = await untilReady(binding);
    const name = textOf(dig(ready, 'status', 'secret'));
    assert.match(name, /^variables-[0-9a-f]{8}$/);
    const secret = await generated(name);
    assert.deepEqual(secret['data'], {
      SECRET_PASSWORD: toBase64('s3cr3t'),
      SECRET_TYPE: toBase64('postgresql'),
      SECRET_USERNAME: toBase64('app'),
      URL: toBase64('pg://app@db'),
    });
    const owners = JSON.stringify(dig(secret, 'metadata', 'ownerReferences'));
    assert.ok(owners.includes(textOf(dig(ready, 'metadata', 'uid'))), owners);
    assert.deepEqual(container(await get(deployment('variables')))['envFrom'], [{ secretRef: { name } }]);

    await cluster().remove(refOf(binding));
    await waitFor('the workload to be unbound', async () => {
      const left = container(await get(deployment('variables')))['envFrom'] ?? [];
      assert.deepEqual(left, []);
      return true;
    });
  });

  test('a change of a source reaches the workload by a Secret of a new name', async () => {
    await cluster().apply(aSecret('rotated', { type: 'x', password: 'old' }));
    const binding = operatorBinding('rotation', {
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'rotated' }],
      mappings: [{ name: 'pw', value: '{{ .password }}' }],
    });
    await cluster().apply(idle('rotation'), binding);
    const before = textOf(dig(await untilReady(binding), 'status', 'secret'));
    await cluster().apply(aSecret('rotated', { type: 'x', password: 'new' }));
    await waitFor('the new Secret to be projected', async () => {
      const after = textOf(dig(await get(refOf(binding)), 'status', 'secret'));
      assert.notEqual(after, before);
      const [volume] = volumes(await get(deployment('rotation'))) as readonly Json[];
      assert.equal(dig(volume, 'secret', 'secretName'), after);
      return true;
    });
  });

  test('what cannot be collected is said, with the remedy, and mended by itself', async () => {
    const binding = operatorBinding('early', {
      services: [{ group: 'apps', version: 'v1', kind: 'Deployment', name: 'early-service' }],
    });
    await cluster().apply(idle('early'), binding);
    const waiting = await untilReady(binding, 'False');
    assert.equal(conditionOf(waiting, 'CollectionReady')?.reason, 'ErrorReadingServices');
    await cluster().apply(merge(idle('early-service'), { metadata: { annotations: ANNOTATIONS } }));
    const ready = await untilReady(binding);
    const secret = await generated(textOf(dig(ready, 'status', 'secret')));
    assert.deepEqual(secret['data'], { host: toBase64('early-service'), type: toBase64('postgresql') });
  });

  test('v1alpha2: a copy with type and provider, and mappings (SB-26, SB-44, SB-45, APP-12)', async () => {
    const binding = draftBinding('draft', {
      type: 'mysql',
      provider: 'acme',
      mappings: [{ name: 'uri', value: '{{ .type }}://{{ .username }}' }],
      env: [{ name: 'URI', key: 'uri' }],
    });
    await cluster().apply(idle('draft'), binding);
    const ready = await untilReady(binding);
    const secret = await generated(textOf(dig(ready, 'status', 'binding', 'name')));
    assert.equal(secret['type'], 'service.binding/mysql');
    assert.equal(dig(secret, 'data', 'uri'), toBase64('mysql://app'));
    assert.equal(dig(secret, 'data', 'provider'), toBase64('acme'));
    const { env } = container(await get(deployment('draft')));
    assert.ok(Array.isArray(env) && env.some((entry) => dig(entry as Json, 'name') === 'URI'));
  });

  test('application-stacks: SERVICE_BINDINGS, variables and files (OLD-10, OLD-11, OLD-12)', async () => {
    const binding: JsonObject = {
      apiVersion: `${GROUP.stacks}/v1alpha1`,
      kind: 'ServiceBinding',
      metadata: { name: 'stacks', namespace: 'shop' },
      spec: {
        services: [{ group: '', version: 'v1', kind: 'Secret', resourceRef: 'db' }],
        application: { group: 'apps', version: 'v1', resource: 'deployments', name: 'stacks' },
        dataMappings: [{ name: 'uri', value: '{{ .username }}@db', bindAs: 'volume' }],
      },
    };
    await cluster().apply(idle('stacks'), binding);
    await untilReady(binding);
    const workload = await get(deployment('stacks'));
    const { env, volumeMounts } = container(workload);
    const entries = (env as readonly Json[]).map((entry) => textOf(dig(entry, 'name')));
    assert.deepEqual(entries.sort(), ['SERVICE_BINDINGS', 'password', 'type', 'username']);
    assert.equal(dig((volumeMounts as readonly Json[])[0], 'mountPath'), '/platform/bindings/secret/');
  });

  test('servicebinding.io: a service with annotations gets its Secret made (SEC-2, SEC-10, SEC-11)', async () => {
    const binding: JsonObject = {
      apiVersion: 'servicebinding.io/v1',
      kind: 'ServiceBinding',
      metadata: { name: 'annotated', namespace: 'shop' },
      spec: {
        service: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'annotated-service' },
        workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'annotated' },
      },
    };
    const service = merge(idle('annotated-service'), { metadata: { annotations: ANNOTATIONS } });
    await cluster().apply(idle('annotated'), binding, service);
    const ready = await untilReady(binding);
    const name = textOf(dig(ready, 'status', 'binding', 'name'));
    assert.match(name, /^annotated-[0-9a-f]{8}$/);
    assert.deepEqual((await generated(name))['data'], {
      host: toBase64('annotated-service'),
      type: toBase64('postgresql'),
    });
  });
});
