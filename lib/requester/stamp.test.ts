import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject, withoutMember } from '../api/json.ts';
import {
  CONFIRM_ANNOTATION,
  REQUESTER_ANNOTATION,
  type Requester,
  SEAL_ANNOTATION,
} from '../api/requester.ts';
import { merge } from '../testkit/builders.ts';
import { aBinding, ALICE, ApiServer, KEY, MALLORY, user } from './testkit/api-server.ts';
import { annotated, annotation, CONFIRM, NEW_SPEC, requester, stampOf, warnings } from './testkit/stamps.ts';
import { verifyRequester } from './verify.ts';

const GITOPS = user('system:serviceaccount:argocd:controller');

describe('who makes a binding is its requester', () => {
  it('with all that the API server knows of a user, in the annotation of the Service Binding Operator', () => {
    const by = user('alice', { uid: 'u-1', extra: { 'example.com/scopes': ['a', 'b'] } });
    const binding = new ApiServer().create(by, aBinding());
    assert.deepEqual(verifyRequester(binding, KEY), by);
    assert.equal(
      annotation(binding, REQUESTER_ANNOTATION),
      '{"username":"alice","uid":"u-1","groups":["system:authenticated"],"extra":{"example.com/scopes":["a","b"]}}',
    );
  });

  it('and fields of the user that are empty are left out', () => {
    const binding = new ApiServer().create(user('alice', { groups: [] }), aBinding());
    assert.equal(annotation(binding, REQUESTER_ANNOTATION), '{"username":"alice"}');
    assert.equal(requester(binding), 'alice');
  });

  it('whatever the object says', () => {
    const server = new ApiServer();
    const first = server.create(ALICE, aBinding());
    const copy = aBinding(annotated(stampOf(first)));
    assert.equal(requester(server.create(MALLORY, copy)), 'mallory');
    const claimed = annotated({ [REQUESTER_ANNOTATION]: '{"username":"alice"}' });
    assert.equal(requester(server.create(MALLORY, aBinding(claimed))), 'mallory');
  });

  it('whatever it says of its own deletion, or of its uid and generation', () => {
    const server = new ApiServer();
    const lie = { metadata: { deletionTimestamp: '2020-01-01T00:00:00Z', uid: 'mine', generation: 9 } };
    assert.equal(requester(server.create(MALLORY, aBinding(lie))), 'mallory');
  });

  it('also where its name is generated afterwards', () => {
    const server = new ApiServer();
    for (const prefix of ['db-', 'a'.repeat(60)]) {
      const object = aBinding({ metadata: { generateName: prefix } });
      const unnamed = { ...object, metadata: withoutMember(object['metadata'] as JsonObject, 'name') };
      const binding = server.create(ALICE, unnamed);
      assert.equal(requester(binding), 'alice');
      assert.equal(requester(merge(binding, { metadata: { name: 'other' } })), undefined);
      assert.equal(requester(merge(binding, { metadata: { generateName: 'o' } })), 'alice');
      assert.equal(requester(server.update(ALICE, binding, NEW_SPEC)), 'alice');
    }
  });

  it('also if another webhook changes the spec after it was stamped', () => {
    const server = new ApiServer();
    server.afterwards = (object) => merge(object, { spec: { namingStrategy: 'none' } });
    const binding = server.create(ALICE, aBinding());
    assert.equal(requester(binding), 'alice');
    assert.equal(requester(server.update(MALLORY, binding, NEW_SPEC)), 'mallory');
  });

  it('an annotation that confirms is not kept', () => {
    const binding = new ApiServer().create(ALICE, aBinding(CONFIRM));
    assert.equal(annotation(binding, CONFIRM_ANNOTATION), undefined);
    assert.equal(requester(binding), 'alice');
  });
});

describe('who changes the spec is the requester from then on', () => {
  it('the last of several, each time', () => {
    const server = new ApiServer();
    let binding = server.create(ALICE, aBinding());
    for (const [by, bindAsFiles] of [[MALLORY, true] as const, [ALICE, false] as const]) {
      binding = server.update(by, binding, { spec: { bindAsFiles } });
      assert.equal(requester(binding), by.username);
    }
    assert.equal(dig(binding, 'metadata', 'generation'), 3);
  });

  it('also who takes it away or adds it', () => {
    const server = new ApiServer();
    const binding = server.create(ALICE, aBinding());
    const without = server.replace(MALLORY, binding, withoutMember(binding, 'spec'));
    assert.equal(requester(without), 'mallory');
    assert.equal(requester(server.update(ALICE, without, { spec: {} })), 'alice');
  });

  it('and the order of its members is no change', () => {
    const server = new ApiServer();
    const binding = server.create(ALICE, aBinding());
    const { services = [], application = {} } = binding['spec'] as JsonObject;
    const turned = server.replace(MALLORY, binding, { ...binding, spec: { application, services } });
    assert.equal(requester(turned), 'alice');
  });

  it('whatever the request says of generation, uid and deletion', () => {
    const server = new ApiServer();
    const binding = server.create(ALICE, aBinding());
    const lie = { generation: 1, uid: 'mine', deletionTimestamp: '2020-01-01T00:00:00Z' };
    server.update(MALLORY, binding, { ...NEW_SPEC, metadata: lie });
    assert.deepEqual(
      JSON.parse(Buffer.from(server.answers.at(-1)?.review.response.patch ?? '', 'base64').toString()).length,
      2,
    );
  });
});

