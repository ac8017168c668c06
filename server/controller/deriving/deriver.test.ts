import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../../lib/api/json.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import { readBinding } from '../../../lib/binding/read.ts';
import { merge, UID } from '../../../lib/testkit/builders.ts';
import { aDraftBinding, publishing } from '../../../lib/testkit/families.ts';
import type { ApiResource } from '../../kube/discovery.ts';
import { ApiError } from '../../kube/errors.ts';
import { Bindings, type BindingRecord } from '../bindings.ts';
import { Dependencies } from './dependencies.ts';
import { type Derived, Deriver } from './deriver.ts';

const SECRETS: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs: [],
};
const SECRET: Json = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db-secret', namespace: 'shop', resourceVersion: '1' },
  data: { type: btoa('postgresql') },
};
const AWAY = new ApiError({ status: 500, reason: 'InternalError', message: 'the webhook is away' });

class World {
  answer: Json | Error = SECRET;
  readonly dependencies = new Dependencies(() => {});
  readonly deriver: Deriver;

  constructor() {
    const mapper = {
      resolve: async ({ kind }: { kind: string }) =>
        await Promise.resolve(kind === 'Secret' ? SECRETS : undefined),
      resolvePlural: async () => await Promise.resolve(undefined),
    };
    const read = async (): Promise<string> =>
      await (this.answer instanceof Error
        ? Promise.reject(this.answer)
        : Promise.resolve(JSON.stringify(this.answer)));
    this.deriver = new Deriver({
      transport: { read },
      mapper,
      access: { allowed: async () => await Promise.resolve(true) },
      serviceVersions: undefined,
      writer: { ensure: async () => await Promise.resolve({ ok: true, resourceVersion: '2' }) },
      dependencies: this.dependencies,
      onWarnings: () => {},
      askerOf: async () => await Promise.resolve('unchecked'),
    });
  }

  async derive(object: JsonObject): Promise<Derived> {
    const [record, binding] = observed(object);
    return await this.deriver.derive(record, binding);
  }

  /** How often in a row it throws before it says what is wrong. */
  async failures(object: JsonObject, most: number): Promise<number> {
    for (let count = 0; count < most; count++)
      try {
        await this.derive(object);
        return count;
      } catch (error) {
        assert.equal(error, AWAY);
      }
    return most;
  }
}

function observed(object: JsonObject): readonly [BindingRecord, Binding] {
  const bindings = new Bindings(
    () => 0,
    () => undefined,
  );
  const seen = bindings.observe(object);
  const read = readBinding(object);
  assert.ok(seen && read.ok);
  return [seen.record, read.value];
}

const BINDING = aDraftBinding();
const KEY = 'service.binding/shop/db';

describe('an API server that is in trouble with a source', () => {
  it('is told after a few times in a row, and not waited for any more until it is well again', async () => {
    const world = new World();
    world.answer = AWAY;
    assert.equal(await world.failures(BINDING, 99), 6);
    const { resolution } = await world.derive(BINDING);
    assert.match(
      resolution.finding.message,
      /Secret shop\/db-secret cannot be read at present: the webhook is away/,
    );
    assert.equal(resolution.isSilentlyMended, true);
    world.answer = SECRET;
    assert.ok((await world.derive(BINDING)).resolution.secret);
    world.answer = AWAY;
    assert.equal(await world.failures(BINDING, 99), 6);
  });

  it('is never told of a binding whose status names its Secret: that serves meanwhile', async () => {
    const world = new World();
    world.answer = AWAY;
    assert.equal(await world.failures(publishing(BINDING, { binding: { name: 'db-1' } }), 20), 20);
  });
});

describe('what is remembered of a binding', () => {
  it('is forgotten by its key', async () => {
    const world = new World();
    await world.derive(BINDING);
    assert.ok(world.deriver.find({ uid: UID, generation: 1 }));
    assert.equal(world.dependencies.kinds().length, 1);
    world.deriver.forget(KEY);
    assert.equal(world.deriver.find({ uid: UID, generation: 1 }), undefined);
    assert.equal(world.dependencies.kinds().length, 0);
  });

  it('is forgotten when another one has its key', async () => {
    const world = new World();
    await world.derive(BINDING);
    await world.derive(merge(BINDING, { metadata: { uid: 'another' } }));
    assert.equal(world.deriver.find({ uid: UID, generation: 1 }), undefined);
    assert.ok(world.deriver.find({ uid: 'another', generation: 1 }));
  });
});
