import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Json, JsonObject } from '../../../lib/api/json.ts';
import type { ApiResource } from '../../kube/discovery.ts';
import { ApiError } from '../../kube/errors.ts';
import { NOTHING_BUT_METADATA } from '../../kube/object-form.ts';
import { ManualTiming } from '../../kube/testing/manual-timing.ts';
import { RecordingLog } from '../../kube/testing/recording.ts';
import { Bindings, type BindingRecord } from '../bindings.ts';
import { DEPLOYMENTS } from '../testing/resources.ts';
import { ObjectClient } from '../object-client.ts';
import { SecretCollector } from './secret-collector.ts';

const WORKERS: ApiResource = { ...DEPLOYMENTS, group: 'example.com', kind: 'Worker', plural: 'workers' };
const CURRENT = 'a-00000000';
const OLD = 'a-11111111';
const LONG_AGO = '2025-12-31T23:00:00Z';

const aBinding = (name: string, workload: ApiResource, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'servicebinding.io/v1',
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, generation: 1, resourceVersion: '1' },
  spec: {
    workload: { apiVersion: `${workload.group}/${workload.version}`, kind: workload.kind, name: 'app' },
  },
  ...more,
});

const aSecret = (name: string, more: JsonObject = {}): JsonObject => ({
  metadata: {
    name,
    uid: `uid-of-${name}`,
    resourceVersion: '7',
    creationTimestamp: LONG_AGO,
    ownerReferences: [{ uid: 'uid-of-a' }],
    ...more,
  },
});

const aPod = (secret: string): JsonObject => ({
  metadata: { name: 'app-1' },
  spec: { volumes: [{ secret: { secretName: secret } }] },
});

/** An API server with the objects of one namespace, and one round of collecting. */
class World {
  readonly log = new RecordingLog();
  readonly timing = new ManualTiming(Date.parse('2026-01-01T00:00:00Z'));
  readonly bindings = new Bindings(
    () => 0,
    () => undefined,
  );
  /** By plural; what is not there is an empty list. */
  readonly objects: Record<string, readonly JsonObject[]> = {};
  /** Plurals whose list is refused. */
  readonly refused = new Set<string>();
  /** The paths of the lists. */
  readonly lists: string[] = [];
  readonly accepts = new Map<string, string | undefined>();
  readonly deletions: { readonly path: string; readonly body: Json | undefined }[] = [];
  refusesDeletions = false;
  inUse: (record: Pick<BindingRecord, 'uid'>) => string | undefined = () => CURRENT;
  onList: (plural: string) => void = () => {};
  readonly collector: SecretCollector;

  constructor(context: TestContext) {
    this.bindings.observe(aBinding('a', DEPLOYMENTS));
    this.collector = new SecretCollector({
      transport: { read: async (_method, path, options) => this.#list(path, options?.accept) },
      mapper: { resolve: async ({ kind }) => [WORKERS, DEPLOYMENTS].find((each) => each.kind === kind) },
      client: new ObjectClient({
        transport: { request: async (method, path, options) => this.#delete(method, path, options?.body) },
        mayWrite: () => true,
      }),
      bindings: () => this.bindings.all(),
      inUse: (binding) => this.inUse(binding),
      log: this.log,
      timing: this.timing,
    });
    this.collector.start();
    context.after(async () => await this.collector.stop());
  }

  /** Collects, and tells the names of the Secrets that are deleted by it. */
  async collected(): Promise<readonly string[]> {
    const before = this.deletions.length;
    this.collector.poke();
    await this.timing.settle();
    await this.timing.settle();
    return this.deletions.slice(before).map(({ path }) => path.split('/').at(-1) ?? '');
  }

  #list(path: string, accept: string | undefined): string {
    const plural = path.split('/').at(-1) ?? '';
    this.lists.push(path);
    this.accepts.set(plural, accept);
    this.onList(plural);
    if (this.refused.has(plural)) throw new ApiError({ status: 403, reason: 'Forbidden', message: path });
    return JSON.stringify({ metadata: { resourceVersion: '9' }, items: this.objects[plural] ?? [] });
  }

  #delete(method: string, path: string, body: Json | undefined): Json {
    assert.equal(method, 'DELETE');
    if (this.refusesDeletions) throw new ApiError({ status: 409, reason: 'Conflict', message: path });
    this.deletions.push({ path, body });
    return null;
  }
}

