import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dig, isList, isObject, type JsonObject, textOf } from '../lib/api/json.ts';
import { toBase64 } from '../lib/patch/base64.ts';
import { merge } from '../lib/testkit/builders.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { aKind } from './contract/kinds.ts';
import { ALL_APIS } from './opt-in.ts';
import { ALL_VERBS, aRole, deployment, idle, useWorld } from './world.ts';

const GROUP = 'gadgets.example.com';
const OPERATOR = 'binding.operators.coreos.com/v1alpha1';
const BINDABLE_KINDS: ObjectRef = { apiVersion: OPERATOR, kind: 'BindableKinds', name: 'bindable-kinds' };

/** Its objects publish nothing of their own. */
const definition = (kind: string, annotations: JsonObject = {}): JsonObject =>
  merge(aKind(GROUP, 'v1', { kind, plural: `${kind.toLowerCase()}s` }), { metadata: { annotations } });

const gadget = (kind: string, name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: `${GROUP}/v1`,
  kind,
  metadata: { name, namespace: 'shop' },
  spec: { host: 'db.example.com' },
  ...more,
});

const operatorBinding = (name: string, kind: string): JsonObject => ({
  apiVersion: OPERATOR,
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop' },
  spec: {
    services: [{ group: GROUP, version: 'v1', kind, name }],
    application: { group: 'apps', version: 'v1', resource: 'deployments', name },
  },
});

