import assert from 'node:assert/strict';
import { request } from 'node:https';
import { suite, test } from 'node:test';
import { text } from 'node:stream/consumers';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { SEAL_ANNOTATION } from '../lib/api/requester.ts';
import { merge } from '../lib/testkit/builders.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { annotated, annotation, stampOf } from './requester-objects.ts';
import { aBinding, aWorkload, useTheft } from './theft-stage.ts';
import { ALL_MARKS, MALLORY, TRUSTED } from './theft-vault.ts';

const CONFIGURATIONS: readonly ObjectRef[] = [
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
].map((kind) => ({ apiVersion: 'admissionregistration.k8s.io/v1', kind, name: 'cleat' }));

/** A review that no API server has sent: an administrator changes the spec. */
function madeUp(old: JsonObject, object: JsonObject): JsonObject {
  const [group, version, kind] = ['binding.operators.coreos.com', 'v1alpha1', 'ServiceBinding'];
  const metadata = dig(old, 'metadata');
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'c0ffee00-0000-4000-8000-000000000001',
      kind: { group, version, kind },
      resource: { group, version, resource: 'servicebindings' },
      operation: 'UPDATE',
      namespace: dig(metadata, 'namespace') ?? '',
      name: dig(metadata, 'name') ?? '',
      userInfo: { username: 'boss', groups: ['system:masters', 'system:authenticated'] },
      object,
      oldObject: old,
    },
  };
}

async function ask(port: number, review: JsonObject): Promise<JsonObject> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/stamp',
    method: 'POST',
    rejectUnauthorized: false,
  });
  sent.setHeader('content-type', 'application/json');
  sent.end(JSON.stringify(review));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  sent.on('response', (response) => void text(response).then(resolve, reject)).on('error', reject);
  return JSON.parse(await promise) as JsonObject;
}

suite('who asks Cleat directly, past the API server', { timeout: 300_000 }, () => {
  const { operated, cluster, people, get, concluded, taken, nothingStolen } = useTheft();
  const ref = refOf(aBinding(MALLORY, 'oracle'));
  const wanted = aBinding(MALLORY, 'oracle');
  let forged: JsonObject = {};

  test('gets a seal of anybody', async () => {
    const { mallory } = people();
    await mallory.create(aWorkload(MALLORY, 'oracle'));
    const innocent = { services: [{ group: '', version: 'v1', kind: 'Secret', name: 'own' }] };
    const old = await mallory.create(aBinding(MALLORY, 'oracle', innocent));
    const [replica] = operated().replicas;
    assert.ok(replica);
    const object = { ...old, spec: wanted['spec'] ?? {} };
    const answer = await ask(replica.port, madeUp(old, object));
    const patch = Buffer.from(String(dig(answer, 'response', 'patch')), 'base64').toString('utf8');
    const operations = JSON.parse(patch) as Operation[];
    forged = stampOf(jsonPatch.applyPatch(structuredClone<JsonObject>(object), operations).newDocument);
    assert.match(JSON.stringify(forged), /boss/);
  });

  test('cannot store it while bindings are stamped', async () => {
    const { mallory } = people();
    const stored = await mallory.patch(ref, merge(annotated(forged), { spec: wanted['spec'] ?? {} }));
    assert.notEqual(annotation(stored, SEAL_ANNOTATION), forged[SEAL_ANNOTATION]);
    await concluded(ref, 'False', /user mallory, who requested this binding, may not get/);
    await nothingStolen({ marks: ALL_MARKS });
  });

  test('has nothing of it once it was stored while they were not, whoever installs the webhook again', async () => {
    const { mallory, admin } = people();
    // Something that an administrator asked for, and that stays theirs to confirm.
    await admin.create(aWorkload(TRUSTED, 'theirs'));
    await admin.create(aBinding(TRUSTED, 'theirs'));
    await taken(refOf(aBinding(TRUSTED, 'theirs')));

    const [replica] = operated().replicas;
    assert.ok(replica);
    const before = await get(ref);
    const generation = Number(dig(before, 'metadata', 'generation'));
    const next = { ...before, spec: merge(wanted, { spec: { bindAsFiles: false } })['spec'] ?? {} };
    const answer = await ask(replica.port, madeUp(before, next));
    const patch = Buffer.from(String(dig(answer, 'response', 'patch')), 'base64').toString('utf8');
    const sealed = jsonPatch.applyPatch(
      structuredClone<JsonObject>(next),
      JSON.parse(patch) as Operation[],
    ).newDocument;

    await operated().removeReplica(replica);
    for (const configuration of CONFIGURATIONS) await cluster().remove(configuration);
    const stored = await waitFor(
      'nobody to be asked',
      async () => await mallory.patch(ref, { spec: sealed['spec'] ?? {}, ...annotated(stampOf(sealed)) }),
    );
    assert.equal(dig(stored, 'metadata', 'generation'), generation + 1);
    assert.deepEqual(
      stampOf(stored),
      stampOf(sealed),
      'as the forged seal says, nobody being there to put it back',
    );

    await operated().addReplica();
    await operated().leader();
    await concluded(ref, 'False', /nobody is known to have requested this binding as it is/);
    await nothingStolen({ marks: ALL_MARKS });
    await operated().install();
    await waitFor('Cleat to be asked again', async () => {
      const probe = await admin.create(aBinding(MALLORY, 'probe'), { dryRun: 'All' });
      return JSON.stringify(stampOf(probe)).includes('boss');
    });
    // It is looked at once more, and so is what was sealed rightly, by the former installation.
    await admin.patch(ref, { metadata: { labels: { looked: 'again' } } });
    await admin.patch(refOf(aBinding(TRUSTED, 'theirs')), { metadata: { labels: { looked: 'again' } } });
    await concluded(refOf(aBinding(TRUSTED, 'theirs')), 'False', /nobody is known/);
    await concluded(ref, 'False', /nobody is known/);
    await nothingStolen({ marks: ALL_MARKS });
  });
});