describe('who changes something else does not become the requester', () => {
  const edits: Readonly<Record<string, JsonObject>> = {
    'a label': { metadata: { labels: { team: 'a' } } },
    'an annotation': annotated({ 'example.com/a': 'b' }),
    'a finalizer': { metadata: { finalizers: ['example.com/hold'] } },
    'the status': { status: { secret: 'db' } },
  };
  for (const [what, edit] of Object.entries(edits)) {
    it(`${what}: an administrator's edit launders nothing`, () => {
      const server = new ApiServer();
      const binding = server.create(MALLORY, aBinding());
      const edited = server.update(GITOPS, binding, edit);
      assert.equal(requester(edited), 'mallory');
      assert.equal(server.answers.at(-1)?.outcome, 'allowed');
    });

    it(`${what}: a binding without a requester gets none`, () => {
      const server = new ApiServer();
      server.isBlind = true;
      const binding = server.create(MALLORY, aBinding());
      server.isBlind = false;
      const edited = server.update(GITOPS, binding, edit);
      assert.deepEqual(stampOf(edited), { [REQUESTER_ANNOTATION]: null, [SEAL_ANNOTATION]: null });
    });
  }

  it("the Service Binding Operator's stamp stays, and is nobody's", () => {
    const server = new ApiServer();
    server.isBlind = true;
    const left = server.create(
      ALICE,
      aBinding(annotated({ [REQUESTER_ANNOTATION]: '{"username":"alice"}' })),
    );
    server.isBlind = false;
    const edited = server.update(GITOPS, left, { metadata: { labels: { a: 'b' } } });
    assert.equal(annotation(edited, REQUESTER_ANNOTATION), '{"username":"alice"}');
    assert.equal(requester(edited), undefined);
  });
});

describe('the stamp cannot be written by hand', () => {
  const server = new ApiServer();
  const binding = server.create(ALICE, aBinding());
  const other = server.create(MALLORY, aBinding({ metadata: { name: 'other' } }));
  const mine = stampOf(server.update(MALLORY, binding, NEW_SPEC));

  const tricks: Readonly<Record<string, [annotations: JsonObject, isTold: boolean]>> = {
    'taken away': [{ [REQUESTER_ANNOTATION]: null, [SEAL_ANNOTATION]: null }, false],
    'taken away in part': [{ [SEAL_ANNOTATION]: null }, false],
    'made up': [{ [REQUESTER_ANNOTATION]: '{"username":"mallory"}', [SEAL_ANNOTATION]: '{"v":1}' }, true],
    'of another binding': [stampOf(other), true],
    'of another generation': [mine, true],
    'with a seal that is empty': [{ [SEAL_ANNOTATION]: '' }, true],
  };
  for (const [what, [annotations, isTold]] of Object.entries(tricks)) {
    it(`${what}: it is put back`, () => {
      const edited = server.update(MALLORY, binding, annotated({ ...annotations, other: 'a' }));
      assert.deepEqual(stampOf(edited), stampOf(binding));
      assert.equal(annotation(edited, 'other'), 'a');
      assert.equal(warnings(server).length, isTold ? 1 : 0);
    });
  }

  it('not where there was none either', () => {
    server.isBlind = true;
    const bare = server.create(MALLORY, aBinding());
    server.isBlind = false;
    const edited = server.update(MALLORY, bare, annotated(stampOf(binding)));
    assert.equal(annotation(edited, REQUESTER_ANNOTATION), undefined);
    assert.equal(annotation(edited, SEAL_ANNOTATION), undefined);
  });

  it('and together with another spec it is overwritten', () => {
    const edited = server.update(MALLORY, binding, { ...NEW_SPEC, ...annotated(stampOf(binding)) });
    assert.equal(requester(edited), 'mallory');
  });
});

describe('an object that is being deleted', () => {
  it('is left alone, and has no requester', () => {
    const server = new ApiServer();
    const binding = merge(server.create(ALICE, aBinding()), {
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.b/c'] },
    });
    const edited = server.update(MALLORY, binding, { metadata: { finalizers: [] } });
    assert.equal(server.answers.at(-1)?.outcome, 'allowed');
    assert.deepEqual(stampOf(edited), stampOf(binding));
    assert.equal(requester(edited), undefined);
  });
});

describe('a user whom the API server calls strangely', () => {
  const names: readonly Requester[] = [
    user('a","groups":["system:masters"],"x":"'),
    user('münchen\u0000\ud800', { extra: { __proto__x: [] } }),
    user('eve', { extra: JSON.parse('{"__proto__":["a"]}') }),
  ];
  for (const by of names) {
    it(`stays who it is: ${JSON.stringify(by.username)}`, () => {
      assert.deepEqual(verifyRequester(new ApiServer().create(by, aBinding()), KEY), by);
    });
  }
});
