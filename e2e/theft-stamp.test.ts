import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { CONFIRM_ANNOTATION, REQUESTER_ANNOTATION, SEAL_ANNOTATION } from '../lib/api/requester.ts';
import { merge } from '../lib/testkit/builders.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { annotated, annotation, LABEL, stampOf } from './requester-objects.ts';
import { aBinding, aWorkload, mountedBy, useTheft } from './theft-stage.ts';
import { ALL_MARKS, aSecret, aService, CROWN, MALLORY, TRUSTED, VAULT } from './theft-vault.ts';

/** An administrator has given the first to Mallory; never the others. */
const LENT = { username: 'florentine8wkz3xq6vjt1mry5', password: 'orlov2hxb7zkq9nwp4ucd8tsy' };
const NEW_LENT = { username: 'dresden6pzq1wxk8mvr3tjb7', password: 'shahjahan5qyc9bxz2kwt7npd' };
const SPUN = ['nassak4vkq8zxw1mtp6rjb9hd', 'tiffany7xqz3wvk5nbp2ycm8t'];

const secretService = (name: string): JsonObject => ({
  group: '',
  version: 'v1',
  kind: 'Secret',
  name,
  namespace: VAULT,
});
const mayNot = (what: string): RegExp =>
  new RegExp(`user mallory, who requested this binding, may not get ${what} in namespace vault: grant it`);
const noCrown = mayNot('secrets crown');

/** As somebody would write it who has no key. */
const FORGED = {
  [REQUESTER_ANNOTATION]: '{"username":"system:admin","groups":["system:masters","system:authenticated"]}',
  [SEAL_ANNOTATION]: JSON.stringify({ v: 1, uid: 'x', generation: 1, mac: '0'.repeat(64) }),
};
const requesterIn = (object: JsonObject): string =>
  textOf(dig(JSON.parse(textOf(annotation(object, REQUESTER_ANNOTATION))), 'username'));

