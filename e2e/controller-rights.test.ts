import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, type Json, type JsonObject } from '../lib/api/json.ts';
import { readManifests } from './cluster/manifest.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, DEPLOYMENT } from './objects.ts';
import {
  aRole,
  aTaskMapping,
  ALL_VERBS,
  aWorker,
  deployment,
  idle,
  inNamespace,
  useWorld,
  WORKER,
} from './world.ts';

const WEBHOOKS: ObjectRef = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  name: 'cleat',
};

/** A CustomResourceDefinition like that of the sample kind, under another name. */
function aKind(definition: JsonObject, kind: string, plural: string): JsonObject {
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { ...(definition['spec'] as JsonObject), names },
  };
}

describe('the rights of Cleat', { timeout: 600_000 }, () => {
  const { cluster, get, untilSecrets } = useWorld();

  before(async () => {
    const worker = await get({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'workers.example.com',
    });
    await cluster().apply(
      aKind(worker, 'Guarded', 'guardeds'),
      aKind(worker, 'Vault', 'vaults'),
      aTaskMapping('guardeds'),
    );
  });

  const GUARDED = { apiVersion: 'example.com/v1', kind: 'Guarded' };
  const VAULT = { apiVersion: 'example.com/v1', kind: 'Vault' };
  const aGuarded = (name: string): JsonObject => ({ ...aWorker(name), ...GUARDED });
  const grant = async (verbs: readonly string[]): Promise<void> =>
    void (await cluster().apply(aRole('guardeds', 'example.com', 'guardeds', verbs)));

  /** What the API server asks about, `group/resource`. */
  async function intercepted(): Promise<readonly string[]> {
    const webhooks = dig(await get(WEBHOOKS), 'webhooks') as readonly JsonObject[];
    const all = webhooks.map(({ rules }) =>
      ((rules ?? []) as readonly JsonObject[]).flatMap(({ apiGroups, resources }) =>
        (resources as readonly string[]).map((each) => `${String((apiGroups as Json[])[0])}/${each}`),
      ),
    );
    assert.deepEqual(all[0], all[1], 'both webhooks have the same rules');
    return all[0] ?? [];
  }

  it('a workload kind that is forbidden: said so, not intercepted; granted: bound by itself (RBAC-1, RBAC-3, RBAC-4)', async () => {
    await cluster().apply(aGuarded('g'), aBinding('guarded', GUARDED, { name: 'g' }));
    await untilSaid(cluster(), 'guarded', {
      status: 'False',
      reason: 'WorkloadForbidden',
      message: 'servicebinding.io/controller=true',
    });
    assert.ok(!(await intercepted()).includes('example.com/guardeds'));
    await grant(ALL_VERBS);
    const options = { timeoutMs: 60_000 };
    await untilSaid(cluster(), 'guarded', { status: 'True' }, options);
    await waitFor(
      'it to be intercepted',
      async () => (await intercepted()).includes('example.com/guardeds'),
      options,
    );
  });

  it('a deletion that is forbidden keeps the binding and says why, until it is granted', async () => {
    await grant(['get', 'list', 'watch']);
    await waitFor('the right to be gone', async () => {
      const role = await get({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        name: 'cleat-controller',
      });
      const rule = (role['rules'] as readonly JsonObject[]).find(({ resources }) =>
        JSON.stringify(resources).includes('guardeds'),
      );
      return !JSON.stringify(rule).includes('patch');
    });
    await cluster().remove(bindingRef('guarded'));
    await untilSaid(cluster(), 'guarded', {
      status: 'False',
      reason: 'WorkloadForbidden',
      message: 'being deleted',
    });
    assert.ok(
      Array.isArray(dig(await get(refOf(aGuarded('g'))), 'spec', 'storage')),
      'it is still projected',
    );
    await grant(ALL_VERBS);
    await untilGone(cluster(), bindingRef('guarded'), 60_000);
    assert.equal(dig(await get(refOf(aGuarded('g'))), 'spec', 'storage'), undefined);
  });

  it('a service kind that is forbidden: said so; get and list granted: followed without a watch (RBAC-1, RBAC-2, SB-55)', async () => {
    const vault: JsonObject = { ...VAULT, metadata: { name: 'v', namespace: 'shop' } };
    await cluster().apply(
      vault,
      idle('vaulted'),
      aBinding('vaulted', DEPLOYMENT, { name: 'vaulted' }, { service: { ...VAULT, name: 'v' } }),
    );
    const binding = await untilSaid(cluster(), 'vaulted', { status: 'False', reason: 'ServiceForbidden' });
    assert.equal(conditionOf(binding, 'ServiceAvailable')?.status, 'False');
    await cluster().apply(aRole('vaults', 'example.com', 'vaults', ['get', 'list']));
    await untilSaid(cluster(), 'vaulted', { reason: 'ServiceMissingBinding' }, { timeoutMs: 60_000 });
    // The sample's schema has no status: a kind of its own shows the rest.
  });

  it('Pods and Jobs are intercepted though nobody may change them', async () => {
    for (const kind of BUILT_IN.filter((each) => each.kind === 'Pod' || each.kind === 'Job')) {
      const name = `asked-${kind.kind.toLowerCase()}`;
      await cluster().apply(aBinding(name, kind, { name }));
    }
    await waitFor('the rules', async () => {
      const kinds = await intercepted();
      return kinds.includes('/pods') && kinds.includes('batch/jobs');
    });
  });

  it('rules that somebody changes are put right, and an installation that is applied again leaves them', async () => {
    await cluster().apply(idle('ruled'), aBinding('ruled', DEPLOYMENT, { name: 'ruled' }));
    await waitFor('the rules', async () => (await intercepted()).includes('apps/deployments'));
    const before = await intercepted();
    await cluster().patch(WEBHOOKS, [{ op: 'remove', path: '/webhooks/0/rules' }]);
    await waitFor('them to be back', async () => {
      assert.deepEqual(await intercepted(), before);
      return true;
    });
  });

  it('a namespace that opts out is left alone, and bound when it comes back', async () => {
    await cluster().createNamespace('private', { 'webhook.cleat.dev/ignore': 'true' });
    const own = (object: JsonObject): JsonObject => inNamespace('private', object);
    await cluster().apply(own(idle('a')), own(aBinding('a', DEPLOYMENT, { name: 'a' })));
    await untilSaid(
      cluster(),
      'a',
      { status: 'False', reason: 'NamespaceExcluded' },
      { namespace: 'private' },
    );
    const ref = { ...deployment('a'), namespace: 'private' };
    assert.doesNotMatch(JSON.stringify(await get(ref)), /servicebinding/);
    await cluster().patch(
      { apiVersion: 'v1', kind: 'Namespace', name: 'private' },
      { metadata: { labels: { 'webhook.cleat.dev/ignore': null } } },
    );
    await untilReady(cluster(), 'a', 'private');
    assert.match(JSON.stringify(await get(ref)), /servicebinding-/);
  });

  it('SB-47: somebody who keeps changing the workload never shows in the status', async () => {
    await cluster().apply(idle('busy'));
    const stop = new AbortController();
    const keepWriting = async (): Promise<void> => {
      for (let round = 0; !stop.signal.aborted; round++)
        await cluster().patch(deployment('busy'), { metadata: { labels: { round: String(round) } } });
    };
    const seen = new Set<string>();
    const writing = keepWriting();
    try {
      for (let round = 0; round < 5; round++) {
        const spec = { env: [{ name: `V${round}`, key: 'username' }] };
        await cluster().apply(aBinding('busy', DEPLOYMENT, { name: 'busy' }, spec));
        const { status } = await untilReady(cluster(), 'busy');
        seen.add(JSON.stringify(status));
      }
    } finally {
      stop.abort();
      await writing;
    }
    for (const message of seen) assert.doesNotMatch(message, /conflict|modified|409/i);
    await untilSecrets('busy', 'db');
  });

  it('an edit of the workload that takes the projection away is put right', async () => {
    await cluster().apply(aWorker('stubborn'), aBinding('stubborn', WORKER, { name: 'stubborn' }));
    await untilReady(cluster(), 'stubborn');
    await cluster().patch(refOf(aWorker('stubborn')), { spec: { storage: null } });
    await waitFor('it to be back', async () =>
      Array.isArray(dig(await get(refOf(aWorker('stubborn'))), 'spec', 'storage')),
    );
  });

  it('where Secrets may be read, what is missing in them is said (APP-4, SB-21), and that it is not when it is filled', async () => {
    await cluster().apply(
      ...(await readManifests('manifests/components/secret-check')).filter(
        ({ kind }) => kind !== 'Component',
      ),
    );
    await sleep(6_000); // for so long Cleat believes that it may not
    const secret = (data: JsonObject): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'checked', namespace: 'shop' },
      stringData: data,
    });
    await cluster().apply(
      secret({ password: 'hunter2-is-secret' }),
      idle('checked'),
      aBinding(
        'checked',
        DEPLOYMENT,
        { name: 'checked' },
        { service: { apiVersion: 'v1', kind: 'Secret', name: 'checked' } },
      ),
    );
    const binding = await untilSaid(
      cluster(),
      'checked',
      { status: 'False', reason: 'SecretIncomplete' },
      { timeoutMs: 40_000 },
    );
    assert.match(conditionOf(binding)?.message ?? '', /no entry `type`.*no entry username/);
    assert.equal(conditionOf(binding, 'WorkloadProjected')?.status, 'True', 'it is projected all the same');
    assert.equal(conditionOf(binding, 'ServiceAvailable')?.status, 'True', 'SB-54');
    assert.doesNotMatch(JSON.stringify(binding), /hunter2/);
    await cluster().apply(secret({ type: 'db', username: 'u' }));
    await untilSaid(cluster(), 'checked', { status: 'True' }, { timeoutMs: 60_000 });
    await cluster().remove(refOf(secret({})));
    await cluster().patch(bindingRef('checked'), { spec: { env: [] } });
    await untilSaid(cluster(), 'checked', { reason: 'SecretIncomplete', message: 'does not exist' });
  });
});
