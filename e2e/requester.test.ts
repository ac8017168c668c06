import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, type JsonObject, withoutMember } from '../lib/api/json.ts';
import { CONFIRM_ANNOTATION, REQUESTER_ANNOTATION, SEAL_ANNOTATION } from '../lib/api/requester.ts';
import { merge } from '../lib/testkit/builders.ts';
import { RequesterAccess } from '../server/requester/requester-access.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { refOf } from './cluster/objects.ts';
import {
  aBinding,
  annotated,
  annotation,
  CONFIRM,
  generation,
  LABEL,
  named,
  NEW_SPEC,
  stampOf,
} from './requester-objects.ts';
import { openRequesterStage, type Person, type RequesterStage } from './requester-stage.ts';

describe('who requests a binding, before a real API server', { timeout: 300_000 }, () => {
  let stage: RequesterStage;
  let cluster: ControlPlane;
  let alice: Person;
  let mallory: Person;
  let robot: Person;

  before(async () => {
    stage = await openRequesterStage();
    ({ cluster, alice, mallory, robot } = stage);
  });
  after(async () => stage?.close());

  it('is whoever makes it, by certificate or by token, with all that the API server knows of them', async () => {
    const made = await alice.create(named('made'));
    const found = await stage.requesterOf(made);
    assert.equal(found?.username, 'alice');
    assert.deepEqual(found?.groups, ['editors', 'vault-readers', 'system:authenticated']);
    assert.equal(await stage.requester(refOf(made)), 'alice');
    await mallory.create(named('made-by-mallory'));
    assert.equal(await stage.requester({ name: 'made-by-mallory' }), 'mallory');
    const account = await stage.requesterOf(await robot.create(named('made-by-robot')));
    assert.equal(account?.username, 'system:serviceaccount:shop:robot');
    assert.notEqual(account?.uid, '');
    assert.deepEqual(Object.keys(account?.extra ?? {}), ['authentication.kubernetes.io/credential-id']);
  });

  it('is known where the name is generated, and where it is applied', async () => {
    const generated = await alice.create(aBinding({ generateName: 'generated-' }));
    assert.equal(await stage.requester(refOf(generated)), 'alice');
    await mallory.apply('applied', named('applied'));
    assert.equal(await stage.requester({ name: 'applied' }), 'mallory');
  });

  it('is known of an object that says when it was made, and that it is being deleted already', async () => {
    const lie = {
      creationTimestamp: '2020-01-01T00:00:00Z',
      deletionTimestamp: '2020-01-01T00:00:00Z',
      generation: 9,
      finalizers: ['example.com/hold'],
    };
    const forged = annotated({ [REQUESTER_ANNOTATION]: '{"username":"alice"}' });
    const made = await mallory.apply('liar', merge(named('liar', forged), { metadata: lie }));
    assert.match(String(annotation(made, REQUESTER_ANNOTATION)), /"mallory"/);
    assert.equal(generation(made), 1);
    assert.equal(await stage.requester({ name: 'liar' }), undefined);
  });

  it('is whoever changes the spec, for the generation that comes of it', async () => {
    const first = await alice.create(named('changed'));
    const second = await mallory.patch(refOf(first), NEW_SPEC);
    assert.deepEqual([generation(first), generation(second)], [1, 2]);
    assert.equal(await stage.requester({ name: 'changed' }), 'mallory');
    await alice.patch(refOf(first), { spec: { bindAsFiles: null } });
    assert.equal(await stage.requester({ name: 'changed' }), 'alice');
  });

  it("is not whoever changes something else: an administrator's edits launder nothing", async () => {
    const made = await mallory.create(named('edited'));
    for (const edit of [LABEL, annotated({ a: 'b' }), { metadata: { finalizers: ['a.b/c'] } }]) {
      const edited = await cluster.patch(refOf(made), edit);
      assert.deepEqual(stampOf(edited), stampOf(made));
      assert.equal(await stage.requester({ name: 'edited' }), 'mallory');
    }
    await cluster.patch(refOf(made), { status: { secret: 'a' } }, { subresource: 'status' });
    assert.equal(await stage.requester({ name: 'edited' }), 'mallory');
    const stored = await cluster.get(refOf(made));
    assert.ok(stored !== undefined);
    const metadata = withoutMember(stored['metadata'] as JsonObject, 'annotations');
    const replaced = await cluster.update({ ...stored, metadata });
    assert.deepEqual(stampOf(replaced), stampOf(made));
  });

  it('cannot be written by hand: neither away, nor in, nor from elsewhere', async () => {
    const [mine, theirs] = [await mallory.create(named('mine')), await alice.create(named('theirs'))];
    const claim = { [REQUESTER_ANNOTATION]: annotation(theirs, REQUESTER_ANNOTATION) };
    const nothing = { [REQUESTER_ANNOTATION]: null, [SEAL_ANNOTATION]: null };
    for (const trick of [nothing, claim, stampOf(theirs)]) {
      const tried = await mallory.patch(refOf(mine), annotated(trick));
      assert.deepEqual(stampOf(tried), stampOf(mine));
    }
    const path = await cluster.pathOf(refOf(mine));
    const { headers } = await cluster.request('PATCH', path, {
      body: annotated(claim),
      contentType: 'application/merge-patch+json',
    });
    assert.match(String(headers['warning']), /who requested a binding cannot be written by hand/);
    assert.equal(await stage.requester({ name: 'mine' }), 'mallory');
  });

  it('cannot be taken over from a binding of the same name that was deleted', async () => {
    const first = await alice.create(named('again'));
    await cluster.remove(refOf(first));
    const second = await mallory.create(named('again', annotated(stampOf(first))));
    assert.notDeepEqual(stampOf(second), stampOf(first));
    assert.equal(await stage.requester({ name: 'again' }), 'mallory');
  });

  it('is nobody where the Service Binding Operator stamped it, until somebody confirms it', async () => {
    const left = refOf(named('left'));
    await cluster.patch(left, LABEL);
    assert.equal(await stage.requester(left), undefined);
    const confirmed = await alice.patch(left, CONFIRM);
    assert.equal(annotation(confirmed, CONFIRM_ANNOTATION), null);
    assert.equal(generation(confirmed), 1);
    assert.equal(await stage.requester(left), 'alice');
    await cluster.patch(left, { metadata: { labels: { team: 'b' } } });
    assert.equal(await stage.requester(left), 'alice');
  });

  it('is nobody who edits a binding in which somebody had left the confirmation', async () => {
    const trap = refOf(named('trap'));
    await cluster.patch(trap, LABEL);
    assert.equal(await stage.requester(trap), undefined);
    const sealed = await cluster.patch(trap, annotated({ [SEAL_ANNOTATION]: 'x' }));
    assert.equal(annotation(sealed, CONFIRM_ANNOTATION), null);
    assert.equal(await stage.requester(trap), undefined);
  });

  it('is right where another webhook changes the binding afterwards, and asks anew', async () => {
    const made = await alice.create(aBinding({ name: 'meddled', labels: { meddle: 'please' } }));
    assert.equal(dig(made, 'metadata', 'labels', 'meddled'), 'yes');
    assert.equal(await stage.requester({ name: 'meddled' }), 'alice');
    const unmeddled = { metadata: { labels: { meddled: null }, ...(CONFIRM['metadata'] as JsonObject) } };
    await mallory.patch(refOf(made), unmeddled);
    assert.equal(await stage.requester({ name: 'meddled' }), 'mallory');
    await alice.patch(refOf(made), merge(NEW_SPEC, { metadata: { labels: { meddled: null } } }));
    assert.equal(await stage.requester({ name: 'meddled' }), 'alice');
  });

  it('may read what the authorizers say, by name or by group', async () => {
    const access = new RequesterAccess({ transport: stage.transport });
    const secret = { group: '', resource: 'secrets', verb: 'get', namespace: 'vault', name: 'db' };
    const [byAlice, byMallory] = [await alice.create(named('a')), await mallory.create(named('m'))];
    const may = async (object: JsonObject, name: string): Promise<boolean> => {
      const found = await stage.requesterOf(object);
      assert.ok(found !== undefined);
      return await access.allowed(found, { ...secret, name });
    };
    assert.deepEqual(await Promise.all([may(byAlice, 'db'), may(byAlice, 'other'), may(byMallory, 'db')]), [
      true,
      false,
      false,
    ]);
  });
});