const specifiedBinding = (name: string, service: JsonObject): JsonObject => ({
  apiVersion: 'servicebinding.io/v1',
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop' },
  spec: { service, workload: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
});

const HOST = { 'service.binding/type': 'gadget', 'service.binding/host': 'path={.spec.host}' };

suite('what Secrets are made from is followed', () => {
  const { cluster, get, untilReady } = useWorld({
    components: [...ALL_APIS, 'olm-descriptors'],
    args: ['--olm-descriptors'],
  });

  /** The data of the Secret that a Deployment has as its only volume. */
  async function projected(name: string): Promise<JsonObject> {
    const volumes = dig(await get(deployment(name)), 'spec', 'template', 'spec', 'volumes') ?? [];
    assert.ok(isList(volumes) && volumes.length === 1, `${name} has ${JSON.stringify(volumes)}`);
    const text = JSON.stringify(volumes);
    const secret = /"(?:secretName|name)":"([^"]*-[0-9a-f]{8})"/.exec(text)?.[1];
    assert.ok(secret, text);
    const data = dig(
      await get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: secret }),
      'data',
    );
    assert.ok(isObject(data));
    return data;
  }
  async function untilProjected(name: string, want: JsonObject): Promise<void> {
    await waitFor(`${name} to have ${JSON.stringify(want)}`, async () => {
      assert.deepEqual(await projected(name), want);
      return true;
    });
  }
  const encoded = (data: Readonly<Record<string, string>>): JsonObject =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toBase64(value)]));

  test('a kind that is installed after the binding, and its object after that', async () => {
    const binding = operatorBinding('late', 'Late');
    await cluster().apply(idle('late'), binding);
    await untilReady(binding, 'False');
    await cluster().apply(
      definition('Late', HOST),
      aRole('lates', GROUP, 'lates', ALL_VERBS),
      aRole('gadgets', GROUP, 'gadgets', ALL_VERBS),
    );
    await waitFor('the kind to be served', async () => {
      await cluster().apply(gadget('Late', 'late'));
      return true;
    });
    await untilReady(binding);
    await untilProjected('late', encoded({ type: 'gadget', host: 'db.example.com' }));
  });

  test('a change of the annotations of a CustomResourceDefinition (SEC-10)', async () => {
    await cluster().apply(definition('Gadget', HOST));
    const operator = operatorBinding('first', 'Gadget');
    const specified = specifiedBinding('second', {
      apiVersion: `${GROUP}/v1`,
      kind: 'Gadget',
      name: 'second',
    });
    await waitFor('the kind to be served', async () => {
      await cluster().apply(gadget('Gadget', 'first'), gadget('Gadget', 'second'));
      return true;
    });
    await cluster().apply(idle('first'), idle('second'), operator, specified);
    await untilReady(operator);
    await untilReady(specified);
    await untilProjected('first', encoded({ type: 'gadget', host: 'db.example.com' }));

    await cluster().patch(refOf(definition('Gadget')), {
      metadata: { annotations: { 'service.binding/name': 'path={.metadata.name}' } },
    });
    for (const name of ['first', 'second'])
      await untilProjected(name, encoded({ type: 'gadget', host: 'db.example.com', name }));
  });

  test('what the annotations lead to: a ConfigMap', async () => {
    const annotations = {
      'service.binding/type': 'gadget',
      'service.binding': 'path={.spec.template.spec.hostname},objectType=ConfigMap',
    };
    const spec = { template: { spec: { hostname: 'settings' } } };
    const service = merge(idle('config-service'), { metadata: { annotations }, spec });
    const config = (value: string): JsonObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop' },
      data: { level: value },
    });
    const binding = specifiedBinding('config', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'config-service',
    });
    await cluster().apply(config('low'), service, idle('config'), binding);
    await untilReady(binding);
    await untilProjected('config', encoded({ type: 'gadget', level: 'low' }));
    await cluster().apply(config('high'));
    await untilProjected('config', encoded({ type: 'gadget', level: 'high' }));
  });

  test('a ClusterServiceVersion: its descriptors (SEC-9), a change of them, and its end', async () => {
    const [group, kind] = ['operators.coreos.com', 'ClusterServiceVersion'];
    const descriptors = (...paths: readonly string[]): JsonObject => ({
      apiVersion: `${group}/v1alpha1`,
      kind,
      metadata: { name: 'gadgets.v1', namespace: 'shop' },
      spec: {
        customresourcedefinitions: {
          owned: [
            {
              name: `described.${GROUP}`,
              kind: 'Described',
              version: 'v1',
              specDescriptors: paths.map((path) => ({ path, 'x-descriptors': ['service.binding'] })),
            },
          ],
        },
      },
    });
    const described = merge(definition('Described'), {
      metadata: { name: `described.${GROUP}` },
      spec: { names: { plural: 'described' } },
    });
    await cluster().apply(
      aKind(group, 'v1alpha1', { kind, plural: 'clusterserviceversions' }),
      described,
      aRole('described', GROUP, 'described', ALL_VERBS),
    );
    const service = gadget('Described', 'described', { spec: { host: 'db.example.com', port: '5432' } });
    await waitFor('the kinds to be served', async () => {
      await cluster().apply(descriptors('host'), service);
      return true;
    });
    const binding = operatorBinding('described', 'Described');
    await cluster().apply(idle('described'), binding);
    await untilProjected('described', encoded({ host: 'db.example.com' }));
    await cluster().apply(descriptors('host', 'port'));
    await untilProjected('described', encoded({ host: 'db.example.com', port: '5432' }));
    await cluster().apply(descriptors('port'));
    await untilProjected('described', encoded({ port: '5432' }));
    await cluster().remove(refOf(descriptors()));
    await untilReady(binding, 'False');
  });

  test('somebody deletes or edits the Secret itself', async () => {
    const binding = operatorBinding('first', 'Gadget');
    const secret: ObjectRef = {
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'shop',
      name: textOf(dig(await untilReady(binding), 'status', 'secret')),
    };
    const { uid } = (await get(secret))['metadata'] as { readonly uid: string };
    await cluster().remove(secret);
    const made = await waitFor('the Secret to be made again', async () => {
      const object = await get(secret);
      assert.notEqual(dig(object, 'metadata', 'uid'), uid);
      return object;
    });
    await cluster().patch(secret, { data: { host: toBase64('elsewhere') } });
    await waitFor('the edit to be undone', async () => {
      assert.deepEqual(dig(await get(secret), 'data'), made['data']);
      return true;
    });
  });

  test('a binding that is deleted and made again, before the garbage collector has come, takes its Secret over', async () => {
    const binding = operatorBinding('first', 'Gadget');
    const before = await untilReady(binding);
    const name = textOf(dig(before, 'status', 'secret'));
    const secret: ObjectRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name };
    // It is held back, as by a slow one.
    await cluster().patch(secret, { metadata: { finalizers: ['example.com/hold'] } });
    await cluster().remove(refOf(binding));
    await waitFor('the binding to be gone', async () => (await cluster().get(refOf(binding))) === undefined);
    await cluster().apply(binding);
    const after = await untilReady(binding);
    assert.equal(dig(after, 'status', 'secret'), name);
    assert.notEqual(dig(after, 'metadata', 'uid'), dig(before, 'metadata', 'uid'));
    await cluster().patch(secret, { metadata: { finalizers: null } });
    await waitFor('its Secret to be there, whatever the garbage collector did', async () => {
      const there = await get(secret);
      assert.equal(dig(there, 'metadata', 'deletionTimestamp'), undefined);
      const owners = JSON.stringify(dig(there, 'metadata', 'ownerReferences'));
      assert.ok(owners.includes(textOf(dig(after, 'metadata', 'uid'))), owners);
      return true;
    });
  });

  test('what is worth a warning is told by an Event, and the binding is ready all the same', async () => {
    const annotations = {
      ...HOST,
      'service.binding/type': 'gadget',
      'service.binding/port': 'path={.spec.port},x=1',
    };
    const service = gadget('Gadget', 'warned', { spec: { host: 'db', port: '5432' } });
    const binding = operatorBinding('warned', 'Gadget');
    await cluster().apply(merge(service, { metadata: { annotations } }), idle('warned'), binding);
    const { uid } = (await untilReady(binding))['metadata'] as { readonly uid: string };
    await waitFor('the Event', async () => {
      const events = await cluster().list({ apiVersion: 'v1', kind: 'Event', namespace: 'shop' });
      const own = events.filter((event) => dig(event, 'involvedObject', 'uid') === uid);
      const warning = own.find(({ reason }) => reason === 'SecretWarning');
      assert.match(textOf(warning?.['message']), /Gadget shop\/warned.*"x"/);
      return true;
    });
  });

  test('a Secret that has just what is wanted is used itself, and is looked into (SB-21, APP-4)', async () => {
    const secret: JsonObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'service.binding/postgresql',
      metadata: { name: 'ready-made', namespace: 'shop' },
      data: encoded({ type: 'postgresql', username: 'app' }),
    };
    const binding: JsonObject = {
      apiVersion: 'service.binding/v1alpha2',
      kind: 'ServiceBinding',
      metadata: { name: 'reused', namespace: 'shop' },
      spec: {
        service: { apiVersion: 'v1', kind: 'Secret', name: 'ready-made' },
        application: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'reused' },
        env: [{ name: 'USERNAME', key: 'username' }],
      },
    };
    await cluster().apply(secret, idle('reused'), binding);
    assert.equal(dig(await untilReady(binding), 'status', 'binding', 'name'), 'ready-made');
  });

  test('the kinds that can be bound are listed for development tools', async () => {
    const kindsOf = async (): Promise<readonly string[]> => {
      const { status } = await get(BINDABLE_KINDS);
      assert.ok(isList(status));
      return status.map((kind) => textOf(dig(kind, 'kind')));
    };
    await waitFor('both kinds', async () => {
      const kinds = await kindsOf();
      assert.ok(kinds.includes('Gadget') && kinds.includes('Late'), kinds.join());
      return true;
    });
    await cluster().remove(refOf(definition('Late')));
    await waitFor('one of them to be gone', async () => {
      const kinds = await kindsOf();
      assert.ok(kinds.includes('Gadget') && !kinds.includes('Late'), kinds.join());
      return true;
    });
  });
});
