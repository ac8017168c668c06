import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { aDeployment, aMapping, anotherBinding, aServiceBinding, UID } from '../testkit/builders.ts';
import { frozen } from '../testkit/freeze.ts';
import { aStore } from '../testkit/world.ts';
import { labelsOf } from '../parse/meta.ts';
import { projectedUids } from '../resolve/intents.ts';
import { judge, type Judgement, premisesOf, samePremises } from './verdict.ts';

const DEPLOYMENTS = { plural: 'deployments', version: 'v1' };

function identityOf(object: JsonObject) {
  return { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'orders', labels: labelsOf(object) };
}

function judged(object: JsonObject, world: readonly JsonObject[], gone: readonly string[] = []): Judgement {
  frozen(object);
  const workload = { identity: identityOf(object), resource: DEPLOYMENTS, object };
  return judge(workload, aStore(frozen(world)), gone);
}

const bound = (world: readonly JsonObject[] = [aServiceBinding()]): JsonObject =>
  judged(aDeployment(), world).workload;

describe('whether a workload is as its bindings want it', () => {
  it('no binding: right, and the very same object', () => {
    const object = aDeployment();
    const { workload, verdict } = judged(object, []);
    assert.equal(workload, object);
    assert.equal(verdict.isRight, true);
  });

  it('a binding that is not projected: not right, and what it has to be', () => {
    const { workload, verdict } = judged(aDeployment(), [aServiceBinding()]);
    assert.equal(verdict.isRight, false);
    assert.deepEqual([...projectedUids(workload)], [UID]);
    assert.equal(judged(workload, [aServiceBinding()]).verdict.isRight, true);
  });

  it('a binding that is being deleted: its projection has to go', () => {
    const deleting = aServiceBinding({ metadata: { deletionTimestamp: '2026-02-02T00:00:00Z' } });
    const { workload, verdict } = judged(bound(), [deleting]);
    assert.equal(verdict.isRight, false);
    assert.deepEqual([...projectedUids(workload)], []);
  });

  it('a binding that nobody knows: its projection stays, until it is known to be gone', () => {
    assert.equal(judged(bound(), []).verdict.isRight, true);
    const { workload, verdict } = judged(bound(), [], [UID]);
    assert.equal(verdict.isRight, false);
    assert.deepEqual([...projectedUids(workload)], []);
  });

  it('failures are told by binding', () => {
    const rival = anotherBinding({ spec: { name: 'db' } });
    const { verdict } = judged(aDeployment(), [aServiceBinding(), rival]);
    assert.deepEqual(
      [...verdict.failures.values()].map(({ reason }) => reason),
      ['Collision'],
    );
    assert.equal(verdict.failures.has(UID), false);
  });

  it('WRM-26: a mapping that cannot be used holds up no unbinding: the workload knows where its projection is', () => {
    const unusable = aMapping({
      metadata: { name: 'deployments.apps' },
      spec: { versions: [{ version: '*', volumes: '.spec[*]' }] },
    });
    const deleting = aServiceBinding({ metadata: { deletionTimestamp: '2026-02-02T00:00:00Z' } });
    assert.deepEqual([...projectedUids(judged(bound(), [unusable, deleting]).workload)], []);
    const { verdict } = judged(aDeployment(), [unusable, aServiceBinding()]);
    assert.match(verdict.failures.get(UID)?.message ?? '', /cannot be used/);
  });
});

describe('what a verdict rests on', () => {
  const object = aDeployment();
  const premises = (world: readonly JsonObject[], of: JsonObject = object) =>
    premisesOf(identityOf(of), DEPLOYMENTS, projectedUids(of), aStore(world));
  const rested = premises([aServiceBinding()]);

  it('is the same as long as nothing changes', () => {
    assert.ok(samePremises(rested, premises([aServiceBinding()])));
    assert.ok(samePremises(rested, judged(object, [aServiceBinding()]).verdict.premises));
  });

  const changes: Readonly<Record<string, readonly JsonObject[]>> = {
    'a binding was edited': [aServiceBinding({ metadata: { generation: 2 } })],
    'its Secret has another name': [aServiceBinding({ spec: { service: { name: 'other' } } })],
    'it is being deleted': [aServiceBinding({ metadata: { deletionTimestamp: '2026-02-02T00:00:00Z' } })],
    'another binding targets it too': [aServiceBinding(), anotherBinding()],
    'no binding targets it': [],
    'WRM-27: its kind is mapped in another way': [
      aServiceBinding(),
      aMapping({ metadata: { name: 'deployments.apps' } }),
    ],
  };
  for (const [name, world] of Object.entries(changes)) {
    it(`is another when ${name}`, () => assert.equal(samePremises(rested, premises(world)), false));
  }

  it('is another when what the Service Binding Operator projected is to be replaced at once', () => {
    const finalizers = ['finalizer.servicebinding.openshift.io'];
    const annotations = { 'projector.cleat.dev/replace': 'true' };
    const left = premises([aServiceBinding({ metadata: { finalizers } })]);
    const wanted = premises([aServiceBinding({ metadata: { finalizers, annotations } })]);
    assert.equal(samePremises(left, wanted), false);
  });

  it('is the same when a binding of something else comes', () => {
    const elsewhere = anotherBinding({ spec: { workload: { name: 'elsewhere' } } });
    assert.ok(samePremises(rested, premises([aServiceBinding(), elsewhere])));
  });
});
