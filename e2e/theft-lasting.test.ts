import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { contentHash, generatedName } from '../lib/generate/content-hash.ts';
import { merge } from '../lib/testkit/builders.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf } from './conditions.ts';
import { aBinding, aWorkload, mountedBy, refusal, untilMay, useTheft } from './theft-stage.ts';
import { aGrant, ALL_MARKS, aSecret, CROWN, MALLORY, TEAM, TRUSTED, VAULT } from './theft-vault.ts';

const LOANED = ['nassak4vkq8zxw1mtp6rjb9hd', 'tiffany7xqz3wvk5nbp2ycm8t', 'portuguese9qxk4wzv2mbj6rp'];
const LABELLED = { 'app.kubernetes.io/managed-by': 'cleat' };

interface Family {
  /** A binding to Secret `crown` and Deployment NAME, of the namespace that it is in. */
  readonly binding: (namespace: string, name: string) => JsonObject;
  /** With a namespace in every place that another API has one. */
  readonly smuggled: JsonObject;
  /** Whether the API has no such field; else it is refused, or the condition says so. */
  readonly pruned: boolean;
}

const V1 = { apiVersion: 'v1', kind: 'Secret', name: 'crown' };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };
const FAMILIES: Readonly<Record<string, Family>> = {
  'servicebinding.io/v1': {
    binding: (namespace, name) => ({
      apiVersion: 'servicebinding.io/v1',
      kind: 'ServiceBinding',
      metadata: { name, namespace },
      spec: { service: V1, workload: { ...DEPLOYMENT, name } },
    }),
    smuggled: { spec: { namespace: VAULT, service: { namespace: VAULT }, workload: { namespace: VAULT } } },
    pruned: true,
  },
  'service.binding/v1alpha2': {
    binding: (namespace, name) => ({
      apiVersion: 'service.binding/v1alpha2',
      kind: 'ServiceBinding',
      metadata: { name, namespace },
      spec: { type: 'db', service: V1, application: { ...DEPLOYMENT, name } },
    }),
    smuggled: {
      spec: { namespace: VAULT, service: { namespace: VAULT }, application: { namespace: VAULT } },
    },
    pruned: true,
  },
  'operators.coreos.com/v1alpha1': {
    binding: (namespace, name) => ({
      apiVersion: 'operators.coreos.com/v1alpha1',
      kind: 'ServiceBinding',
      metadata: { name, namespace },
      spec: {
        services: [{ group: '', version: 'v1', kind: 'Secret', resourceRef: 'crown' }],
        application: { group: 'apps', version: 'v1', resource: 'deployments', name },
      },
    }),
    smuggled: {
      spec: {
        services: [{ group: '', version: 'v1', kind: 'Secret', resourceRef: 'crown', namespace: VAULT }],
      },
    },
    pruned: false,
  },
};

