import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { aBinding, BUILT_IN, DEPLOYMENT, mountPaths, projectedSecrets, variables } from './objects.ts';
import { openStage, type Stage } from './stage.ts';

describe('the webhook of a real API server', { timeout: 300_000 }, () => {
  let stage: Stage;
  const cluster = (): Stage['cluster'] => stage.cluster;

  before(async () => {
    stage = await openStage();
    await cluster().createNamespace('shop');
  });
  after(async () => stage.close());

  /** Bindings reach Cleat by a watch: ask with dry runs until it knows of one, then create. */
  async function known(probe: JsonObject, podSpec: readonly string[]): Promise<void> {
    await waitFor('Cleat to know the binding', async () => {
      const answer = await cluster().create(probe, { dryRun: 'All' });
      return projectedSecrets(answer, podSpec).length > 0;
    });
  }

  let markers = 0;
  /** A watch delivers in order: whoever knows a binding made now knows all that was changed before. */
  async function caughtUp(): Promise<void> {
    markers += 1;
    const name = `marker-${markers}`;
    await cluster().apply(aBinding(name, DEPLOYMENT, { name }));
    await known(DEPLOYMENT.make(name), DEPLOYMENT.podSpec);
  }

  for (const kind of BUILT_IN) {
    it(`binds a ${kind.kind} by name (SB-7, WRM-25)`, async () => {
      const name = `named-${kind.kind.toLowerCase()}`;
      await cluster().apply(aBinding(name, kind, { name }));
      await known(kind.make(name), kind.podSpec);
      const created = await cluster().create(kind.make(name));
      assert.deepEqual(
        mountPaths(created, kind.podSpec).filter((path) => String(path).startsWith('/bindings')),
        [`/bindings/${name}`],
      );
      assert.deepEqual(variables(created, kind.podSpec), ['SERVICE_BINDING_ROOT', 'DB_USER']);
      assert.deepEqual(projectedSecrets(created, kind.podSpec), ['db']);
    });

    it(`binds a ${kind.kind} by label (SB-7)`, async () => {
      const name = `labelled-${kind.kind.toLowerCase()}`;
      await cluster().apply(aBinding(name, kind, { label: name }));
      const workload = kind.make(name, { [name]: 'yes' });
      await known(workload, kind.podSpec);
      assert.deepEqual(projectedSecrets(await cluster().create(workload), kind.podSpec), ['db']);
    });
  }

  it('binds a custom kind where its mapping says (WRM-24)', async () => {
    await cluster().apply(
      aBinding('mailer', { apiVersion: 'example.com/v1', kind: 'Worker' }, { name: 'mailer' }),
    );
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'mailer', namespace: 'shop' },
      spec: { tasks: [{ name: 'send', image: 'x' }] },
    };
    const isBound = (object: JsonObject): boolean => Array.isArray(dig(object, 'spec', 'storage'));
    await waitFor('Cleat to know it', async () => isBound(await cluster().create(worker, { dryRun: 'All' })));
    const created = await cluster().create(worker);
    const [task = {}] = dig(created, 'spec', 'tasks') as JsonObject[];
    const variable = (dig(task, 'environment') as JsonObject[]).map(({ name }) => name);
    assert.deepEqual(variable, ['SERVICE_BINDING_ROOT', 'DB_USER']);
    const [mount] = dig(task, 'mounts') as JsonObject[];
    assert.equal(mount?.['mountPath'], '/bindings/mailer');
  });

  it('takes the Secret from a Provisioned Service, once it has one (PS-1, SB-37)', async () => {
    const service = { apiVersion: 'example.com/v1', kind: 'Database', name: 'orders' };
    const database = {
      apiVersion: 'example.com/v1',
      kind: 'Database',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: {},
    };
    await cluster().apply(
      database,
      aBinding('provisioned', DEPLOYMENT, { name: 'provisioned' }, { service }),
    );
    const unbound = await cluster().create(DEPLOYMENT.make('provisioned'), { dryRun: 'All' });
    assert.deepEqual(projectedSecrets(unbound, DEPLOYMENT.podSpec), []);
    await cluster().apply({ ...database, status: { binding: { name: 'orders-credentials' } } });
    await known(DEPLOYMENT.make('provisioned'), DEPLOYMENT.podSpec);
    const created = await cluster().create(DEPLOYMENT.make('provisioned'));
    assert.deepEqual(projectedSecrets(created, DEPLOYMENT.podSpec), ['orders-credentials']);

    // The service goes: what is projected stays.
    await cluster().remove(refOf(database));
    await caughtUp();
    const scaled = await cluster().patch(refOf(created), { metadata: { labels: { touched: 'yes' } } });
    assert.deepEqual(projectedSecrets(scaled, DEPLOYMENT.podSpec), ['orders-credentials']);
  });

  it('leaves alone what no rule sends, and namespaces that opt out', async () => {
    await cluster().apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'shop' },
      data: { a: 'b' },
    });
    await cluster().createNamespace('ignored', { 'webhook.cleat.dev/ignore': 'true' });
    const inNamespace = (object: JsonObject, namespace: string): JsonObject => ({
      ...object,
      metadata: { ...(object['metadata'] as JsonObject), namespace },
    });
    await cluster().apply(inNamespace(aBinding('quiet', DEPLOYMENT, { name: 'quiet' }), 'ignored'));
    await cluster().apply(aBinding('quiet', DEPLOYMENT, { name: 'quiet' }));
    await known(DEPLOYMENT.make('quiet'), DEPLOYMENT.podSpec);
    const created = await cluster().create(inNamespace(DEPLOYMENT.make('quiet'), 'ignored'));
    assert.deepEqual(projectedSecrets(created, DEPLOYMENT.podSpec), []);
  });

  it('answers dry runs, and keeps nothing of them', async () => {
    await cluster().apply(aBinding('dry', DEPLOYMENT, { name: 'dry' }));
    await known(DEPLOYMENT.make('dry'), DEPLOYMENT.podSpec);
    assert.equal(await cluster().get(refOf(DEPLOYMENT.make('dry'))), undefined);
  });

  it('lives with two managers of server-side apply, and nothing changes when they apply again', async () => {
    await cluster().apply(aBinding('applied', DEPLOYMENT, { name: 'applied' }));
    await known(DEPLOYMENT.make('applied'), DEPLOYMENT.podSpec);
    const whole = DEPLOYMENT.make('applied');
    const scale = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'applied', namespace: 'shop' },
      spec: { replicas: 3 },
    };
    await cluster().applyAs('team', whole);
    const [first] = await cluster().applyAs('autoscaler', scale);
    await cluster().applyAs('team', whole);
    const [again] = await cluster().applyAs('autoscaler', scale);
    assert.deepEqual(projectedSecrets(again as JsonObject, DEPLOYMENT.podSpec), ['db']);
    // A Deployment's generation counts its annotations too. Not the resourceVersion: managers have timestamps of their own.
    assert.equal(dig(again, 'metadata', 'generation'), dig(first, 'metadata', 'generation'));
    assert.deepEqual(dig(again, 'spec'), dig(first, 'spec'));
    assert.deepEqual(dig(again, 'metadata', 'annotations'), dig(first, 'metadata', 'annotations'));
    assert.equal(dig(again, 'spec', 'replicas'), 3);
  });

  it("ten updates stay idempotent: one projection, and no generation but the user's", async () => {
    await cluster().apply(aBinding('updated', DEPLOYMENT, { name: 'updated' }));
    await known(DEPLOYMENT.make('updated'), DEPLOYMENT.podSpec);
    const created = await cluster().create(DEPLOYMENT.make('updated'));
    for (let update = 1; update <= 10; update += 1) {
      await cluster().patch(refOf(created), { metadata: { labels: { update: String(update) } } });
    }
    const after10 = await cluster().get(refOf(created));
    assert.ok(after10 !== undefined);
    assert.equal(dig(after10, 'metadata', 'generation'), dig(created, 'metadata', 'generation'));
    assert.deepEqual(after10['spec'], created['spec']);
  });

  it('projects once the update comes that makes a workload match, and takes away when it no longer does', async () => {
    await cluster().apply(aBinding('label-edit', DEPLOYMENT, { label: 'wants-db' }));
    await known(DEPLOYMENT.make('label-edit', { 'wants-db': 'yes' }), DEPLOYMENT.podSpec);
    const created = await cluster().create(DEPLOYMENT.make('label-edit'));
    assert.deepEqual(projectedSecrets(created, DEPLOYMENT.podSpec), []);
    const labelled = await cluster().patch(refOf(created), { metadata: { labels: { 'wants-db': 'yes' } } });
    assert.deepEqual(projectedSecrets(labelled, DEPLOYMENT.podSpec), ['db']);
    const unlabelled = await cluster().patch(refOf(created), { metadata: { labels: { 'wants-db': null } } });
    assert.deepEqual(projectedSecrets(unlabelled, DEPLOYMENT.podSpec), []);
    assert.deepEqual(variables(unlabelled, DEPLOYMENT.podSpec), ['SERVICE_BINDING_ROOT']);
  });

  for (const kind of BUILT_IN.filter(({ kind: name }) => name === 'Pod' || name === 'Job')) {
    it(`a bound ${kind.kind} can be labelled, retargeted and finalized: its template is never patched`, async () => {
      const name = `fixed-${kind.kind.toLowerCase()}`;
      const binding = aBinding(name, kind, { name });
      await cluster().apply(binding);
      await known(kind.make(name), kind.podSpec);
      const workload = kind.make(name);
      const created = await cluster().create({
        ...workload,
        metadata: { ...(workload['metadata'] as JsonObject), finalizers: ['example.com/hold'] },
      });
      // A binding that now wants another Secret, and one more variable, must not make the edit fail.
      await cluster().apply(
        aBinding(
          name,
          kind,
          { name },
          {
            service: { apiVersion: 'v1', kind: 'Secret', name: 'other' },
            env: [{ name: 'MORE', key: 'more' }],
          },
        ),
      );
      await caughtUp();
      const labelled = await cluster().patch(refOf(created), { metadata: { labels: { edited: 'yes' } } });
      assert.deepEqual(projectedSecrets(labelled, kind.podSpec), ['db']);
      await cluster().remove(refOf(created));
      const terminating = await cluster().get(refOf(created));
      assert.notEqual(dig(terminating, 'metadata', 'deletionTimestamp'), undefined);
      await cluster().patch(refOf(created), { metadata: { finalizers: null } });
      await waitFor('it to be gone', async () => (await cluster().get(refOf(created))) === undefined);
    });
  }

  it('a terminating Deployment is left alone: its finalizer can be removed', async () => {
    await cluster().apply(aBinding('terminating', DEPLOYMENT, { name: 'terminating' }));
    const plain = DEPLOYMENT.make('terminating');
    const created = await cluster().create({
      ...plain,
      metadata: { ...(plain['metadata'] as JsonObject), finalizers: ['example.com/hold'] },
    });
    await cluster().remove(refOf(created));
    await cluster().patch(refOf(created), { metadata: { finalizers: null } });
    await waitFor('it to be gone', async () => (await cluster().get(refOf(created))) === undefined);
  });

  it('a binding that is made a moment before its workload is found', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `moment-${index}`);
    const bound: boolean[] = [];
    for (const name of names) {
      await cluster().create(aBinding(name, DEPLOYMENT, { name }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      bound.push(
        projectedSecrets(await cluster().create(DEPLOYMENT.make(name)), DEPLOYMENT.podSpec).length > 0,
      );
    }
    assert.deepEqual(
      bound,
      names.map(() => true),
    );
  });

  it('warns the user of a collision, and corrupts nothing', async () => {
    await cluster().apply(aBinding('first', DEPLOYMENT, { name: 'collision' }, { name: 'same' }));
    await known(DEPLOYMENT.make('collision'), DEPLOYMENT.podSpec);
    await cluster().apply(aBinding('second', DEPLOYMENT, { name: 'collision' }, { name: 'same', env: [] }));
    const path = await cluster().pathOf({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' });
    await waitFor('Cleat to know both', async () => {
      const response = await cluster().request('POST', `${path}?dryRun=All`, {
        body: DEPLOYMENT.make('collision'),
      });
      return String(response.headers['warning']).includes('container app already mounts /bindings/same');
    });
    const created = await cluster().create(DEPLOYMENT.make('collision'));
    assert.deepEqual(mountPaths(created, DEPLOYMENT.podSpec), ['/bindings/same']);
  });
});
