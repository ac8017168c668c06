import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { issueAuthority, issueServing, type KeyPair } from '../certs/issue.ts';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import type { WorkloadLister } from '../lib/resolve/workload-lister.ts';
import { Store } from '../lib/store/store.ts';
import { merge } from '../lib/testkit/builders.ts';
import { buildApp } from '../server/app.ts';
import { silent } from '../server/log.ts';
import { createMetrics } from '../server/metrics.ts';
import { Overlay } from '../server/overlay.ts';
import { type ControlPlane, startControlPlane } from './cluster/control-plane.ts';
import { readManifests } from './cluster/manifest.ts';
import { refOf } from './cluster/objects.ts';
import { freePort } from './cluster/processes.ts';
import { ApiError } from './cluster/rest.ts';
import { waitFor } from './cluster/wait-for.ts';
import { aBinding, DEPLOYMENT, mountPaths } from './objects.ts';

const BINDINGS = { apiVersion: 'servicebinding.io/v1', kind: 'ServiceBinding' };
const MAPPING: JsonObject = {
  apiVersion: 'servicebinding.io/v1',
  kind: 'ClusterWorkloadResourceMapping',
  metadata: { name: 'workers.example.com' },
};

/** The leader writes the rules for workloads; here there is none. */
const DEPLOYMENTS: JsonObject = {
  apiGroups: ['apps'],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
};

const binding = (name: string, spec: JsonObject = {}): JsonObject =>
  aBinding(name, DEPLOYMENT, { name }, spec);

const NOT_THERE: WorkloadLister = { workloadsOf: () => [], serves: () => true };

/** Cleat without any watch: whatever it knows of bindings, it knows from having been asked about them. */
class Cleat {
  readonly admitted: JsonObject[] = [];
  readonly store = new Store({ closedWorld: false });
  // So long that no test has to hurry.
  readonly overlay = new Overlay({ store: this.store, ttlMs: 600_000 });
  readonly port: number;
  readonly #pair: KeyPair;
  #app: FastifyInstance | undefined;

  constructor(port: number, pair: KeyPair) {
    this.port = port;
    this.#pair = pair;
  }

  async start(): Promise<void> {
    const { store, overlay, admitted } = this;
    const onAdmitted = (object: JsonObject): void => {
      admitted.push(object);
      overlay.add(object);
    };
    this.#app = buildApp(
      { lister: store, workloads: NOT_THERE, onAdmitted, log: silent, metrics: createMetrics() },
      this.#pair,
    );
    await this.#app.listen({ host: '127.0.0.1', port: this.port });
  }

  async stop(): Promise<void> {
    this.#app?.server.closeAllConnections();
    await this.#app?.close();
    this.#app = undefined;
  }

  /** The project's own configurations, led to where this one listens. */
  async configurations(authority: string): Promise<readonly JsonObject[]> {
    const caBundle = Buffer.from(authority).toString('base64');
    return (await readManifests('manifests/webhook')).map((configuration) => ({
      ...configuration,
      webhooks: (configuration['webhooks'] as readonly Json[]).filter(isObject).map((webhook) => {
        const path = String(dig(webhook, 'clientConfig', 'service', 'path'));
        const rules = path === '/mutate' ? [DEPLOYMENTS] : webhook['rules'];
        const clientConfig = { url: `https://127.0.0.1:${this.port}${path}`, caBundle };
        return { ...webhook, clientConfig, rules: rules ?? [] };
      }),
    }));
  }
}

