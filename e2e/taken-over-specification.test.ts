import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { bindingRef, conditionOf, untilGone } from './conditions.ts';
import { essence } from './migration/recorded-cases.ts';
import { DEPLOYMENT, projectedSecrets, variables } from './objects.ts';
import { aDeployment, COPY, leave, ofSpecification, type Stored } from './takeover/left-objects.ts';
import { FINALIZER, secretName } from './takeover/operator-style.ts';
import { openTakeover, type Takeover } from './takeover/stage.ts';

/** Each binding has a Deployment of its name, but for `second`, which shares that of `first`. */
const NAMES = ['quiet', 'at-once', 'beside', 'edited', 'first', 'leaving', 'leaving-later'] as const;
type Name = (typeof NAMES)[number] | 'second';

const SPEC = ['spec', 'template', 'spec'];

const listAt = (object: JsonObject, ...path: readonly string[]): readonly Json[] => {
  const list = dig(object, ...path);
  return Array.isArray(list) ? (list as readonly Json[]) : [];
};

/** The names of the bindings that the operator's volumes speak of. */
const operatorVolumes = (workload: JsonObject): readonly string[] =>
  listAt(workload, ...SPEC, 'volumes').flatMap((volume) =>
    dig(volume, 'secret') === undefined ? [] : [textOf(dig(volume, 'name'))],
  );

