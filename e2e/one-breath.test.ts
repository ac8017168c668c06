import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { dig, isList, type JsonObject, textOf } from '../lib/api/json.ts';
import { untilSettled } from './chaos/expected.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { waitFor } from './cluster/wait-for.ts';
import { untilReady } from './conditions.ts';
import { call } from './installation/installed.ts';
import { aBinding, DEPLOYMENT } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';
import { idle } from './world.ts';

const TIMES = 100;
const AT_LEAST = 99;

function inOneFile(name: string): readonly JsonObject[] {
  const secret = { apiVersion: 'v1', kind: 'Secret', name };
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'shop' },
      stringData: { type: 'postgresql', username: 'sample-user' },
    },
    aBinding(name, DEPLOYMENT, { name }, { service: secret }),
    idle(name),
  ];
}

suite('Secret, binding and Deployment in one breath', { timeout: 240_000 }, () => {
  let operated: Operated;
  let cluster: ControlPlane;

  before(async () => {
    operated = await openOperated({ replicas: 2 });
    ({ cluster } = operated);
    // The webhook is asked about Deployments from here on.
    await cluster.apply(idle('before'), aBinding('before', DEPLOYMENT, { name: 'before' }));
    await untilReady(cluster, 'before');
    await waitFor('the webhook to be asked', async () => {
      const made = await cluster.create(idle('probe', { probe: 'yes' }), { dryRun: 'All' });
      await cluster.apply(aBinding('probe', DEPLOYMENT, { label: 'probe' }));
      return JSON.stringify(made).includes('SERVICE_BINDING_ROOT');
    });
  });
  after(async () => await operated?.close());

  /** By the uid of their Deployment. */
  async function replicaSets(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const set of await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop' })) {
      const owners = dig(set, 'metadata', 'ownerReferences');
      const uid = textOf(dig(isList(owners) ? owners[0] : undefined, 'uid'));
      counts.set(uid, (counts.get(uid) ?? 0) + 1);
    }
    return counts;
  }

  test(`kubectl apply -f makes at least ${AT_LEAST} of ${TIMES} Deployments with the ReplicaSet that they keep`, async (t) => {
    const names = Array.from({ length: TIMES }, (_, index) => `breath-${index}`);
    const file = join(cluster.directory, 'in-one-breath.json');
    const items = names.flatMap(inOneFile);
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await call('kubectl', cluster, ['apply', '-f', file]);
    const { workloads } = await untilSettled(cluster, operated.replicas);
    const made = workloads
      .map(([object]) => object)
      .filter((object) => names.includes(textOf(dig(object, 'metadata', 'name'))));
    assert.equal(made.length, TIMES);
    for (const object of made) assert.match(JSON.stringify(object), /SERVICE_BINDING_ROOT/);
    const counts = await waitFor(
      'each to have a ReplicaSet',
      async () => {
        const found = await replicaSets();
        return made.every((object) => found.has(textOf(dig(object, 'metadata', 'uid')))) ? found : undefined;
      },
      { timeoutMs: 60_000 },
    );
    const sound = made.filter((object) => counts.get(textOf(dig(object, 'metadata', 'uid'))) === 1);
    const created = made.filter((object) => dig(object, 'metadata', 'generation') === 1);
    t.diagnostic(
      `${sound.length} of ${TIMES} have one ReplicaSet; ${created.length} were never changed again`,
    );
    assert.ok(sound.length >= AT_LEAST, `${sound.length}`);
    assert.ok(created.length >= AT_LEAST, `${created.length}`);
  });
});