suite('a way to a Secret that is open to others, or was open once', { timeout: 600_000 }, () => {
  const { cluster, people, person, get, concluded, thwarted, taken, nothingStolen } = useTheft();

  for (const [index, [title, { binding, smuggled, pruned }]] of Object.entries(FAMILIES).entries()) {
    test(`${title} leads out of no namespace`, async () => {
      const { mallory, admin } = people();
      const name = `family-${index}`;
      await mallory.create(aWorkload(MALLORY, name));
      const sent = merge(binding(MALLORY, name), smuggled);
      if (pruned) {
        const strict = { fieldValidation: 'Strict' };
        assert.match(
          await refusal(mallory.create(sent, strict)),
          /unknown field "spec\.(?:[a-z]+\.)?namespace"/,
        );
        const stored = await mallory.create(sent);
        assert.deepEqual(dig(stored, 'spec', 'service'), V1);
        await thwarted(refOf(stored), /Secret mallory\/crown/);
      } else {
        const why = await refusal(mallory.create(sent));
        assert.match(why, /spec\.services\[0\]\.namespace/);
      }
      const secret = aSecret(MALLORY, 'crown', { type: 'x', mine: 'yes' });
      await mallory.create(secret);
      const innocent = binding(MALLORY, `${name}-own`);
      await mallory.create(aWorkload(MALLORY, `${name}-own`));
      await mallory.create(innocent);
      await concluded(refOf(innocent), 'True');
      await nothingStolen();
      await mallory.remove(refOf(innocent));
      if (pruned) await mallory.remove(refOf(sent));
      await mallory.remove(refOf(secret));

      // Where the Secret is, it is bound.
      await cluster().apply(aSecret(VAULT, 'crown', { ...CROWN, type: 'x' }));
      await admin.create(aWorkload(VAULT, name));
      const there = refOf(await admin.create(binding(VAULT, name)));
      await concluded(there, 'True');
    });
  }

  test('a Secret of the name that Cleat would give is not filled', async () => {
    const { mallory, admin, alice } = people();
    await cluster().apply(aSecret(VAULT, 'crown', CROWN));
    // The hash is of the values; let her have guessed it.
    const entries = Object.entries({ ...CROWN, more: 'x' }).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const hash = contentHash(entries.map(([key, value]) => [key, new TextEncoder().encode(value)] as const));
    const name = generatedName('trap', hash);
    const spec = { mappings: [{ name: 'more', value: 'x' }] };
    const trap = aSecret(MALLORY, name, { mine: 'yes' }, { labels: LABELLED });
    await mallory.create(trap);
    const hers = await mallory.create(aBinding(MALLORY, 'hers', spec));
    await thwarted(refOf(hers), /user mallory/);
    await admin.create(aWorkload(MALLORY, 'trap'));
    const binding = await admin.create(aBinding(MALLORY, 'trap', spec));
    const says = new RegExp(`Secret mallory/${name} is there already and was not made for this binding`);
    const object = await thwarted(refOf(binding), says);
    assert.equal(conditionOf(object)?.reason, 'ErrorPersistingSecret');
    const left = await get(refOf(trap));
    assert.deepEqual(left['data'], trap['data']);
    assert.deepEqual(mountedBy(await get(refOf(aWorkload(MALLORY, 'trap')))), []);
    await admin.remove(refOf(binding));

    await alice.create(aWorkload(TRUSTED, 'trap'));
    const theirs = refOf(await alice.create(aBinding(TRUSTED, 'trap', spec)));
    assert.match(await taken(theirs), new RegExp(CROWN.password));
    // It was this name that would have been.
    assert.equal(dig(await get(theirs), 'status', 'secret'), name);
  });

  test('a Secret that passes for one made for her binding is not filled either', async () => {
    const { mallory } = people();
    const binding = await mallory.create(aBinding(MALLORY, 'mine'));
    const ref = refOf(binding);
    await thwarted(ref, /user mallory/);
    const { apiVersion, kind, name } = ref;
    const ownerReferences = [
      { apiVersion, kind, name, uid: textOf(dig(binding, 'metadata', 'uid')), controller: true },
    ];
    const made = aSecret(MALLORY, 'mine-00000000', { mine: 'yes' }, { labels: LABELLED, ownerReferences });
    await mallory.create(made);
    await mallory.patch(ref, { status: { secret: 'mine-00000000' } }, '/status');
    await mallory.patch(ref, { spec: { bindAsFiles: false } });
    await thwarted(ref, /user mallory/);
    assert.deepEqual((await get(refOf(made)))['data'], made['data']);
  });

  /** Somebody who may, until the right is taken away. */
  async function loan(name: string, value: string): Promise<readonly [ObjectRef, ObjectRef]> {
    const { alice } = people();
    await cluster().apply(
      aSecret(VAULT, 'loaned', { value }),
      ...aGrant(VAULT, 'loan', { rules: [['', ['secrets']]], verbs: ['get'], groups: ['borrowers'] }),
    );
    const right = { group: '', resource: 'secrets', verb: 'get', namespace: VAULT };
    await untilMay(cluster(), ['borrowers'], true, right);
    const carol = await person('carol', TEAM.mallory, 'borrowers');
    const services = [{ group: '', version: 'v1', kind: 'Secret', name: 'loaned', namespace: VAULT }];
    await carol.create(aWorkload(MALLORY, name));
    const hers = refOf(await carol.create(aBinding(MALLORY, name, { services })));
    await alice.create(aWorkload(TRUSTED, name));
    const theirs = refOf(await alice.create(aBinding(TRUSTED, name, { services })));
    for (const ref of [hers, theirs]) assert.equal(await taken(ref), `value=${value}`);
    return [hers, theirs];
  }

  const says =
    /user carol, who requested this binding, may not get secrets loaned in namespace vault: grant it/;
  test('who lost the right keeps what is projected, and gets nothing that is new', async () => {
    const [first = '', second = '', third = ''] = LOANED;
    const [hers, theirs] = await loan('loan', first);
    const before = await get(hers);
    const mounted = mountedBy(await get(refOf(aWorkload(MALLORY, 'loan'))));
    assert.deepEqual(mounted, [textOf(dig(before, 'status', 'secret'))]);

    const grant = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      namespace: VAULT,
      name: 'loan',
    };
    await cluster().remove(grant);
    const right = { group: '', resource: 'secrets', verb: 'get', namespace: VAULT };
    await untilMay(cluster(), ['borrowers'], false, right);
    let touches = 0;
    // The right is asked for when a source changes; for some seconds, an answer holds.
    const lost = await waitFor(
      'the loss to be noticed',
      async () => {
        touches += 1;
        const labels = { touched: String(touches) };
        await cluster().patch({ ...V1, namespace: VAULT, name: 'loaned' }, { metadata: { labels } });
        const said = conditionOf(await get(hers));
        return said?.status === 'False' && said;
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    assert.match(lost.message, says);
    for (const value of [second, third]) {
      await cluster().apply(aSecret(VAULT, 'loaned', { value }));
      await waitFor(
        'the new value to reach who may have it',
        async () => (await taken(theirs)) === `value=${value}`,
      );
      await concluded(hers, 'False', says);
      await nothingStolen({ marks: [...ALL_MARKS, second, third] });
    }
    assert.deepEqual(mountedBy(await get(refOf(aWorkload(MALLORY, 'loan')))), mounted);
    await get({ ...V1, namespace: MALLORY, name: mounted[0] ?? '' });

    // Nor by a workload that is new to the binding, or another binding.
    const carol = await person('carol', TEAM.mallory, 'borrowers');
    await carol.patch(hers, { spec: { application: { name: 'loan-again' } } });
    await carol.create(aWorkload(MALLORY, 'loan-again'));
    await concluded(hers, 'False', says);
    await nothingStolen({ marks: [...ALL_MARKS, second, third] });

    await cluster().apply(
      ...aGrant(VAULT, 'loan', { rules: [['', ['secrets']]], verbs: ['get'], groups: ['borrowers'] }),
    );
    await untilMay(cluster(), ['borrowers'], true, right);
    await waitFor(
      'the right to be noticed',
      async () => {
        touches += 1;
        const labels = { touched: String(touches) };
        await cluster().patch({ ...V1, namespace: VAULT, name: 'loaned' }, { metadata: { labels } });
        return conditionOf(await get(hers))?.status === 'True';
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    assert.equal(await taken(hers), `value=${third}`);
  });
});