suite(
  'bindings of servicebinding.io that the Service Binding Operator projected',
  { timeout: 300_000 },
  () => {
    let stage: Takeover;
    const left = new Map<Name, Stored>();

    const stored = (name: Name): { binding: JsonObject; workload: JsonObject; secret: string } => {
      const found = left.get(name);
      const workload = found?.workloads[0];
      assert.ok(found && workload, name);
      return { ...found, workload };
    };
    const now = async (name: Name): Promise<JsonObject> => await stage.get(refOf(stored(name).workload));
    const ready = async (name: string): Promise<JsonObject> =>
      await waitFor(
        `${name} to be projected, as Cleat says it`,
        async () => {
          const binding = await stage.get(bindingRef(name));
          assert.equal(
            conditionOf(binding, 'WorkloadProjected')?.status,
            'True',
            JSON.stringify(binding['status']),
          );
          assert.equal(conditionOf(binding)?.status, 'True');
          return binding;
        },
        { timeoutMs: 30_000 },
      );
    /** Which styles a state shows for a binding. */
    const stylesOf = (name: Name, state: JsonObject): readonly string[] => {
      const own = `servicebinding-${textOf(dig(stored(name).binding, 'metadata', 'uid'))}`;
      const all = listAt(state, ...SPEC, 'volumes').map((volume) => textOf(dig(volume, 'name')));
      return all.flatMap((volume) => {
        if (volume === own) return ['Cleat'];
        return volume === name ? ['operator'] : [];
      });
    };
    /** That one style took the place of the other at once, and that it was one rollout. */
    async function assertReplaced(name: Name, before: JsonObject, own = 'DB_USER'): Promise<JsonObject> {
      const states = [before, ...(await stage.statesSince(before))];
      const styles = states.map((state) => stylesOf(name, state).join(' and '));
      assert.deepEqual([...new Set(styles)], ['operator', 'Cleat']);
      assert.deepEqual(styles, styles.toSorted().reverse(), 'there is no way back');
      assert.equal(new Set(states.map((state) => JSON.stringify(dig(state, 'spec', 'template')))).size, 2);
      const after = await stage.get(refOf(before));
      assert.deepEqual(
        operatorVolumes(after).filter((volume) => volume === name),
        [],
      );
      assert.deepEqual(variables(after, DEPLOYMENT.podSpec), ['SERVICE_BINDING_ROOT', own]);
      return after;
    }

    before(async () => {
      stage = await openTakeover();
      for (const name of NAMES) {
        const workloads = [{ object: aDeployment(name) }];
        left.set(
          name,
          await leave(stage.cluster, { binding: ofSpecification(name), secret: COPY, workloads }),
        );
      }
      const second = ofSpecification('second', 'first', { env: [] });
      const workloads = [{ object: aDeployment('first') }];
      left.set('second', await leave(stage.cluster, { binding: second, secret: COPY, workloads }));
      await stage.settled();
      for (const [
        name,
        {
          workloads: [workload = {}],
          ...rest
        },
      ] of left)
        left.set(name, { ...rest, workloads: [await stage.get(refOf(workload))] });
      await stage.cluster.remove(refOf(stored('leaving').binding));
      await stage.install();
    });
    after(async () => await stage?.close());

    test('are left as they are, and Ready; one that was being deleted is finished', async () => {
      for (const name of left.keys()) {
        if (name === 'leaving') continue;
        const binding = await ready(name);
        assert.deepEqual(dig(binding, 'metadata', 'finalizers'), [FINALIZER]);
        const { workload } = stored(name);
        assert.deepEqual((await now(name))['spec'], workload['spec'], name);
        assert.equal(dig(await now(name), 'metadata', 'generation'), dig(workload, 'metadata', 'generation'));
      }
      await untilGone(stage.cluster, bindingRef('leaving'));
      await assertUnbound('leaving');
    });

    async function assertUnbound(name: Name): Promise<void> {
      const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: secretName(name, COPY) };
      await untilGone(stage.cluster, secret);
      const wanted = await stage.cluster.create(
        { ...aDeployment(name), metadata: { name: 'as-it-was', namespace: 'shop' } },
        { dryRun: 'All' },
      );
      const workload = await now(name);
      assert.deepEqual(essence(workload['spec'] ?? null), essence(wanted['spec'] ?? null));
      assert.doesNotMatch(JSON.stringify(dig(workload, 'metadata', 'annotations') ?? {}), /projector/);
    }

    test('are left by a change of the workload beside its Pod template, by its user’s own manifest, and by a new Cleat', async () => {
      const { workload } = stored('quiet');
      await stage.cluster.patch(refOf(workload), { metadata: { labels: { touched: 'yes' } } });
      await stage.cluster.patch(refOf(workload), { spec: { revisionHistoryLimit: 3 } });
      await stage.cluster.applyAs('kubectl', aDeployment('quiet'));
      await stage.restart();
      await ready('quiet');
      assert.deepEqual(dig(await now('quiet'), 'spec', 'template'), dig(workload, 'spec', 'template'));
    });

    test('are replaced with the next change of the Pod template, in the same write', async () => {
      const before = await now('quiet');
      const template = { metadata: { annotations: { restarted: 'now' } } };
      const written = await stage.cluster.patch(refOf(before), { spec: { template } });
      assert.deepEqual(stylesOf('quiet', written), ['Cleat']);
      const after = await assertReplaced('quiet', before);
      assert.equal(dig(after, 'metadata', 'generation'), Number(dig(before, 'metadata', 'generation')) + 1);
      assert.deepEqual(projectedSecrets(after, DEPLOYMENT.podSpec), ['credentials']);
      await ready('quiet');
    });

    test('are replaced at once where the user wants it: by the command of the guide, with one rollout', async () => {
      const before = await now('at-once');
      await stage.guide.follow('Bindings of `servicebinding.io` that the operator projected', (commands) =>
        commands.replace('NAMESPACE', 'shop').replace('NAME', 'at-once'),
      );
      await waitFor('it to be replaced', async () =>
        stylesOf('at-once', await now('at-once')).includes('Cleat'),
      );
      const after = await assertReplaced('at-once', before);
      assert.equal(dig(after, 'metadata', 'generation'), Number(dig(before, 'metadata', 'generation')) + 1);
      await ready('at-once');
    });

    test('go along with a further binding of the same workload: one rollout for both', async () => {
      const before = await now('beside');
      await stage.cluster.apply({
        ...ofSpecification('further', 'beside', { env: [] }),
        apiVersion: 'servicebinding.io/v1',
      });
      await ready('further');
      await assertReplaced('beside', before);
      await ready('beside');
    });

    test('are replaced when their user changes what is to be projected: nothing of the former is left', async () => {
      const before = await now('edited');
      const env = [{ name: 'DB_PASSWORD', key: 'password' }];
      await stage.cluster.patch(bindingRef('edited'), { spec: { env } });
      await waitFor('it to be replaced', async () =>
        stylesOf('edited', await now('edited')).includes('Cleat'),
      );
      const after = await assertReplaced('edited', before, 'DB_PASSWORD');
      assert.doesNotMatch(JSON.stringify(after['spec']), /DB_USER/);
    });

    test('of two on one workload, both are replaced when one is: the Pods are new anyway', async () => {
      const before = await now('first');
      assert.deepEqual(operatorVolumes(before), ['first', 'second']);
      const annotations = { 'projector.cleat.dev/replace': 'true' };
      await stage.cluster.patch(bindingRef('second'), { metadata: { annotations } });
      await waitFor('it to be replaced', async () =>
        stylesOf('second', await now('first')).includes('Cleat'),
      );
      const states = await stage.statesSince(before);
      for (const name of ['first', 'second'] as const)
        for (const state of states) assert.ok(stylesOf(name, state).length < 2, name);
      assert.deepEqual(operatorVolumes(await now('first')), []);
      for (const name of ['first', 'second']) await ready(name);
    });

    test('unbinding takes away either style, and leaves nothing behind', async () => {
      for (const name of ['quiet', 'at-once', 'leaving-later', 'first', 'second', 'beside'])
        await stage.cluster.remove(bindingRef(name));
      await stage.cluster.remove(bindingRef('further'));
      for (const name of ['quiet', 'at-once', 'leaving-later', 'first', 'second', 'beside', 'further'])
        await untilGone(stage.cluster, bindingRef(name));
      await assertUnbound('leaving-later');
      for (const name of ['first', 'beside'] as const) await assertUnbound(name);
    });
  },
);
