import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { startControlPlane, type ControlPlane } from '../cluster/control-plane.ts';
import { readManifests } from '../cluster/manifest.ts';
import { refOf } from '../cluster/objects.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { aBinding, DEPLOYMENT } from '../objects.ts';
import { call, inNamespace, lead, QUICK, SELF_SIGNED } from './installed.ts';

suite('with Cleat down', { timeout: 120_000 }, () => {
  let cluster: ControlPlane;
  const refused = /failed calling webhook "bindings\.webhook\.cleat\.dev"/;
  const held = (object: JsonObject): JsonObject => ({
    ...object,
    metadata: { ...(object['metadata'] as JsonObject), finalizers: ['servicebinding.io/finalizer'] },
  });
  const present = aBinding('present', DEPLOYMENT, { name: 'app' });
  const mapping = (name: string): JsonObject => ({
    apiVersion: 'servicebinding.io/v1',
    kind: 'ClusterWorkloadResourceMapping',
    metadata: { name },
  });

  before(async () => {
    cluster = await startControlPlane(QUICK);
    await cluster.createNamespace('shop');
    await cluster.createNamespace('ignored', { 'webhook.cleat.dev/ignore': 'true' });
    const both = { 'webhook.cleat.dev/required': 'true', 'webhook.cleat.dev/ignore': 'true' };
    await cluster.createNamespace('both', both);
    await cluster.createNamespace('required');
    await cluster.apply(...(await readManifests('manifests/crds')));
    await cluster.apply(held(present), mapping('without-spec.example.com'));
    await cluster.apply(held(inNamespace('required', DEPLOYMENT.make('leaving'))));
    await call('kubectl', cluster, ['apply', '-f', SELF_SIGNED]);
    await lead(cluster);
    await cluster.patch(
      { apiVersion: 'v1', kind: 'Namespace', name: 'required' },
      { metadata: { labels: { 'webhook.cleat.dev/required': 'true' } } },
    );
    await waitFor('the API server to call the webhooks', async () => {
      await assert.rejects(
        cluster.create(aBinding('probe', DEPLOYMENT, { name: 'a' }), { dryRun: 'All' }),
        refused,
      );
      const probe = inNamespace('required', DEPLOYMENT.make('probe'));
      await assert.rejects(cluster.create(probe, { dryRun: 'All' }), /failed calling webhook/);
      return true;
    });
  });
  after(async () => cluster?.stop());

  test('bindings and mappings cannot be created, nor their spec changed, through any version', async () => {
    for (const version of ['v1', 'v1beta1', 'v1alpha3']) {
      const binding = {
        ...aBinding('new', DEPLOYMENT, { name: 'a' }),
        apiVersion: `servicebinding.io/${version}`,
      };
      await assert.rejects(cluster.create(binding), refused);
      const ref = { ...refOf(present), apiVersion: `servicebinding.io/${version}` };
      await assert.rejects(cluster.patch(ref, { spec: { type: 'mysql' } }), refused);
    }
    await assert.rejects(cluster.create(mapping('new.example.com')), refused);
    await assert.rejects(
      cluster.patch(refOf(mapping('without-spec.example.com')), { spec: { versions: [] } }),
      refused,
    );
  });

  test('all but the spec can be changed, also if there is none', async () => {
    await cluster.patch(refOf(present), { metadata: { labels: { touched: 'yes' } } });
    await cluster.patch(refOf(present), { status: { observedGeneration: 1 } }, { subresource: 'status' });
    await cluster.patch(refOf(mapping('without-spec.example.com')), {
      metadata: { annotations: { touched: 'yes' } },
    });
  });

  test('a binding can be deleted, and the finalizer that held it can be removed', async () => {
    await cluster.remove(refOf(present));
    assert.notEqual(dig(await cluster.get(refOf(present)), 'metadata', 'deletionTimestamp'), undefined);
    await cluster.patch(refOf(present), { metadata: { finalizers: null } });
    await waitFor('it to be gone', async () => (await cluster.get(refOf(present))) === undefined);
  });

  test('bindings in namespaces that are left alone are nobody’s business', async () => {
    for (const namespace of ['ignored', 'kube-system', 'cleat-system']) {
      await cluster.create(inNamespace(namespace, aBinding('free', DEPLOYMENT, { name: 'a' })));
    }
  });

  test('every workload is created as ever, but where its namespace requires Cleat; opting out goes before that', async () => {
    await cluster.create(DEPLOYMENT.make('plain'));
    await cluster.create(inNamespace('both', DEPLOYMENT.make('plain')));
    await cluster.create(inNamespace('kube-system', DEPLOYMENT.make('plain')));
    await assert.rejects(
      cluster.create(inNamespace('required', DEPLOYMENT.make('plain'))),
      /failed calling webhook "required\.webhook\.cleat\.dev"/,
    );
  });

  test('a workload can leave a namespace that requires Cleat: its finalizer can be removed', async () => {
    const leaving = refOf(inNamespace('required', DEPLOYMENT.make('leaving')));
    await cluster.remove(leaving);
    await cluster.patch(leaving, { metadata: { finalizers: null } });
    await waitFor('it to be gone', async () => (await cluster.get(leaving)) === undefined);
  });
});
