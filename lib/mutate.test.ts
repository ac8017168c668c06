import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, type JsonObject } from './api/json.ts';
import { mutate, type Mutation } from './mutate.ts';
import type { Lister } from './resolve/lister.ts';
import { aDeployment, aPod, aReview, aServiceBinding, merge, UID } from './testkit/builders.ts';
import { frozen } from './testkit/freeze.ts';
import { aStore } from './testkit/world.ts';

const binding = aServiceBinding({ spec: { env: [{ name: 'DB_USER', key: 'username' }] } });

function patchOf({ review }: Mutation): Operation[] {
  const { patch } = review.response;
  return patch === undefined
    ? []
    : (JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as Operation[]);
}

function patched(object: JsonObject, mutation: Mutation): JsonObject {
  return jsonPatch.applyPatch(structuredClone<JsonObject>(object), patchOf(mutation), true).newDocument;
}

describe('a workload that a binding targets', () => {
  it('is answered with a JSON Patch that binds it', () => {
    const mutation = mutate(frozen(aReview(aDeployment())), aStore([binding]));
    assert.equal(mutation.outcome, 'patched');
    assert.equal(mutation.review.response.patchType, 'JSONPatch');
    assert.deepEqual(
      patchOf(mutation)
        .map(({ op, path }) => `${op} ${path}`)
        .sort(),
      [
        'add /metadata/annotations',
        'add /spec/template/metadata/annotations',
        'add /spec/template/spec/containers/0/env',
        'add /spec/template/spec/containers/0/volumeMounts',
        'add /spec/template/spec/volumes',
      ],
    );
  });

  it('is answered with nothing when it comes back bound, as after a reinvocation', () => {
    const store = aStore([binding]);
    const first = mutate(aReview(aDeployment()), store);
    const bound = patched(aDeployment(), first);
    const second = mutate(aReview(bound, { operation: 'UPDATE' }), store);
    assert.deepEqual([second.outcome, patchOf(second)], ['allowed', []]);
  });

  it('is bound by the name that the request has, if the object has none yet', () => {
    const unnamed = { ...aDeployment(), metadata: { labels: { app: 'orders' } } };
    assert.equal(
      mutate(aReview(unnamed, { name: 'orders', namespace: 'shop' }), aStore([binding])).outcome,
      'patched',
    );
  });

  it("a generated name is nobody's: a binding by name does not match the empty name", () => {
    const generated = aDeployment({ metadata: { name: '', generateName: 'orders-' } });
    assert.equal(mutate(aReview(generated, { name: '' }), aStore([binding])).outcome, 'allowed');
  });

  it("keeps the projections of other kinds' bindings: a ReplicaSet carries those of its Deployment", () => {
    const bound = patched(aDeployment(), mutate(aReview(aDeployment()), aStore([binding])));
    const replicaSet = merge(bound, { kind: 'ReplicaSet', metadata: { name: 'orders-5d4f' } });
    const pod = merge(aPod(), {
      metadata: {
        name: 'orders-5d4f-x',
        annotations: dig(bound, 'spec', 'template', 'metadata', 'annotations') ?? {},
      },
    });
    for (const object of [replicaSet, pod]) {
      assert.deepEqual(patchOf(mutate(aReview(object), aStore([binding]))), []);
    }
  });

  it('loses its projection when the binding is being deleted', () => {
    const bound = patched(aDeployment(), mutate(aReview(aDeployment()), aStore([binding])));
    const deleted = merge(binding, { metadata: { deletionTimestamp: '2026-01-02T00:00:00Z' } });
    const after = patched(bound, mutate(aReview(bound, { operation: 'UPDATE' }), aStore([deleted])));
    assert.doesNotMatch(JSON.stringify(after), new RegExp(UID));
  });
});

describe('a fault of ours', () => {
  it('admits the workload, with a warning', () => {
    const broken = {
      bindingsFor: () => {
        throw new Error('the index is broken');
      },
    } as unknown as Lister;
    const { outcome, review } = mutate(aReview(aDeployment()), broken);
    assert.equal(outcome, 'allowed');
    assert.deepEqual(review.response.warnings, [
      'Cleat: the workload was admitted unbound: the index is broken',
    ]);
  });
});

describe('warnings', () => {
  it('are single lines of at most 256 characters, and not more than the API server passes on', () => {
    const younger = Array.from({ length: 40 }, (_, index) =>
      merge(binding, {
        metadata: {
          name: `x${index}-${'n'.repeat(200)}`,
          uid: `u${index}`,
          creationTimestamp: '2026-05-05T00:00:00Z',
        },
        spec: { name: 'db' },
      }),
    );
    const { warnings = [] } = mutate(aReview(aDeployment()), aStore([binding, ...younger])).review.response;
    assert.equal(warnings.length, 15);
    assert.ok(warnings.every((text) => text.length <= 256 && !/\p{Cc}/u.test(text)));
  });
});
