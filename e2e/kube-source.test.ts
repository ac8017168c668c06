import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { SERVICE_BINDING, type GroupVersionKind } from '../lib/api/kinds.ts';
import { RestMapper } from '../server/kube/discovery.ts';
import { HastyTiming, RecordingLog, RecordingSink } from '../server/kube/testing/recording.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { systemTiming } from '../server/kube/timing.ts';
import { KubeSource } from '../server/source/kube/source.ts';
import { startControlPlane, type ControlPlane } from './cluster/control-plane.ts';
import { waitFor } from './cluster/wait-for.ts';

const CONFIG_MAP: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };
const DATABASE: GroupVersionKind = { group: 'e2e.cleat.dev', version: 'v1', kind: 'Database' };

function aCrd(group: string, kind: string): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

function anObject(
  { group, version, kind }: GroupVersionKind,
  name: string,
  more: JsonObject = {},
): JsonObject {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, ...more };
}

const ref = ({ group, version, kind }: GroupVersionKind, name: string) => ({
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
  namespace: 'default',
  name,
});

/** A source of the cluster, with waits that are short. */
class Rig implements AsyncDisposable {
  readonly sink = new RecordingSink();
  readonly log = new RecordingLog();
  readonly transport: Transport;
  readonly source: KubeSource;

  constructor(kubeconfig: string, own: GroupVersionKind, timing = new QuickTiming()) {
    this.transport = openTransport({ kubeconfig, version: 'e2e' });
    const mapper = new RestMapper({ transport: this.transport, timing });
    const { transport, sink, log } = this;
    this.source = new KubeSource({
      transport,
      mapper,
      sink,
      log,
      timing,
      ownKinds: [own],
      graceMs: 1_000,
      limits: { pollMs: 5_000 },
    });
    this.source.start();
  }

  async phase(phase: string, kind?: string): Promise<void> {
    await waitFor(`${kind ?? 'the own kind'} to be ${phase}`, () => {
      const state = this.source.states().find((each) => kind === undefined || each.groupKind.kind === kind);
      return state?.phase === phase;
    });
  }

  /** Those of the namespace `default`: others belong to the API server. */
  names(): string[] {
    const all = this.sink.names;
    return all.filter((name) => dig(this.sink.objects.get(name), 'metadata', 'namespace') === 'default');
  }

  async until(...names: readonly string[]): Promise<void> {
    await waitFor(`the objects ${names.join()}`, () => {
      assert.deepEqual(this.names(), names);
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.stop();
    await this.transport.close();
  }
}

/** Ten times faster than real. */
class QuickTiming extends HastyTiming {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemTiming.sleep(ms / 10, signal);
  }
}

/** Nobody who has begun to wait goes on until it is released. */
class HeldTiming extends QuickTiming {
  release: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => (this.release = resolve));

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#released;
    await super.sleep(ms, signal);
  }
}

