import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import jsonPatch from 'fast-json-patch';
import { dig, isList, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { aDeployment, aServiceBinding, merge, UID } from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { ApiError, TransportError } from '../kube/errors.ts';
import { Applier } from './applier.ts';
import { ObjectClient } from './object-client.ts';
import { Workloads } from './workloads.ts';
import { DEPLOYMENTS } from './testing/resources.ts';

const KEY = 'apps/Deployment/shop/orders';

const refusal = (status: number, message = 'no'): ApiError => new ApiError({ status, reason: '', message });

/** An API server with one Deployment; faults are committed on request. */
class OneDeployment {
  object: JsonObject;
  readonly requests: string[] = [];
  /** Asked before each request; what it throws is the answer. */
  fault: (method: string, count: number) => void = () => {};
  /** What another webhook makes of each write. */
  webhook: (object: JsonObject) => JsonObject = (object) => object;
  #version = 1;

  constructor(object: JsonObject) {
    this.object = merge(object, { metadata: { uid: 'u', resourceVersion: '1' } });
  }

  /** Somebody else writes. */
  touch(override: JsonObject): void {
    this.#version += 1;
    this.object = merge(merge(this.object, override), {
      metadata: { resourceVersion: String(this.#version) },
    });
  }

  async request(method: string, _path: string, { body }: { body?: Json } = {}): Promise<Json> {
    this.requests.push(method);
    this.fault(method, this.requests.length);
    if (method === 'GET') return this.object;
    assert.ok(isList(body));
    const pinned = body.find((operation) => dig(operation, 'path') === '/metadata/resourceVersion');
    const version = textOf(dig(this.object, 'metadata', 'resourceVersion'));
    if (dig(pinned, 'value') !== version) throw refusal(409, 'the object has been modified');
    const patched: unknown = jsonPatch.applyPatch(
      structuredClone(this.object),
      structuredClone(body) as never,
    ).newDocument;
    this.object = this.webhook(patched as JsonObject);
    this.touch({});
    return this.object;
  }
}

function scene(object: JsonObject = aDeployment(), world: readonly JsonObject[] = [aServiceBinding()]) {
  const api = new OneDeployment(object);
  const lister = aStore(world);
  const workloads = new Workloads({ lister, now: () => 0 });
  let leading = true;
  let now = 0;
  const changes: string[] = [];
  const applier = new Applier({
    client: new ObjectClient({ transport: api, mayWrite: () => leading }),
    workloads,
    lister,
    now: () => now,
    onChanged: (before, after) => changes.push(`${before.projected.size} -> ${after.projected.size}`),
  });
  workloads.observe(api.object, DEPLOYMENTS);
  return {
    api,
    applier,
    workloads,
    changes,
    loseLease: () => (leading = false),
    pass: (ms: number) => (now += ms),
    settle: async () => await applier.settle(KEY, UID),
    isBound: () => JSON.stringify(api.object).includes(`servicebinding-${UID}`),
  };
}

describe('making a workload right', () => {
  it('takes one request if it was just seen: the whole object is at hand', async () => {
    const { api, settle, isBound, changes } = scene();
    assert.deepEqual(await settle(), { result: 'right', failure: undefined });
    assert.deepEqual(api.requests, ['PATCH']);
    assert.ok(isBound());
    assert.deepEqual(changes, ['0 -> 1']);
  });

  it('takes none if it is right', async () => {
    const { api, settle } = scene(aDeployment(), []);
    await settle();
    assert.deepEqual(api.requests, []);
  });

  it('happens once for two bindings that ask at the same time', async () => {
    const { api, settle } = scene();
    await Promise.all([settle(), settle()]);
    assert.deepEqual(api.requests, ['PATCH']);
  });

  it('SB-47: reads it anew when somebody else was quicker, and loses nothing of theirs', async () => {
    const { api, settle, isBound } = scene();
    api.touch({ metadata: { labels: { theirs: 'yes' } }, spec: { replicas: 7 } });
    assert.equal((await settle()).result, 'right');
    assert.deepEqual(api.requests, ['PATCH', 'GET', 'PATCH']);
    assert.ok(isBound());
    assert.equal(dig(api.object, 'metadata', 'labels', 'theirs'), 'yes');
    assert.equal(dig(api.object, 'spec', 'replicas'), 7);
  });

  it('SB-47: leaves it to the queue when somebody writes all the time', async () => {
    const { api, settle } = scene();
    api.fault = (method) => {
      if (method === 'PATCH') api.touch({});
    };
    assert.equal((await settle()).result, 'retry');
    assert.ok(api.requests.length < 10);
  });

  const faults: Readonly<Record<string, { readonly fault: unknown; readonly want: object }>> = {
    'SB-47: an API server that is away is tried again': {
      fault: new TransportError('connection', 'refused'),
      want: { result: 'retry' },
    },
    'SB-47: too many requests': { fault: refusal(429), want: { result: 'retry' } },
    'SB-47: a fault of the API server': { fault: refusal(503), want: { result: 'retry' } },
    'a workload that is gone is gone': { fault: refusal(404), want: { result: 'gone' } },
    'SB-46: what is forbidden is said, and looked at again': {
      fault: refusal(403, 'deployments.apps "orders" is forbidden'),
      want: { result: 'failed', recheck: true, reason: 'WorkloadForbidden' },
    },
    'SB-46: what is refused is said, and looked at again': {
      fault: refusal(422, 'Deployment.apps "orders" is invalid'),
      want: { result: 'failed', recheck: true, reason: 'WorkloadRefused' },
    },
  };
  for (const [name, { fault, want }] of Object.entries(faults)) {
    it(name, async () => {
      const { api, settle } = scene();
      api.fault = () => {
        throw fault;
      };
      const settled = await settle();
      const { result } = settled;
      const seen =
        settled.result === 'failed'
          ? { result, recheck: settled.recheck, reason: settled.failure.reason }
          : { result };
      assert.deepEqual(seen, want);
    });
  }

  it('SB-46: says what is wrong with it, and not what it quotes', async () => {
    const { api, settle } = scene();
    const dump = JSON.stringify(aDeployment());
    const message = `Invalid value: ${JSON.stringify(dump)}: json: unknown field "x"`;
    const text = `patch: ${message}`;
    const causes = [{ reason: 'FieldValueInvalid', field: 'patch', message }];
    api.fault = (method) => {
      if (method === 'PATCH') throw new ApiError({ status: 422, reason: 'Invalid', message: text, causes });
    };
    const settled = await settle();
    assert.equal(
      settled.result === 'failed' && settled.failure.message,
      'the API server refused the change: Invalid: patch: Invalid value: json: unknown field "x"',
    );
  });

  it('without the lease nothing is written', async () => {
    const { api, settle, loseLease, isBound } = scene();
    loseLease();
    assert.equal((await settle()).result, 'retry');
    assert.deepEqual(api.requests, []);
    assert.equal(isBound(), false);
  });

  it('trusts only the object that came back: a webhook that undoes the change shows', async () => {
    const { api, settle } = scene();
    const original = api.object;
    api.webhook = () => original;
    const settled = await settle();
    assert.equal(settled.result, 'failed');
    assert.match(settled.result === 'failed' ? settled.failure.message : '', /undone at once/);
  });

  it('an object that is being deleted is never patched', async () => {
    const { api, settle } = scene(
      aDeployment({ metadata: { deletionTimestamp: '2026-02-02T00:00:00Z', finalizers: ['x/y'] } }),
    );
    const settled = await settle();
    assert.equal(settled.result, 'failed');
    assert.ok(!api.requests.includes('PATCH'));
  });

  it('takes away the projection of a binding that is gone, when told so', async () => {
    const bound = scene();
    await bound.settle();
    const { api, applier, isBound } = scene(bound.api.object, []);
    assert.ok(isBound());
    assert.equal((await applier.settle(KEY, UID, [UID])).result, 'right');
    assert.equal(isBound(), false);
    assert.deepEqual(api.requests, ['GET', 'PATCH']);
  });
});

describe('a workload that somebody keeps changing back', () => {
  const revert = ({ api, workloads }: ReturnType<typeof scene>, original: JsonObject): void => {
    api.touch({});
    api.object = merge(original, { metadata: dig(api.object, 'metadata') as JsonObject });
    const metadata = { ...(api.object['metadata'] as JsonObject) };
    delete (metadata as Record<string, Json>)['annotations'];
    api.object = { ...api.object, metadata };
    workloads.observe(api.object, DEPLOYMENTS);
  };

  it('is left for a while after a few rounds, and said so: each of them would roll out Pods', async () => {
    const one = scene();
    const original = one.api.object;
    const results: string[] = [];
    for (let round = 0; round < 8; round++) {
      const settled = await one.settle();
      results.push(settled.result === 'failed' ? settled.failure.message : settled.result);
      revert(one, original);
    }
    assert.deepEqual(results.slice(0, 4), ['right', 'right', 'right', 'right']);
    assert.match(results[4] ?? '', /undone at once/);
    assert.equal(one.api.requests.filter((method) => method === 'PATCH').length, 4);
    one.pass(61_000);
    assert.equal((await one.settle()).result, 'right');
  });

  it('SB-47: conflicts are no fight', async () => {
    const { api, settle } = scene();
    api.fault = (method) => {
      if (method === 'PATCH') api.touch({});
    };
    for (let round = 0; round < 5; round++) assert.equal((await settle()).result, 'retry');
    api.fault = () => {};
    assert.equal((await settle()).result, 'right');
  });

  it('and one that is merely edited now and then is put right each time', async () => {
    const one = scene();
    const original = one.api.object;
    for (let round = 0; round < 8; round++) {
      assert.equal((await one.settle()).result, 'right');
      one.pass(61_000);
      revert(one, original);
    }
  });
});