describe('the validation of a real API server', { timeout: 300_000 }, () => {
  let cluster: ControlPlane;
  let cleat: Cleat;

  /** The API server's message. */
  async function refusal(action: Promise<unknown>): Promise<string> {
    const error = await action.then(
      () => assert.fail('it was admitted'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ApiError, String(error));
    return String(dig(error.body, 'message'));
  }

  const denied = (message: string): string =>
    `admission webhook "bindings.webhook.cleat.dev" denied the request: ${message}`;

  before(async () => {
    const now = new Date();
    const lifetimeMs = 3_600_000;
    const authority = await issueAuthority({ now, lifetimeMs });
    const pair = await issueServing({ authority, dnsNames: [], ipAddresses: ['127.0.0.1'], now, lifetimeMs });
    [cluster, cleat] = [await startControlPlane(), new Cleat(await freePort(), pair)];
    await cluster.createNamespace('shop');
    await cluster.apply(...(await readManifests('manifests/crds')));
    // From before there was a webhook. The schema of the kinds lets these through.
    await cluster.create(
      merge(binding('legacy', { name: 'Bad_Name' }), { metadata: { finalizers: ['example.com/hold'] } }),
    );
    await cluster.create({
      ...MAPPING,
      metadata: { name: 'legacies.example.com' },
      spec: { versions: [{ version: '*', volumes: '.spec.disks[*]' }] },
    });
    await cleat.start();
    await cluster.apply(...(await cleat.configurations(authority.certificate)));
    await waitFor('the API server to call the webhooks', async () => {
      const error = await refusal(cluster.create(binding('probe', { name: '..' }), { dryRun: 'All' }));
      return error.startsWith('admission webhook');
    });
  });
  after(async () => {
    cleat?.overlay.stop();
    await cleat?.stop();
    await cluster?.stop();
  });

  const wrong: Readonly<Record<string, [object: JsonObject, message: string]>> = {
    'a name that no directory has (APP-2)': [
      binding('wrong', { name: 'a/b' }),
      'ServiceBinding shop/wrong is not valid: spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    ],
    'name and selector together (SB-8)': [
      merge(binding('wrong'), { spec: { workload: { selector: { matchLabels: { a: 'b' } } } } }),
      'ServiceBinding shop/wrong is not valid: spec.workload.selector: must not be set beside name: keep one of them',
    ],
    'an older version (SB-2), with two mistakes': [
      {
        ...binding('wrong', { name: '.', env: ['a', 'b'].map((key) => ({ name: 'A', key })) }),
        apiVersion: 'servicebinding.io/v1beta1',
      },
      'ServiceBinding shop/wrong is not valid: spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory; spec.env[1].name: stands twice: keep one entry for each variable',
    ],
    'a JSONPath, with the place of the error (WRM-22)': [
      { ...MAPPING, spec: { versions: [{ version: '*', containers: [{ path: '.spec.tasks[?(@.name' }] }] } },
      'ClusterWorkloadResourceMapping workers.example.com is not valid: spec.versions[0].containers[0].path: unterminated filter (at offset 11)',
    ],
    'a Fixed JSONPath with an index (WRM-21, WRM-23)': [
      { ...MAPPING, spec: { versions: [{ version: '*', volumes: '.spec.disks[0]' }] } },
      'ClusterWorkloadResourceMapping workers.example.com is not valid: spec.versions[0].volumes: only fields joined by dots are allowed, not an index, a slice or a wildcard (at offset 11)',
    ],
    'a version that stands twice (WRM-7)': [
      { ...MAPPING, spec: { versions: [{ version: 'v1' }, { version: 'v1' }] } },
      'ClusterWorkloadResourceMapping workers.example.com is not valid: spec.versions[1].version: stands twice: keep one template for each version',
    ],
  };
  for (const [name, [object, message]] of Object.entries(wrong)) {
    it(`refuses ${name}`, async () => {
      assert.equal(await refusal(cluster.create(object)), denied(message));
      assert.equal(await cluster.get(refOf(object)), undefined);
    });
  }

  it('refuses to change what a binding is for, and lets the rest change', async () => {
    const moves = refOf(await cluster.create(binding('moves')));
    const change = (spec: JsonObject): Promise<JsonObject> => cluster.patch(moves, { spec });
    assert.equal(
      await refusal(change({ workload: { kind: 'StatefulSet' } })),
      denied(
        'ServiceBinding shop/moves is not valid: spec.workload.kind: cannot be changed: delete the ServiceBinding and create it anew',
      ),
    );
    await change({ workload: { name: 'other' }, service: { name: 'other' }, type: 'mysql' });
  });

  it('warns, and admits, where only other objects can tell', async () => {
    const path = await cluster.pathOf({ ...BINDINGS, namespace: 'shop' });
    const { status, headers } = await cluster.request('POST', path, { body: binding('early') });
    assert.equal(status, 201);
    assert.equal(
      headers['warning'],
      '299 - "Deployment shop/early does not exist yet: it is bound when it is created"',
    );
  });

  describe('an object that was invalid before', () => {
    const legacy = refOf(binding('legacy'));
    const mapping = { ...refOf(MAPPING), name: 'legacies.example.com' };

    it('can change in every other field', async () => {
      await cluster.patch(legacy, { spec: { type: 'mysql' } });
      await cluster.patch(legacy, { metadata: { labels: { a: 'b' } } });
      await cluster.patch(mapping, [
        { op: 'add', path: '/spec/versions/0/annotations', value: '.spec.notes' },
        { op: 'add', path: '/spec/versions/0', value: { version: 'v1' } },
      ]);
    });

    it('cannot become invalid in another way', async () => {
      assert.match(await refusal(cluster.patch(legacy, { spec: { name: 'Worse' } })), /spec\.name: must be/);
      const path = '/spec/versions/1/volumes';
      const patch = cluster.patch(mapping, [{ op: 'replace', path, value: '..' }]);
      assert.match(await refusal(patch), /spec\.versions\[1\]\.volumes: /);
    });

    it('can be corrected', async () => {
      await cluster.patch(mapping, { spec: { versions: [{ version: '*', volumes: '.spec.disks' }] } });
    });
  });

  describe('what is admitted', () => {
    it('bears its uid, its age and its generation already: the overlay relies on it', async () => {
      const created = await cluster.create(binding('stamped'));
      const asked = cleat.admitted.at(-1);
      assert.equal(dig(asked, 'metadata', 'name'), 'stamped');
      for (const field of ['uid', 'creationTimestamp', 'generation']) {
        assert.ok(dig(asked, 'metadata', field), field);
        assert.equal(dig(asked, 'metadata', field), dig(created, 'metadata', field));
      }
      const changed = await cluster.patch(refOf(created), { spec: { type: 'mysql' } });
      const again = cleat.admitted.at(-1);
      assert.deepEqual(
        [dig(again, 'metadata', 'uid'), dig(again, 'metadata', 'generation')],
        [dig(changed, 'metadata', 'uid'), 2],
      );
      assert.equal(dig(changed, 'metadata', 'generation'), 2);
    });

    it('also under a generated name', async () => {
      const { name: _, ...metadata } = binding('x')['metadata'] as JsonObject;
      const unnamed = { ...binding('x'), metadata: { ...metadata, generateName: 'made-' } };
      const created = await cluster.create(unnamed);
      assert.equal(dig(cleat.admitted.at(-1), 'metadata', 'name'), dig(created, 'metadata', 'name'));
    });

    it('is found by a workload that is created in the same breath, under the uid that it is stored with', async () => {
      const created = await cluster.create(binding('breath'));
      const workload = await cluster.create(DEPLOYMENT.make('breath'));
      assert.deepEqual(mountPaths(workload, DEPLOYMENT.podSpec), ['/bindings/breath']);
      const uid = String(dig(created, 'metadata', 'uid'));
      assert.match(JSON.stringify(workload), new RegExp(`"servicebinding-${uid}"`));
    });

    it('a dry run is not, and neither is a status', async () => {
      const { length } = cleat.admitted;
      await cluster.create(binding('dry'), { dryRun: 'All' });
      const workload = await cluster.create(DEPLOYMENT.make('dry'), { dryRun: 'All' });
      assert.deepEqual(mountPaths(workload, DEPLOYMENT.podSpec), []);
      const created = await cluster.create(binding('status'));
      await cluster.patch(refOf(created), { status: { observedGeneration: 1 } }, { subresource: 'status' });
      await cluster.patch(refOf(created), { metadata: { labels: { a: 'b' } } });
      assert.equal(cleat.admitted.length, length + 1);
    });

    it('a name that is taken does not displace the binding that has it', async () => {
      const created = await cluster.create(binding('taken'));
      cleat.store.upsert(created);
      await refusal(cluster.create(binding('taken')));
      const workload = await cluster.create(DEPLOYMENT.make('taken'));
      const uid = String(dig(created, 'metadata', 'uid'));
      assert.match(JSON.stringify(workload), new RegExp(`"servicebinding-${uid}"`));
    });
  });

  describe('while Cleat is away', () => {
    before(async () => cleat.stop());
    after(async () => cleat.start());

    it('no binding can be made, nor its spec be changed', async () => {
      assert.match(await refusal(cluster.create(binding('away'))), /failed calling webhook/);
      const change = cluster.patch(refOf(binding('legacy')), { spec: { type: 'x' } });
      assert.match(await refusal(change), /failed calling webhook/);
    });

    it('bindings can be labelled and deleted, also all at once, and their finalizers come off', async () => {
      const legacy = refOf(binding('legacy'));
      await cluster.patch(legacy, { metadata: { labels: { a: 'c' } } });
      const path = await cluster.pathOf({ ...BINDINGS, namespace: 'shop' });
      // As the namespace controller does.
      assert.equal((await cluster.request('DELETE', path)).status, 200);
      assert.notEqual(dig(await cluster.get(legacy), 'metadata', 'deletionTimestamp'), undefined);
      await cluster.patch(legacy, { metadata: { finalizers: null } });
      await waitFor('them to be gone', async () => (await cluster.list(BINDINGS)).length === 0);
    });

    it('mappings can be deleted', async () => {
      await cluster.remove({ ...refOf(MAPPING), name: 'legacies.example.com' });
    });
  });
});
