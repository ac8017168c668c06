import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { SEAL_ANNOTATION } from '../lib/api/requester.ts';
import { merge } from '../lib/testkit/builders.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { annotated, CLEAT, CONFIRM, LABEL, named, NEW_SPEC, stampOf } from './requester-objects.ts';
import { KEY_SECRET, openRequesterStage, type Person, type RequesterStage } from './requester-stage.ts';

async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => assert.fail('it was admitted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error, String(error));
  return error.message;
}

describe('while Cleat, which stamps requesters, is away', { timeout: 300_000 }, () => {
  let stage: RequesterStage;
  let cluster: ControlPlane;
  let alice: Person;
  let mallory: Person;

  before(async () => {
    stage = await openRequesterStage();
    ({ cluster, alice, mallory } = stage);
  });
  after(async () => stage?.close());

  let held: ObjectRef;
  let requested: JsonObject;

  it('what was requested before stays, and Cleat stops', async () => {
    requested = await alice.create(named('held', { metadata: { finalizers: ['example.com/hold'] } }));
    await alice.create(named('kept'));
    held = refOf(requested);
    await stage.cleat.stop();
  });

  const refused = /failed calling webhook "requesters\.webhook\.cleat\.dev"/;
  it('nobody makes a binding, changes a spec, writes a stamp, or confirms', async () => {
    assert.match(await refusal(mallory.create(named('sneaked'))), refused);
    assert.equal(await cluster.get(refOf(named('sneaked'))), undefined);
    for (const change of [NEW_SPEC, annotated({ [SEAL_ANNOTATION]: 'x' }), CONFIRM])
      assert.match(await refusal(mallory.patch(held, change)), refused);
    assert.match(await refusal(cluster.patch(held, NEW_SPEC)), refused);
  });

  it('labels, annotations, finalizers and the status can be written', async () => {
    await mallory.patch(held, merge(LABEL, annotated({ a: 'b' })));
    await cluster.patch(held, { status: { secret: 'a' } }, { subresource: 'status' });
    const edited = await cluster.patch(held, { metadata: { finalizers: ['example.com/hold', 'a.b/c'] } });
    assert.deepEqual(stampOf(edited), stampOf(requested));
    assert.equal(await stage.requester(held), 'alice');
  });

  it('a binding can be deleted, and its finalizer taken away', async () => {
    await cluster.remove(held);
    assert.notEqual(dig(await cluster.get(held), 'metadata', 'deletionTimestamp'), undefined);
    await mallory.patch(held, { metadata: { finalizers: null } });
    await waitFor('it to be gone', async () => (await cluster.get(held)) === undefined);
  });

  it('and the stamps of the next replica are made with the same key', async () => {
    await stage.cleat.start();
    await mallory.create(named('later'));
    assert.equal(await stage.requester({ name: 'later' }), 'mallory');
    assert.equal(await stage.requester({ name: 'kept' }), 'alice');
  });

  it('is refused with what to do when the key is gone', async () => {
    const key = { apiVersion: 'v1', kind: 'Secret', namespace: CLEAT.namespace, name: KEY_SECRET };
    await stage.cleat.stop();
    await cluster.remove(key);
    await stage.cleat.start();
    const message = await refusal(alice.create(named('keyless')));
    assert.match(message, /denied the request: ServiceBinding shop\/keyless cannot be written now/);
    assert.match(
      message,
      /Secret cleat-system\/cleat-requester-key: does not exist; re-apply the installation/,
    );
  });
});
