import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig } from '../../lib/api/json.ts';
import { startControlPlane, type ControlPlane } from '../cluster/control-plane.ts';
import { refOf, type ObjectRef } from '../cluster/objects.ts';
import { aBinding, DEPLOYMENT } from '../objects.ts';
import { call, CLEAT, inNamespace, lead, MUTATING, QUICK, VALIDATING, writtenByOthers } from './installed.ts';

suite('installed by Helm', { timeout: 120_000 }, () => {
  let cluster: ControlPlane;
  const helm = async (...args: readonly string[]): Promise<string> =>
    (await call('helm', cluster, [...args, '--namespace', 'cleat-system'])).stdout;
  const CRD: ObjectRef = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: 'servicebindings.servicebinding.io',
  };
  const kept = inNamespace('ignored', aBinding('kept', DEPLOYMENT, { name: 'a' }));

  before(async () => {
    cluster = await startControlPlane(QUICK);
  });
  after(async () => cluster?.stop());

  test('every object is accepted, and the notes say how to go on', async () => {
    const output = await helm('install', 'cleat', 'charts/cleat', '--create-namespace');
    assert.match(output, /STATUS: deployed/);
    assert.match(output, /rollout status deployment\/cleat/);
  });

  test('an upgrade changes what it says, brings the kinds up to date, and keeps what the leader has written', async () => {
    await lead(cluster);
    await cluster.patch(CRD, { spec: { names: { shortNames: ['old'] } } });
    const before = await writtenByOthers(cluster);
    await helm('upgrade', 'cleat', 'charts/cleat', '--set', 'replicas=3');
    assert.deepEqual(await writtenByOthers(cluster), before);
    assert.deepEqual(dig(await cluster.get(CRD), 'spec', 'names', 'shortNames'), ['sb']);
    const deployment = await cluster.get(CLEAT);
    assert.equal(dig(deployment, 'spec', 'replicas'), 3);
    await helm('rollback', 'cleat');
    assert.deepEqual(await writtenByOthers(cluster), before);
  });

  test('uninstalling keeps the kinds and the bindings, and the next installation takes them over', async () => {
    await cluster.createNamespace('ignored', { 'webhook.cleat.dev/ignore': 'true' });
    await cluster.apply(kept);
    await helm('uninstall', 'cleat');
    assert.equal(await cluster.get(MUTATING), undefined);
    assert.equal(await cluster.get(VALIDATING), undefined);
    assert.ok(await cluster.get(refOf(kept)));
    assert.match(await helm('install', 'cleat', 'charts/cleat'), /STATUS: deployed/);
    assert.ok(await cluster.get(refOf(kept)));
  });
});
