import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { installFile } from '../../tools/manifests.ts';
import { startControlPlane, type ControlPlane } from '../cluster/control-plane.ts';
import { readManifests } from '../cluster/manifest.ts';
import { aBinding, DEPLOYMENT } from '../objects.ts';
import {
  call,
  CLEAT,
  inNamespace,
  lead,
  MUTATING,
  QUICK,
  SELF_SIGNED,
  VALIDATING,
  writtenByOthers,
} from './installed.ts';

suite('installed by kubectl', { timeout: 120_000 }, () => {
  let cluster: ControlPlane;
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await call('kubectl', cluster, args)).stdout;

  before(async () => {
    cluster = await startControlPlane(QUICK);
  });
  after(async () => cluster?.stop());

  test('every object is accepted, without a warning', async () => {
    const { stdout, stderr } = await call('kubectl', cluster, ['apply', '-f', SELF_SIGNED]);
    const objects = await readManifests(SELF_SIGNED);
    const created = stdout.split('\n').filter((line) => line.endsWith(' created'));
    assert.equal(created.length, objects.length, stdout);
    assert.equal(stderr, '');
  });

  test('applying it again, on the client or the server, keeps what the leader and the control plane have written', async () => {
    await lead(cluster);
    const before = await writtenByOthers(cluster);
    assert.doesNotMatch(JSON.stringify(before), /null/);
    assert.doesNotMatch(await kubectl('apply', '-f', SELF_SIGNED), / created$/m);
    assert.deepEqual(await writtenByOthers(cluster), before);
    const gitops = ['apply', '--server-side', '--field-manager=gitops', '-f', SELF_SIGNED];
    await kubectl(...gitops);
    await kubectl(...gitops);
    assert.deepEqual(await writtenByOthers(cluster), before);
  });

  test('kubectl explains and lists bindings by their short names and category', async () => {
    const kinds = await kubectl('api-resources', '--api-group=servicebinding.io', '-o', 'wide');
    assert.match(kinds, /^servicebindings +sb .* service-bindings$/m);
    assert.match(kinds, /^clusterworkloadresourcemappings +cwrm .* service-bindings$/m);
    for (const version of ['v1', 'v1beta1', 'v1alpha3']) {
      const explained = await kubectl(
        'explain',
        `--api-version=servicebinding.io/${version}`,
        'sb.status.conditions.reason',
      );
      assert.match(explained, /The cause in one CamelCase word/);
    }
    assert.match(await kubectl('explain', 'cwrm.spec.versions.containers'), /starting at each\s+object/);
    await cluster.createNamespace('listed', { 'webhook.cleat.dev/ignore': 'true' });
    await cluster.apply(inNamespace('listed', aBinding('db', DEPLOYMENT, { name: 'app' })));
    const header = (await kubectl('get', 'service-bindings', '-n', 'listed', '-o', 'wide')).split('\n')[0];
    assert.deepEqual(header?.split(/\s+/), [
      'NAME',
      'SECRET',
      'READY',
      'REASON',
      'AGE',
      'SERVICE',
      'WORKLOAD',
    ]);
  });

  test('its Pods are admitted at the Pod Security level that its namespace enforces', async () => {
    const template = dig(await cluster.get(CLEAT), 'spec', 'template') as JsonObject;
    const pod: JsonObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...(template['metadata'] as JsonObject), name: 'cleat', namespace: 'cleat-system' },
      spec: template['spec'] as JsonObject,
    };
    await cluster.create(pod, { dryRun: 'All' });
    const lax = { ...(pod['spec'] as JsonObject), hostNetwork: true };
    await assert.rejects(
      cluster.create({ ...pod, spec: lax }, { dryRun: 'All' }),
      /violates PodSecurity "restricted:latest"/,
    );
  });

  test("RBAC-7: Cleat's ServiceAccount may do what its roles say, and nothing to what belongs to others", async () => {
    const may = async (...args: readonly string[]): Promise<boolean> => {
      const asCleat = ['--as', 'system:serviceaccount:cleat-system:cleat'];
      const answer = await kubectl('auth', 'can-i', ...args, ...asCleat).catch(
        (error: unknown) => (error as { stdout: string }).stdout,
      );
      return answer.trim() === 'yes';
    };
    for (const [allowed, ...args] of [
      [true, 'patch', 'servicebindings.servicebinding.io', '--subresource=status', '-A'],
      [true, 'patch', 'mutatingwebhookconfigurations/cleat'],
      [false, 'patch', 'mutatingwebhookconfigurations/other'],
      [true, 'patch', 'validatingwebhookconfigurations/cleat'],
      [true, 'get', 'secrets/cleat-certificates', '-n', 'cleat-system'],
      [false, 'get', 'secrets/other', '-n', 'cleat-system'],
      [false, 'list', 'secrets', '-A'],
      [false, 'update', 'servicebindings.servicebinding.io', '-A'],
      // Comes with the aggregated role, whose rules were put in by hand here.
      [true, 'get', 'deployments.apps', '-A'],
    ] as const)
      assert.equal(await may(...args), allowed, args.join(' '));
  });

  test('the overlay cert-manager is accepted too, once cert-manager has brought its kinds', async () => {
    await cluster.apply(...['Certificate', 'Issuer'].map(aKindOfCertManager));
    const { stderr } = await call('kubectl', cluster, [
      'apply',
      '--server-side',
      '--force-conflicts',
      '-f',
      installFile('cert-manager'),
    ]);
    assert.equal(stderr, '');
    await kubectl('apply', '--server-side', '--force-conflicts', '-f', installFile('kind'));
  });

  test('what docs/install.md deletes to keep the bindings leaves the kinds and the bindings', async () => {
    const label = ['-l', 'app.kubernetes.io/name=cleat'];
    await kubectl('delete', 'mutatingwebhookconfigurations,validatingwebhookconfigurations', ...label);
    await kubectl('delete', 'clusterroles,clusterrolebindings', ...label);
    assert.equal(await cluster.get(MUTATING), undefined);
    assert.equal(await cluster.get(VALIDATING), undefined);
    assert.match(await kubectl('get', 'sb', '-A'), /^listed +db /m);
  });
});

function aKindOfCertManager(kind: string): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.cert-manager.io` },
    spec: {
      group: 'cert-manager.io',
      names: { kind, plural },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
