import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { Bindings } from '../server/controller/bindings.ts';
import { SecretCollector } from '../server/controller/deriving/secret-collector.ts';
import { ObjectClient } from '../server/controller/object-client.ts';
import { RestMapper } from '../server/kube/discovery.ts';
import { RecordingLog } from '../server/kube/testing/recording.ts';
import { systemTiming, type Timing } from '../server/kube/timing.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { openSecretStage, type SecretStage } from './generated-secrets.ts';
import { aBinding, DEPLOYMENT } from './objects.ts';
import { idle } from './world.ts';

const [FIRST, SECOND, STRAY] = ['bound-11111111', 'bound-22222222', 'bound-33333333'] as const;

const secretRef = (name: string): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: 'shop',
  name,
});

/** Every Secret is old enough. */
const later: Timing = { ...systemTiming, now: () => systemTiming.now() + 60 * 60_000 };

/** What a rollout to another Secret changes. */
const templateFor = (secret: string): JsonObject => ({
  spec: { template: { spec: { volumes: [{ name: 'bound', secret: { secretName: secret } }] } } },
});

describe('superseded Secrets', { timeout: 300_000 }, () => {
  let opened: SecretStage | undefined;
  const stage = (): SecretStage => {
    assert.ok(opened, 'the cluster is not up');
    return opened;
  };
  before(async () => {
    opened = await openSecretStage();
  });
  after(async () => await opened?.close());

  it('of a binding: a rollback to an older ReplicaSet still finds its Secret, one that nobody refers to goes', async () => {
    const { cluster, transport } = stage();
    const bound = await cluster.create(aBinding('bound', DEPLOYMENT, { name: 'app' }));
    const uid = textOf(dig(bound, 'metadata', 'uid'));
    const { apiVersion, kind } = refOf(bound);
    for (const name of [FIRST, SECOND, STRAY])
      await cluster.create({
        ...secretRef(name),
        metadata: {
          name,
          namespace: 'shop',
          ownerReferences: [{ apiVersion, kind, name: 'bound', uid, controller: true }],
        },
        stringData: { username: 'someone' },
      });
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bound-44444444', namespace: 'shop' },
    });

    const app = refOf(idle('app'));
    await cluster.create(idle('app'));
    const replicaSets = async (): Promise<readonly string[]> =>
      (await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop' })).map((set) =>
        JSON.stringify(dig(set, 'spec', 'template')),
      );
    const untilReplicaSet = async (secret: string): Promise<void> => {
      await waitFor(`a ReplicaSet with ${secret}`, async () =>
        (await replicaSets()).some((template) => template.includes(secret)),
      );
    };
    for (const secret of [FIRST, SECOND]) {
      await cluster.patch(app, templateFor(secret));
      await untilReplicaSet(secret);
    }

    let inUse: string = SECOND;
    const bindings = new Bindings(
      () => systemTiming.now(),
      () => undefined,
    );
    bindings.observe(bound);
    const log = new RecordingLog();
    const collector = new SecretCollector({
      transport,
      mapper: new RestMapper({ transport }),
      client: new ObjectClient({ transport, mayWrite: () => true }),
      bindings: () => bindings.all(),
      inUse: () => inUse,
      log,
      timing: later,
    });
    const secrets = async (): Promise<readonly string[]> => {
      const all = await cluster.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop' });
      return all.map((secret) => textOf(dig(secret, 'metadata', 'name'))).sort();
    };
    /** Until the Secrets are these. The rights that people grant take a moment to be collected. */
    const untilCollected = async (...want: readonly string[]): Promise<void> => {
      await waitFor(`the Secrets ${want.join(', ')}`, async () => {
        collector.poke();
        assert.deepEqual(await secrets(), want);
        return true;
      });
    };
    collector.start();
    try {
      await untilCollected(FIRST, SECOND, 'bound-44444444');

      // The rollback: the Deployment has the template of its first ReplicaSet again, and the Secret of it is there.
      await cluster.patch(app, templateFor(FIRST));
      inUse = FIRST;
      assert.ok(await cluster.get(secretRef(FIRST)), 'the Secret of the older ReplicaSet is gone');
      const collections = log.entries.length;
      collector.poke();
      await systemTiming.sleep(500);
      assert.deepEqual(await secrets(), [FIRST, SECOND, 'bound-44444444']);
      assert.equal(log.entries.length, collections);

      // Without a history there is nothing to go back to.
      await cluster.patch(app, { spec: { revisionHistoryLimit: 0 } });
      await waitFor('the newer ReplicaSet to be gone', async () =>
        (await replicaSets()).every((template) => !template.includes(SECOND)),
      );
      await untilCollected(FIRST, 'bound-44444444');
    } finally {
      await collector.stop();
    }
    const told = log.entries.filter(({ level }) => level === 'info').map(({ about }) => about);
    assert.deepEqual(told, [
      { namespace: 'shop', count: 1, secrets: [STRAY] },
      { namespace: 'shop', count: 1, secrets: [SECOND] },
    ]);
  });
});