suite('whoever requested a binding, nobody else passes for them', { timeout: 600_000 }, () => {
  const { cluster, people, get, concluded, thwarted, taken, nothingStolen } = useTheft();

  const secretOf = async (ref: ObjectRef): Promise<string> =>
    `Secret ${MALLORY}/${textOf(dig(await get(ref), 'status', 'secret'))}`;

  test('a stamp that she makes up with the binding', async () => {
    const { mallory, admin } = people();
    const binding = merge(aBinding(MALLORY, 'forged'), annotated(FORGED));
    const made = await mallory.create(binding);
    assert.equal(requesterIn(made), 'mallory');
    await thwarted(refOf(made), noCrown);
    // What an administrator sends with a made-up stamp is an administrator's none the less.
    const theirs = await admin.create(merge(aBinding(TRUSTED, 'forged'), annotated(FORGED)));
    assert.equal(requesterIn(theirs), 'boss');
    await admin.create(aWorkload(TRUSTED, 'forged'));
    assert.match(await taken(refOf(theirs)), new RegExp(CROWN.password));
  });

  test('a stamp that she writes into it later, by each way of writing', async () => {
    const { mallory } = people();
    const made = await mallory.create(aBinding(MALLORY, 'rewritten'));
    const ref = refOf(made);
    await thwarted(ref, noCrown);
    const stamp = stampOf(made);
    assert.deepEqual(stampOf(await mallory.patch(ref, annotated(FORGED))), stamp);
    const now = await mallory.get(ref);
    assert.deepEqual(stampOf(await mallory.replace(merge(now, annotated(FORGED)))), stamp);
    await mallory.patch(ref, merge(annotated(FORGED), { status: { secret: 'crown' } }), '/status');
    assert.deepEqual(stampOf(await get(ref)), stamp);
    await mallory.patch(ref, merge(annotated(FORGED), { spec: { name: 'other' } }));
    assert.equal(requesterIn(await get(ref)), 'mallory');
    await thwarted(ref, noCrown);
  });

  test("an administrator's stamp that she copies from another namespace", async () => {
    const { mallory, admin } = people();
    await admin.create(aWorkload(TRUSTED, 'approved'));
    const approved = refOf(await admin.create(aBinding(TRUSTED, 'approved')));
    assert.match(await taken(approved), new RegExp(CROWN.password));
    await mallory.create(aWorkload(MALLORY, 'approved'));
    const copy = aBinding(MALLORY, 'approved');
    for (const change of [LABEL, annotated({ [CONFIRM_ANNOTATION]: 'true' })]) {
      const seen = stampOf(await admin.patch(approved, change));
      await thwarted(refOf(await mallory.create(merge(copy, annotated(seen)))), noCrown);
      await mallory.patch(refOf(copy), annotated(seen));
      await mallory.patch(refOf(copy), annotated(seen), '/status');
      await thwarted(refOf(copy), noCrown);
      await mallory.remove(refOf(copy));
      await waitFor('the copy to be gone', async () => (await cluster().get(refOf(copy))) === undefined);
    }
  });

  test("an administrator's stamp that she uses for another name, and for the same name once more", async () => {
    const { mallory, admin } = people();
    await cluster().apply(aSecret(VAULT, 'lent', LENT));
    await admin.create(aWorkload(MALLORY, 'lent'));
    const services = [secretService('lent')];
    const lent = await admin.create(aBinding(MALLORY, 'lent', { services }));
    assert.match(await taken(refOf(lent)), new RegExp(LENT.password));
    const secret = await secretOf(refOf(lent));
    const marks = [...ALL_MARKS, ...Object.values(LENT), ...Object.values(NEW_LENT)];

    const spec = dig(lent, 'spec') ?? null;
    const again = (name: string): JsonObject =>
      merge(aBinding(MALLORY, name), { ...annotated(stampOf(lent)), spec });
    const noLent = mayNot('secrets lent');
    await concluded(refOf(await mallory.create(again('another'))), 'False', noLent);
    await nothingStolen({ marks, except: [secret] });

    await mallory.remove(refOf(lent));
    await waitFor('all that was made for it to be gone', async () => {
      await nothingStolen({ marks });
      return true;
    });
    await cluster().apply(aSecret(VAULT, 'lent', NEW_LENT));
    const once = await mallory.create(again('lent'));
    assert.equal(requesterIn(once), 'mallory');
    await concluded(refOf(once), 'False', noLent);
    await nothingStolen({ marks });
  });

  const MOVES = 'gives it to another workload';
  const EDITS: Readonly<Record<string, { readonly spec: JsonObject; readonly says: RegExp }>> = {
    'asks for more': {
      spec: { services: [secretService('lent'), secretService('crown')] },
      says: mayNot('secrets (?:lent|crown)'),
    },
    'adds a mapping': {
      spec: { mappings: [{ name: 'all', value: '{{ json .poster }}' }] },
      says: mayNot('workers.example.com poster'),
    },
    'takes what the service owns': {
      spec: { detectBindingResources: true },
      says: mayNot('workers.example.com poster'),
    },
    'has it as variables': { spec: { bindAsFiles: false }, says: mayNot('workers.example.com poster') },
    [MOVES]: {
      spec: { application: { name: 'elsewhere' } },
      says: mayNot('workers.example.com poster'),
    },
  };

  test("a binding of an administrator's that she edits gives no more than it did", async () => {
    const { mallory, admin } = people();
    await cluster().apply(
      aSecret(VAULT, 'lent', LENT),
      aService(VAULT, 'poster', {
        to: 'lent',
        'service.binding/user': 'path={.metadata.annotations.to},objectType=Secret,sourceKey=username',
      }),
    );
    for (const name of ['partial', 'elsewhere']) await admin.create(aWorkload(MALLORY, name));
    const poster = { group: 'example.com', version: 'v1', kind: 'Worker', name: 'poster', namespace: VAULT };
    const services = [{ ...poster, id: 'poster' }];
    const partial = await admin.create(aBinding(MALLORY, 'partial', { services }));
    const ref = refOf(partial);
    assert.equal(await taken(ref), `user=${LENT.username}`);
    const secret = await secretOf(ref);
    const mounted: readonly string[] = mountedBy(await get(refOf(aWorkload(MALLORY, 'partial'))));
    assert.deepEqual(mounted, [secret.split('/')[1]]);

    const marks = [...ALL_MARKS, ...Object.values(LENT)];
    const spec = dig(partial, 'spec') ?? null;
    for (const [title, { spec: change, says }] of Object.entries(EDITS)) {
      const edited = await mallory.replace(merge(await get(ref), { spec: change }));
      assert.equal(requesterIn(edited), 'mallory');
      await concluded(ref, 'False', says);
      await nothingStolen({ marks, except: [secret] });
      assert.deepEqual(mountedBy(await get(refOf(aWorkload(MALLORY, 'elsewhere')))), []);
      // What was asked for by somebody who may is asked for again, and nothing that it has is hers.
      const stored = await get(ref);
      await mallory.replace({ ...stored, spec });
      await concluded(ref, 'False', mayNot('workers.example.com poster'));
      const kept: readonly string[] = title === MOVES ? [] : mounted;
      assert.deepEqual(mountedBy(await get(refOf(aWorkload(MALLORY, 'partial')))), kept, title);
    }
    await admin.patch(ref, annotated({ [CONFIRM_ANNOTATION]: 'true' }));
    assert.equal(await taken(ref), `user=${LENT.username}`);
    assert.deepEqual(mountedBy(await get(refOf(aWorkload(MALLORY, 'partial')))), mounted);
    await admin.remove(ref);
  });

  test("an administrator's edit of anything but the spec makes her binding nobody else's", async () => {
    const { mallory, alice, admin } = people();
    const services = [secretService('spun')];
    await cluster().apply(aSecret(VAULT, 'spun', { value: SPUN[0] ?? '' }));
    await mallory.create(aWorkload(MALLORY, 'spun'));
    const hers = await mallory.create(aBinding(MALLORY, 'spun', { services }));
    const ref = refOf(hers);
    await concluded(ref, 'False', mayNot('secrets spun'));
    await alice.create(aWorkload(TRUSTED, 'spun'));
    const theirs = refOf(await alice.create(aBinding(TRUSTED, 'spun', { services })));
    assert.equal(await taken(theirs), `value=${SPUN[0]}`);

    await admin.patch(ref, LABEL);
    await admin.patch(ref, annotated({ note: 'seen', 'requester.cleat.dev/confirm': 'yes' }));
    await admin.replace(await get(ref));
    await cluster().apply(aBinding(MALLORY, 'spun', { services }));
    await admin.patch(ref, { metadata: { finalizers: ['example.com/hold'] } });
    assert.deepEqual(stampOf(await get(ref)), stampOf(hers));
    // Something that makes the controller look again, and that others are told of.
    await cluster().apply(aSecret(VAULT, 'spun', { value: SPUN[1] ?? '' }));
    await waitFor(
      'the new value to reach who may have it',
      async () => (await taken(theirs)) === `value=${SPUN[1]}`,
    );
    await concluded(ref, 'False', mayNot('secrets spun'));
    await nothingStolen({ marks: [...ALL_MARKS, ...SPUN] });
    await admin.patch(ref, { metadata: { finalizers: [] } });

    // And what an administrator does mean to confirm is theirs.
    await admin.patch(ref, annotated({ [CONFIRM_ANNOTATION]: 'true' }));
    assert.equal(await taken(ref), `value=${SPUN[1]}`);
  });

  test('a status that names a Secret is no way to it', async () => {
    const { mallory } = people();
    const made = await mallory.create(aBinding(MALLORY, 'told'));
    const ref = refOf(made);
    await thwarted(ref, noCrown);
    const conditions = [
      {
        type: 'Ready',
        status: 'True',
        reason: 'ApplicationsBound',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ];
    for (const secret of ['crown', 'vault/crown', '../../vault/secrets/crown']) {
      await mallory.patch(ref, { status: { secret, observedGeneration: 1, conditions } }, '/status');
      await mallory.create(aWorkload(MALLORY, 'told'));
      await thwarted(ref, noCrown);
      await mallory.remove(refOf(aWorkload(MALLORY, 'told')));
    }
  });
});