suite('the Kubernetes source, against a real API server', { timeout: 180_000 }, () => {
  let cluster: ControlPlane;

  before(async () => {
    cluster = await startControlPlane();
  });

  after(async () => {
    await cluster?.stop();
  });

  beforeEach(async () => {
    for (const { metadata } of await cluster.list({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
    })) {
      const name = dig(metadata ?? null, 'name');
      if (typeof name === 'string') await cluster.remove(ref(CONFIG_MAP, name));
    }
  });

  test('sees what is there, added, updated, deleted, and deleted and created again', async () => {
    await cluster.create(anObject(CONFIG_MAP, 'a', { data: { size: 'S' } }));
    await using rig = new Rig(cluster.kubeconfig, CONFIG_MAP);
    await rig.phase('watching');
    await rig.until('a');
    assert.equal(rig.source.ready(), true);
    assert.deepEqual(
      [dig(rig.sink.objects.get('a'), 'kind'), dig(rig.sink.objects.get('a'), 'apiVersion')],
      ['ConfigMap', 'v1'],
    );
    assert.equal(dig(rig.sink.objects.get('a'), 'metadata', 'managedFields'), undefined);
    await cluster.create(anObject(CONFIG_MAP, 'b'));
    await cluster.patch(ref(CONFIG_MAP, 'a'), { data: { size: 'L' } });
    await waitFor('the update', () => dig(rig.sink.objects.get('a'), 'data', 'size') === 'L');
    const first = dig(rig.sink.objects.get('b'), 'metadata', 'uid');
    await cluster.remove(ref(CONFIG_MAP, 'b'));
    await cluster.create(anObject(CONFIG_MAP, 'b'));
    await waitFor('the successor', () => {
      const uid = dig(rig.sink.objects.get('b'), 'metadata', 'uid');
      return uid !== undefined && uid !== first;
    });
    await cluster.remove(ref(CONFIG_MAP, 'a'));
    await rig.until('b');
  });

  test('reads pages as the API server cuts them', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    await Promise.all(names.map(async (name) => await cluster.create(anObject(CONFIG_MAP, name))));
    await using rig = new Rig(cluster.kubeconfig, CONFIG_MAP);
    await rig.phase('watching');
    await rig.until(...names);
  });

  test('lists anew after the API server could not be reached, and loses nobody: it may be back with a backup', async () => {
    await cluster.create(anObject(CONFIG_MAP, 'a'));
    await using rig = new Rig(cluster.kubeconfig, CONFIG_MAP);
    await rig.phase('watching');
    await cluster.stopApiServer('SIGKILL');
    await rig.phase('retrying');
    assert.deepEqual([rig.source.ready(), rig.source.states()[0]?.synced], [true, true]);
    assert.match(rig.source.detail(), /ConfigMap is retrying: .*(ECONNREFUSED|other side closed|ECONNRESET)/);
    await cluster.startApiServer();
    await cluster.create(anObject(CONFIG_MAP, 'b'));
    await rig.phase('watching');
    await rig.until('a', 'b');
    assert.equal(rig.sink.story.filter((line) => line === '+a').length, 2);
    assert.ok(!rig.sink.story.includes('-a'));
  });

  test('lists again when etcd was compacted while it was away, and sees who was exchanged', async () => {
    await cluster.apply(anObject(CONFIG_MAP, 'a'), anObject(CONFIG_MAP, 'b'), anObject(CONFIG_MAP, 'c'));
    const timing = new HeldTiming();
    await using rig = new Rig(cluster.kubeconfig, CONFIG_MAP, timing);
    await rig.phase('watching');
    await cluster.stopApiServer('SIGKILL');
    await rig.phase('retrying');
    await cluster.startApiServer();
    await cluster.remove(ref(CONFIG_MAP, 'a'));
    await cluster.remove(ref(CONFIG_MAP, 'b'));
    await cluster.create(anObject(CONFIG_MAP, 'b'));
    await cluster.compactEtcd();
    await cluster.stopApiServer('SIGKILL');
    await cluster.startApiServer();
    const before = rig.sink.story.length;
    timing.release();
    await rig.until('b', 'c');
    const story = rig.sink.story.slice(before).filter((line) => /^[+-].$/.test(line));
    assert.deepEqual(story, ['-b', '+b', '+c', '-a']);
    assert.match(JSON.stringify(rig.log.entries), /watch: too old resource version/);
  });

  test('finds a kind when its CRD is installed, and lets go of its objects when that is deleted', async () => {
    await using rig = new Rig(cluster.kubeconfig, CONFIG_MAP);
    rig.source.setServiceKinds([DATABASE]);
    await rig.phase('absent', 'Database');
    await waitFor('it to be ready', () => rig.source.ready());
    await cluster.apply(
      aCrd(DATABASE.group, DATABASE.kind),
      anObject(DATABASE, 'db', { status: { binding: { name: 's' } } }),
    );
    await rig.phase('watching', 'Database');
    await rig.until('db');
    assert.deepEqual(Object.keys(rig.sink.objects.get('db') ?? {}), [
      'apiVersion',
      'kind',
      'metadata',
      'status',
    ]);
    await cluster.remove({ ...ref(DATABASE, ''), ...CRD_REF, name: `databases.${DATABASE.group}` });
    await rig.phase('absent', 'Database');
    await rig.until();
    assert.equal(rig.source.states().find(({ role }) => role === 'service')?.synced, true);
  });

  test('takes what the rights of its ServiceAccount allow: nothing, lists, watches', async () => {
    await cluster.apply(aCrd(SERVICE_BINDING.group, SERVICE_BINDING.kind), anObject(BINDING, 'sb'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'cleat', namespace: 'default' },
    });
    const kubeconfig = await cluster.kubeconfigFor({ namespace: 'default', name: 'cleat' });
    await using rig = new Rig(kubeconfig, BINDING);
    await rig.phase('forbidden');
    assert.equal(rig.source.ready(), false);
    assert.match(
      rig.source.detail(),
      /ServiceBinding is forbidden: .*cannot list resource "servicebindings"/,
    );
    await cluster.apply(...grant('list'));
    await rig.phase('polling');
    await rig.until('sb');
    assert.match(rig.source.detail(), /ServiceBinding is polling: .*cannot watch resource "servicebindings"/);
    await cluster.create(anObject(BINDING, 'two'));
    await rig.until('sb', 'two');
    await cluster.apply(...grant('list', 'watch'));
    await waitFor('a watch', () => rig.source.states()[0]?.phase === 'watching', { timeoutMs: 30_000 });
    await cluster.remove(ref(BINDING, 'sb'));
    await rig.until('two');
    await cluster.apply(...grant());
    await cluster.stopApiServer('SIGKILL'); // ends the watch; an authorized one would live on
    await cluster.startApiServer();
    await rig.phase('forbidden');
    assert.deepEqual([rig.source.ready(), rig.names()], [true, ['two']]);
  });
});

const BINDING: GroupVersionKind = { ...SERVICE_BINDING, version: 'v1' };
const CRD_REF = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

function grant(...verbs: readonly string[]): JsonObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules =
    verbs.length === 0 ? [] : [{ apiGroups: ['servicebinding.io'], resources: ['servicebindings'], verbs }];
  const subject = { kind: 'ServiceAccount', namespace: 'default', name: 'cleat' };
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: 'cleat' }, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cleat' },
      subjects: [subject],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cleat' },
    },
  ];
}
