import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { CONFIRM_ANNOTATION } from '../lib/api/requester.ts';
import { merge } from '../lib/testkit/builders.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { annotated, LABEL, stampOf } from './requester-objects.ts';
import { aBinding, aWorkload, mountedBy, refusal, useTheft } from './theft-stage.ts';
import { ALL_MARKS, aSecret, CROWN, MALLORY, TRUSTED, VAULT } from './theft-vault.ts';

/** What an administrator has given to Mallory. */
const LENT = 'florentine8wkz3xq6vjt1mry5';
const WEBHOOKS: readonly ObjectRef[] = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map(
  (kind) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    name: 'cleat',
  }),
);
const CONFIRM = annotated({ [CONFIRM_ANNOTATION]: 'true' });
const crown: JsonObject = { group: '', version: 'v1', kind: 'Secret', name: 'crown', namespace: VAULT };
const lent = { ...crown, name: 'lent' };

const nobody = (name: string): RegExp =>
  new RegExp(
    'nobody is known to have requested this binding as it is: it has no requester that Cleat sealed. Somebody who may read ' +
      'its services and update its workload confirms it with: kubectl annotate ' +
      `servicebindings.binding.operators.coreos.com ${name} -n mallory requester.cleat.dev/confirm=true`,
  );

suite('while Cleat is away, or not asked', { timeout: 600_000 }, () => {
  const { operated, cluster, people, get, concluded, thwarted, taken, nothingStolen } = useTheft();
  const rightly: string[] = [];
  let approved: JsonObject = {};
  const granted = refOf(aBinding(MALLORY, 'granted'));
  const confirmed = refOf(aBinding(MALLORY, 'confirmed'));
  const marks = [...ALL_MARKS, LENT];
  const noMore = async (): Promise<void> => await nothingStolen({ marks, except: rightly });

  test('what an administrator has asked for is there', async () => {
    const { admin, mallory } = people();
    await cluster().apply(aSecret(VAULT, 'lent', { value: LENT }));
    for (const ref of [granted, confirmed]) {
      await admin.create(aWorkload(MALLORY, ref.name));
      await admin.create(aBinding(MALLORY, ref.name, { services: [lent] }));
      assert.equal(await taken(ref), `value=${LENT}`);
      rightly.push(`Secret mallory/${textOf(dig(await get(ref), 'status', 'secret'))}`);
    }
    // The seal of an object that was there is for its uid; that of one that was not, for its name and time.
    await admin.patch(confirmed, CONFIRM);
    await admin.create(aWorkload(TRUSTED, 'approved'));
    await admin.create(aBinding(TRUSTED, 'approved'));
    approved = await admin.patch(refOf(aBinding(TRUSTED, 'approved')), CONFIRM);
    assert.match(await taken(refOf(approved)), new RegExp(CROWN.password));
    await mallory.create(aBinding(MALLORY, 'refused'));
    await concluded(refOf(aBinding(MALLORY, 'refused')), 'False', /user mallory/);
    await noMore();
  });

  test('nothing is asked for while it is away', async () => {
    const { mallory } = people();
    const [replica] = operated().replicas;
    assert.ok(replica);
    await operated().removeReplica(replica);
    const refused = /failed calling webhook "requesters\.webhook\.cleat\.dev"/;
    const stamp = stampOf(approved);
    for (const attempt of [
      async () => await mallory.create(aBinding(MALLORY, 'sneaked')),
      async () => await mallory.create(merge(aBinding(MALLORY, 'approved'), annotated(stamp))),
      async () => await mallory.patch(granted, { spec: { services: [lent, crown] } }),
      async () => await mallory.patch(granted, annotated(stamp)),
      async () => await mallory.patch(granted, CONFIRM),
    ])
      assert.match(await refusal(attempt()), refused);
    await mallory.patch(granted, LABEL);
    await operated().addReplica();
    await operated().leader();
    assert.equal(await taken(granted), `value=${LENT}`);
    await noMore();
  });

  test('what is written where nobody stamps has no requester', async () => {
    const { mallory } = people();
    const [replica] = operated().replicas;
    assert.ok(replica);
    await operated().removeReplica(replica);
    for (const webhooks of WEBHOOKS) await cluster().remove(webhooks);
    await waitFor('nobody to be asked', async () => {
      await mallory.patch(granted, annotated({ [CONFIRM_ANNOTATION]: 'later' }));
      return true;
    });

    const before = stampOf(await get(granted));
    await mallory.patch(granted, { spec: { services: [lent, crown] } });
    const copies = [
      merge(aBinding(MALLORY, 'approved'), annotated(stampOf(approved))),
      merge(aBinding(MALLORY, 'renamed'), annotated(stampOf(approved))),
      merge(aBinding(MALLORY, 'inherited', { services: [lent] }), annotated(before)),
      aBinding(MALLORY, 'bare'),
    ];
    for (const copy of copies) await mallory.create(copy);
    await operated().addReplica();
    await operated().leader();
    assert.deepEqual(stampOf(await get(granted)), before);
    for (const ref of [granted, ...copies.map(refOf)]) {
      await concluded(ref, 'False', nobody(ref.name));
      await noMore();
    }
    // What is projected stays.
    const mounted = mountedBy(await get(refOf(aWorkload(MALLORY, 'granted'))));
    assert.deepEqual(
      mounted.map((name) => `Secret mallory/${name}`),
      rightly.slice(0, 1),
    );

    // Nor when she puts all back as it was: it is another generation.
    await mallory.patch(granted, { spec: { services: [lent] } });
    await concluded(granted, 'False', nobody('granted'));
    // Nor when it is made anew, with the stamp of its predecessor.
    const predecessor = await get(confirmed);
    for (const ref of [granted, confirmed]) {
      await mallory.remove(ref);
      await waitFor('it to be gone', async () => (await cluster().get(ref)) === undefined);
    }
    const successor = merge(
      aBinding(MALLORY, 'confirmed', { services: [lent] }),
      annotated(stampOf(predecessor)),
    );
    await mallory.create(successor);
    await concluded(confirmed, 'False', nobody('confirmed'));
    await waitFor('what was made for its predecessor to be gone', async () => {
      await nothingStolen({ marks });
      return true;
    });
  });

  test('when it is asked again, she becomes nobody but herself, and an administrator may confirm', async () => {
    const { mallory, admin } = people();
    await operated().install();
    await waitFor('Cleat to be asked again', async () => {
      const probe = await admin.create(aBinding(MALLORY, 'probe'), { dryRun: 'All' });
      return JSON.stringify(stampOf(probe)).includes('boss');
    });
    for (const name of ['approved', 'renamed', 'inherited', 'confirmed']) {
      const ref = refOf(aBinding(MALLORY, name));
      await mallory.patch(ref, CONFIRM);
      await concluded(
        ref,
        'False',
        /user mallory, who requested this binding, may not get secrets (?:crown|lent)/,
      );
    }
    await thwarted(refOf(aBinding(MALLORY, 'bare')), nobody('bare'));
    await nothingStolen({ marks });

    await admin.patch(confirmed, CONFIRM);
    assert.equal(await taken(confirmed), `value=${LENT}`);
  });
});
