import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import type { Json, JsonObject } from '../../lib/api/json.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '../../lib/api/kinds.ts';
import { ApiError } from '../kube/errors.ts';
import { RecordingLog, until } from '../kube/testing/recording.ts';
import { systemTiming } from '../kube/timing.ts';
import { BindableKinds } from './bindable-kinds.ts';
import { Definitions } from './definitions.ts';
import { ObjectClient } from './object-client.ts';

const SETTLE_MS = 5;
const PATH = '/apis/binding.operators.coreos.com/v1alpha1/bindablekinds';

const aDefinition = (group: string, kind: string, versions: readonly string[]): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${kind.toLowerCase()}s.${group}`,
    annotations: kind === 'BindableKinds' ? {} : { 'service.binding/host': 'path={.spec.host}' },
  },
  spec: { group, names: { kind }, versions: versions.map((name) => ({ name, served: true, storage: true })) },
});

const OWN: JsonObject = {
  ...aDefinition('binding.operators.coreos.com', 'BindableKinds', ['v1alpha1']),
  metadata: { name: 'bindablekinds.binding.operators.coreos.com' },
};
const DATABASE = aDefinition('example.com', 'Database', ['v1', 'v1beta1']);
const CACHE = aDefinition('example.com', 'Cache', ['v1']);

const kind = (name: string, version = 'v1'): JsonObject => ({ group: 'example.com', version, kind: name });

/** The API server as far as the one object goes, and what was asked of it. */
class World {
  readonly log = new RecordingLog();
  readonly calls: string[] = [];
  object: JsonObject | undefined;
  /** Answered instead, to everything. */
  refusal: number | undefined;
  readonly definitions: Definitions;
  readonly keeper: BindableKinds;

  constructor(context: TestContext) {
    this.keeper = new BindableKinds({
      client: new ObjectClient({
        transport: { request: async (method, path, options) => this.#answer(method, path, options?.body) },
        mayWrite: () => true,
      }),
      definitions: () => this.definitions.all(),
      settleMs: SETTLE_MS,
      log: this.log,
      timing: systemTiming,
    });
    this.definitions = new Definitions(() => this.keeper.poke());
    context.after(async () => await this.keeper.stop());
  }

  know(...definitions: readonly JsonObject[]): void {
    for (const definition of definitions) this.definitions.upsert(definition);
    this.definitions.synced(CUSTOM_RESOURCE_DEFINITION, true);
  }

  /** As many requests as these were made, and no more are. */
  async untilCalls(...calls: readonly string[]): Promise<void> {
    await until(calls.join(', '), () => this.calls.length >= calls.length);
    await sleep(4 * SETTLE_MS);
    assert.deepEqual(this.calls, calls);
  }

  #answer(method: string, path: string, body?: Json): Json {
    this.calls.push(method);
    assert.equal(path, method === 'POST' ? PATH : `${PATH}/bindable-kinds`);
    if (this.refusal !== undefined) throw new ApiError({ status: this.refusal, reason: '', message: '' });
    if (method === 'GET' && this.object === undefined)
      throw new ApiError({ status: 404, reason: 'NotFound', message: '' });
    if (method === 'POST') this.object = body as JsonObject;
    if (method === 'PATCH') {
      const [{ value: status }, pinned] = body as unknown as [{ value: Json }, JsonObject];
      assert.deepEqual(pinned, { op: 'replace', path: '/metadata/resourceVersion', value: '7' });
      this.object = { ...this.object, status };
    }
    return this.object ?? null;
  }
}

describe('the list of bindable kinds', () => {
  it('is made from the definitions, each version that is served for itself', async (context) => {
    const world = new World(context);
    world.know(OWN, DATABASE, CACHE);
    world.keeper.start();
    await world.untilCalls('GET', 'POST');
    assert.deepEqual(world.object, {
      apiVersion: 'binding.operators.coreos.com/v1alpha1',
      kind: 'BindableKinds',
      metadata: { name: 'bindable-kinds' },
      status: [kind('Cache'), kind('Database'), kind('Database', 'v1beta1')],
    });
  });

  it('follows the definitions, those that come in one go at once', async (context) => {
    const world = new World(context);
    world.object = { metadata: { resourceVersion: '7' }, status: [kind('Cache')] };
    world.know(OWN, CACHE);
    world.keeper.start();
    await world.untilCalls('GET');
    world.know(DATABASE);
    world.definitions.remove({ ...CUSTOM_RESOURCE_DEFINITION, namespace: '', name: 'caches.example.com' });
    await world.untilCalls('GET', 'GET', 'PATCH');
    assert.deepEqual(world.object['status'], [kind('Database'), kind('Database', 'v1beta1')]);
  });

  it('is left as it is where only its order differs', async (context) => {
    const world = new World(context);
    const status = [kind('Database', 'v1beta1'), kind('Cache'), kind('Database')];
    world.object = { metadata: { resourceVersion: '7' }, status };
    world.know(OWN, DATABASE, CACHE);
    world.keeper.start();
    await world.untilCalls('GET');
    assert.deepEqual(world.object['status'], status);
  });

  const idle: Record<string, (world: World) => void> = {
    'before all definitions are known': ({ definitions }) => {
      for (const definition of [OWN, DATABASE]) definitions.upsert(definition);
    },
    'where its own definition is not there': (world) => world.know(DATABASE),
    'where its own definition does not serve the version': (world) =>
      world.know({ ...OWN, spec: { ...(OWN['spec'] as JsonObject), versions: [] } }, DATABASE),
  };
  for (const [when, prepare] of Object.entries(idle)) {
    it(`is not asked for ${when}`, async (context) => {
      const world = new World(context);
      world.keeper.start();
      prepare(world);
      await world.untilCalls();
    });
  }

  it('is let be, without a word, where Cleat may not keep it', async (context) => {
    const world = new World(context);
    world.refusal = 403;
    world.know(OWN, DATABASE);
    world.keeper.start();
    await world.untilCalls('GET');
    assert.deepEqual(
      world.log.entries.map(({ level }) => level),
      ['debug'],
    );
  });

  it('is written in the end when the API server is in trouble', async (context) => {
    const world = new World(context);
    world.refusal = 500;
    world.know(OWN, DATABASE);
    world.keeper.start();
    await until('an attempt', () => world.calls.length > 0);
    world.refusal = undefined;
    await until('the object', () => world.object !== undefined);
  });
});
