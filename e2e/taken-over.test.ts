import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import { toBase64 } from '../lib/patch/base64.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf, untilGone } from './conditions.ts';
import { essence } from './migration/recorded-cases.ts';
import { leave, type Left, ofCore, type Stored } from './takeover/left-objects.ts';
import { operatorWebhooks } from './takeover/operator-release.ts';
import { AT, FINALIZER, secretName } from './takeover/operator-style.ts';
import { openTakeover, type Takeover } from './takeover/stage.ts';
import { BOUND, FAR, IDLE, LEAVING, named, URI } from './takeover/table.ts';

suite('taking a cluster over from the Service Binding Operator, by the guide', { timeout: 300_000 }, () => {
  let stage: Takeover;
  const left = new Map<string, Stored>();
  let replicaSets: readonly string[];

  const stored = (name: string): Stored => {
    const found = left.get(name);
    assert.ok(found, name);
    return found;
  };
  const bound = (): readonly (readonly [string, Stored])[] =>
    Object.keys(BOUND).map((name) => [name, stored(name)] as const);
  async function listReplicaSets(): Promise<readonly string[]> {
    const found = await stage.cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop' });
    return found.map((each) => textOf(dig(each, 'metadata', 'name'))).sort();
  }
  async function conditionsOf(binding: JsonObject): Promise<readonly Json[]> {
    const conditions = dig(await stage.get(refOf(binding)), 'status', 'conditions');
    assert.ok(Array.isArray(conditions));
    return conditions as readonly Json[];
  }
  async function secretsOf(binding: JsonObject): Promise<readonly string[]> {
    const all = await stage.cluster.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop' });
    const uid = textOf(dig(binding, 'metadata', 'uid'));
    return all
      .filter((secret) => JSON.stringify(dig(secret, 'metadata', 'ownerReferences') ?? []).includes(uid))
      .map((secret) => textOf(dig(secret, 'metadata', 'name')));
  }

  before(async () => {
    stage = await openTakeover();
    await stage.cluster.apply(FAR);
    for (const [name, each] of Object.entries({ ...BOUND, ...LEAVING, ...IDLE }))
      left.set(name, await leave(stage.cluster, each));
    await stage.settled();
    for (const [name, { workloads, ...rest }] of left) {
      const now: JsonObject[] = [];
      for (const workload of workloads) now.push(await stage.get(refOf(workload)));
      left.set(name, { ...rest, workloads: now });
    }
    replicaSets = await listReplicaSets();
  });
  after(async () => await stage?.close());

  test('its webhooks, without it, let no binding be written; the commands of the guide remove them', async () => {
    const { cluster, guide } = stage;
    const webhooks = [...operatorWebhooks('manifests'), ...operatorWebhooks('lifecycle manager')];
    await cluster.apply(...webhooks);
    const probe = async (): Promise<JsonObject> =>
      await cluster.create(ofCore('probe', named('probe')), { dryRun: 'All' });
    await waitFor('the API server to call them', async () => {
      await assert.rejects(probe(), /servicebinding\.kb\.io/);
      return true;
    });
    await guide.follow('1. Write down what is there');
    await guide.follow('2. Stop the operator', (commands) => commands.replaceAll('NAMESPACE', 'operators'));
    const found = await guide.follow('3. Delete its webhooks');
    assert.equal(found.match(/ deleted/g)?.length, webhooks.length);
    await waitFor('bindings to be written again', probe);
    for (const { kind } of webhooks) {
      const type = { apiVersion: 'admissionregistration.k8s.io/v1', kind: textOf(kind) };
      assert.deepEqual(await cluster.list(type), []);
    }
  });

  test('what is deleted now waits', async () => {
    for (const name of Object.keys(LEAVING)) {
      const { binding } = stored(name);
      await stage.cluster.remove(refOf(binding));
      assert.notEqual(dig(await stage.get(refOf(binding)), 'metadata', 'deletionTimestamp'), undefined);
    }
  });

  test('every binding is as ready as it was, in the same words, with the same Secret, since the same moment', async () => {
    await stage.install();
    for (const [name, { binding, secret }] of bound().filter(
      ([which]) => !which.includes('another namespace'),
    )) {
      const now = await stage.untilReady(refOf(binding));
      assert.equal(dig(now, 'status', 'secret'), secret, name);
      assert.deepEqual(dig(now, 'metadata', 'finalizers'), [FINALIZER], name);
      const said = (await conditionsOf(binding)).map((each) => [
        dig(each, 'type'),
        dig(each, 'status'),
        dig(each, 'reason'),
        dig(each, 'message'),
        dig(each, 'lastTransitionTime'),
      ]);
      assert.deepEqual(said, [
        ['CollectionReady', 'True', 'DataCollected', '', AT],
        ['InjectionReady', 'True', 'ApplicationUpdated', '', AT],
        ['Ready', 'True', 'ApplicationsBound', '', AT],
      ]);
    }
    const only = await stage.untilReady(refOf(stored('no application').binding));
    assert.equal(conditionOf(only, 'InjectionReady')?.reason, 'EmptyApplication');
    const unbound = await stage.untilReady(refOf(stored('a workload that is not there').binding), 'False');
    assert.match(conditionOf(unbound, 'InjectionReady')?.message ?? '', /^cannot find application resources/);
    assert.equal(conditionOf(unbound, 'InjectionReady')?.reason, 'ApplicationNotFound');
    assert.equal(dig(unbound, 'status', 'secret'), secretName('unbound', URI));
  });

  test('a binding to another namespace stays bound as it is, and says how it is confirmed', async () => {
    const { binding, secret } = stored('a service of another namespace');
    const now = await stage.untilReady(refOf(binding), 'False');
    assert.equal(dig(now, 'status', 'secret'), secret);
    assert.match(conditionOf(now)?.message ?? '', /requester\.cleat\.dev\/confirm=true/);
    assert.equal(conditionOf(now, 'InjectionReady')?.status, 'True');
    await stage.guide.follow('Who asked for it', (commands) =>
      (commands.split('\n')[0] ?? '').replace('orders-services', 'far'),
    );
    assert.equal(dig(await stage.untilReady(refOf(binding)), 'status', 'secret'), secret);
  });

  test('the bindings that were being deleted are finished, and nothing of them is left', async () => {
    for (const name of Object.keys(LEAVING)) {
      const { binding, secret, workloads } = stored(name);
      await untilGone(stage.cluster, refOf(binding));
      await untilGone(stage.cluster, { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: secret });
      await assertUnbound(LEAVING[name], workloads);
    }
  });

  /** That workloads are what their user wrote, but for what the operator would have left as well. */
  async function assertUnbound(given: Left | undefined, workloads: readonly JsonObject[]): Promise<void> {
    for (const [index, workload] of workloads.entries()) {
      const now = await stage.get(refOf(workload));
      const object = given?.workloads[index]?.object ?? {};
      const metadata = { ...(object['metadata'] as JsonObject), name: 'as-it-was' };
      const wanted = await stage.cluster.create({ ...object, metadata }, { dryRun: 'All' });
      assert.deepEqual(essence(now['spec'] ?? null), essence(wanted['spec'] ?? null));
      assert.doesNotMatch(JSON.stringify(dig(now, 'metadata', 'annotations') ?? {}), /projector/);
    }
  }

  async function assertUntouched(): Promise<void> {
    for (const [name, { workloads }] of bound()) {
      for (const before of workloads) {
        assert.deepEqual((await stage.get(refOf(before)))['spec'], before['spec'], name);
      }
    }
  }

  test('no Pod template of any other workload has changed, and nothing is rolled out', async () => {
    await assertUntouched();
    const added = (await listReplicaSets()).filter((name) => !replicaSets.includes(name));
    assert.deepEqual(
      added.filter((name) => !name.startsWith('leaving-')),
      [],
    );
    await stage.settled();
    const differences = await stage.guide.follow('5. Compare');
    const rolledOut = [...differences.matchAll(/^[<>] \S+ +(\S+) +(\S+)-[0-9a-z]+$/gm)].map(
      ([, namespace, name]) => `${namespace}/${name}`,
    );
    const others = rolledOut.filter((name) => !name.startsWith('shop/leaving-'));
    assert.deepEqual(others, ['cleat-system/cleat']);
  });

  test('nor does it when they pass the admission, when their user applies them again, or when Cleat starts anew', async () => {
    for (const [name, { workloads }] of bound()) {
      for (const [index, workload] of workloads.entries()) {
        await stage.cluster.patch(refOf(workload), { metadata: { labels: { touched: 'yes' } } });
        const own = BOUND[name]?.workloads[index];
        // Where envFrom stands in the user's manifest it is replaced as a whole: what is superseded does not come back.
        if (own !== undefined && own.former === undefined) await stage.cluster.applyAs('kubectl', own.object);
      }
    }
    await assertUntouched();
    await stage.restart();
    for (const [, { binding }] of bound()) await stage.untilReady(refOf(binding));
    await assertUntouched();
  });

  test('a source that changes brings one new Secret and one new Pod template', async () => {
    const { binding, secret, workloads } = stored(
      'files, a Secret of its own, another directory than the name',
    );
    const workload = await stage.get(refOf(workloads[0] ?? {}));
    await stage.cluster.patch(
      { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'credentials' },
      { data: { password: toBase64('new') } },
    );
    const wanted = secretName('files', { ...URI, password: 'new' });
    await waitFor('the new Secret to be projected', async () => {
      const { spec = null } = await stage.get(refOf(workload));
      const [, volume] = dig(spec, 'template', 'spec', 'volumes') as Json[];
      return dig(volume, 'secret', 'secretName') === wanted;
    });
    await waitFor('its status to name it', async () => {
      const now = await stage.untilReady(refOf(binding));
      return dig(now, 'status', 'secret') === wanted;
    });
    assert.deepEqual([...(await secretsOf(binding))].sort(), [secret, wanted].sort());
    const states = [workload, ...(await stage.statesSince(workload))];
    assert.equal(new Set(states.map((state) => JSON.stringify(dig(state, 'spec', 'template')))).size, 2);
  });

  test('deleting the bindings leaves nothing behind: no finalizer, no Secret, no fragment', async () => {
    for (const [, { binding }] of left) await stage.cluster.remove(refOf(binding));
    for (const [name, { binding, workloads }] of bound()) {
      await untilGone(stage.cluster, refOf(binding));
      await waitFor('its Secrets to be collected', async () => (await secretsOf(binding)).length === 0);
      await assertUnbound(BOUND[name], workloads);
    }
    for (const name of Object.keys(IDLE)) {
      const { binding } = stored(name);
      await untilGone(stage.cluster, refOf(binding));
      await waitFor('its Secrets to be collected', async () => (await secretsOf(binding)).length === 0);
    }
  });
});
