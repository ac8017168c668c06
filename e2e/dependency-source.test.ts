import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { SECRET } from '../lib/api/kinds.ts';
import { Dependencies, onObject, onOwned } from '../server/controller/deriving/dependencies.ts';
import { DependencySource } from '../server/controller/deriving/dependency-source.ts';
import { RestMapper } from '../server/kube/discovery.ts';
import { RecordingLog } from '../server/kube/testing/recording.ts';
import { systemTiming } from '../server/kube/timing.ts';
import type { Transport } from '../server/kube/transport.ts';
import { waitFor } from './cluster/wait-for.ts';
import { openSecretStage, type SecretStage } from './generated-secrets.ts';

const VALUE = 'a-value-that-nobody-may-see';
const ENCODED = Buffer.from(VALUE).toString('base64');
const OWNER = '7f0d8f3c-3d0e-4b69-9f0e-0e6b1f8a0001';

const aSecret = (name: string, text: string, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'shop', ...metadata },
  data: { password: ENCODED, text: Buffer.from(text).toString('base64') },
});

/** The same, and every text that the API server answers is written down. */
function overheard(transport: Transport, heard: string[]): Pick<Transport, 'read' | 'stream'> {
  async function* listened(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      heard.push(line);
      yield line;
    }
  }
  return {
    read: async (...call) => {
      const text = await transport.read(...call);
      heard.push(text);
      return text;
    },
    stream: async (...call) => listened(await transport.stream(...call)),
  };
}

describe('what Secrets are made from', { timeout: 300_000 }, () => {
  let opened: SecretStage | undefined;
  before(async () => {
    opened = await openSecretStage();
  });
  after(async () => await opened?.close());

  it('is followed by its metadata: no value of a Secret ever reaches the watch', async () => {
    assert.ok(opened, 'the cluster is not up');
    const { cluster, transport } = opened;
    const heard: string[] = [];
    const enqueued = new Set<string>();
    const created = await cluster.create(aSecret('db', 'one'));
    // More than the first page of a list has.
    for (let index = 0; index < 60; index += 1) await cluster.create(aSecret(`other-${index}`, 'one'));
    const dependencies = new Dependencies(() => source.setKinds(dependencies.kinds()));
    const source = new DependencySource({
      transport: overheard(transport, heard),
      mapper: new RestMapper({ transport }),
      dependencies,
      enqueue: (key) => void enqueued.add(key),
      log: new RecordingLog(),
      timing: systemTiming,
    });
    const db = onObject(SECRET, { namespace: 'shop', name: 'db' });
    const version = textOf(dig(created, 'metadata', 'resourceVersion'));
    source.start();
    try {
      dependencies.set('knows', [[db, version]], [SECRET]);
      dependencies.set('other', [[onOwned(SECRET, OWNER), undefined]], [SECRET]);
      const untilEnqueued = async (...want: readonly string[]): Promise<void> => {
        await waitFor(`${want.join(', ')} to be enqueued`, () => {
          assert.deepEqual([...enqueued].sort(), want);
          return true;
        });
        enqueued.clear();
      };
      await waitFor('it to be watching', () => source.states()[0]?.phase === 'watching');
      assert.deepEqual([...enqueued], []);
      await cluster.apply(aSecret('db', 'two'));
      await untilEnqueued('knows');
      const owner = { apiVersion: 'example.com/v1', kind: 'Database', name: 'x', uid: OWNER };
      await cluster.create(aSecret('owned', 'one', { ownerReferences: [owner] }));
      await untilEnqueued('other');
      await cluster.remove({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' });
      await untilEnqueued('knows');
    } finally {
      await source.stop();
    }
    assert.ok(heard.join('').includes('"other-59"'));
    assert.doesNotMatch(heard.join(''), new RegExp(`${VALUE}|${ENCODED}`));
  });
});