describe('a Secret that was superseded', () => {
  it('is deleted in the state that was looked at, by its metadata, and the log counts', async (context) => {
    const world = new World(context);
    world.objects['secrets'] = [aSecret(CURRENT), aSecret(OLD)];
    assert.deepEqual(await world.collected(), [OLD]);
    assert.deepEqual(world.deletions, [
      {
        path: `/api/v1/namespaces/shop/secrets/${OLD}`,
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid: `uid-of-${OLD}`, resourceVersion: '7' },
        },
      },
    ]);
    assert.equal(world.accepts.get('secrets'), NOTHING_BUT_METADATA.list);
    assert.deepEqual(
      world.log.entries.map(({ level, about }) => [level, about]),
      [['info', { namespace: 'shop', count: 1, secrets: [OLD] }]],
    );
  });

  const plurals = ['pods', 'replicasets', 'controllerrevisions', 'deployments', 'statefulsets'];
  for (const plural of [...plurals, 'daemonsets', 'jobs', 'cronjobs', 'replicationcontrollers', 'workers'])
    it(`stays as long as one of the ${plural} refers to it`, async (context) => {
      const world = new World(context);
      world.bindings.observe(aBinding('b', WORKERS));
      world.objects['secrets'] = [aSecret(OLD)];
      world.objects[plural] = [aPod('another'), aPod(OLD)];
      assert.deepEqual(await world.collected(), []);
      world.objects[plural] = [aPod('another')];
      assert.deepEqual(await world.collected(), [OLD]);
    });

  for (const plural of [...plurals, 'secrets', 'cronjobs'])
    it(`stays as long as Cleat may not list ${plural}`, async (context) => {
      const world = new World(context);
      world.objects['secrets'] = [aSecret(OLD)];
      world.refused.add(plural);
      assert.deepEqual(await world.collected(), []);
      world.refused.clear();
      assert.deepEqual(await world.collected(), [OLD]);
      assert.deepEqual(
        world.log.entries.map(({ level }) => level),
        ['debug', 'info'],
      );
    });

  it('is one with the label of Cleat or with a name as the Service Binding Operator gave it', async (context) => {
    const world = new World(context);
    const labels = { 'app.kubernetes.io/managed-by': 'cleat' };
    world.objects['secrets'] = [aSecret('short', { labels }), aSecret(OLD), aSecret('a-mine')];
    assert.deepEqual(await world.collected(), ['short', OLD]);
  });

  const others: Record<string, JsonObject> = {
    'that nobody owns': aSecret(OLD, { ownerReferences: [] }),
    'of a binding that is gone': aSecret(OLD, { ownerReferences: [{ uid: 'uid-of-before' }] }),
    'that is not ten minutes old': aSecret(OLD, { creationTimestamp: '2025-12-31T23:50:01Z' }),
    'of unknown age': aSecret(OLD, { creationTimestamp: null }),
  };
  for (const [which, secret] of Object.entries(others))
    it(`is not one ${which}: nothing but Secrets is even listed for it`, async (context) => {
      const world = new World(context);
      world.objects['secrets'] = [secret];
      assert.deepEqual(await world.collected(), []);
      assert.deepEqual(world.lists, ['/api/v1/namespaces/shop/secrets']);
    });

  it('stays, and no Secret is listed, while it is not known which one its binding uses', async (context) => {
    const world = new World(context);
    world.inUse = () => undefined;
    world.objects['secrets'] = [aSecret(OLD)];
    assert.deepEqual(await world.collected(), []);
    assert.deepEqual(world.lists, []);
  });

  it('stays as long as the status of its binding names it', async (context) => {
    const world = new World(context);
    world.bindings.remove('shop/a');
    world.bindings.observe(aBinding('a', DEPLOYMENTS, { status: { binding: { name: OLD } } }));
    world.objects['secrets'] = [aSecret(OLD)];
    assert.deepEqual(await world.collected(), []);
  });

  it('stays when its binding has come back to it meanwhile', async (context) => {
    const world = new World(context);
    world.objects['secrets'] = [aSecret(OLD)];
    world.onList = (plural) => {
      if (plural === 'cronjobs') world.inUse = () => OLD;
    };
    assert.deepEqual(await world.collected(), []);
  });

  it('stays when somebody has changed it meanwhile', async (context) => {
    const world = new World(context);
    world.objects['secrets'] = [aSecret(OLD)];
    world.refusesDeletions = true;
    assert.deepEqual(await world.collected(), []);
    assert.deepEqual(world.log.entries, []);
  });

  it('is looked for a minute after the beginning, and every ten minutes from then on', async (context) => {
    const world = new World(context);
    await world.timing.advance(59_000);
    assert.equal(world.lists.length, 0);
    await world.timing.advance(1_000);
    assert.equal(world.lists.length, 1);
    await world.timing.advance(10 * 60_000);
    assert.equal(world.lists.length, 2);
  });
});
