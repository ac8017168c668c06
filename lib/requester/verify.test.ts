import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject, textOf } from '../api/json.ts';
import { REQUESTER_ANNOTATION, SEAL_ANNOTATION } from '../api/requester.ts';
import { merge } from '../testkit/builders.ts';
import { canonical } from './canonical.ts';
import { aBinding, ALICE, ApiServer, MALLORY } from './testkit/api-server.ts';
import { NEW_SPEC, requester } from './testkit/stamps.ts';
import { verifyRequester } from './verify.ts';

const annotations = (object: JsonObject): JsonObject => dig(object, 'metadata', 'annotations') as JsonObject;
const withStamp = (object: JsonObject, of: JsonObject): JsonObject =>
  merge(object, { metadata: { annotations: annotations(of) } });

/** As somebody does who found a way around the webhook. */
function unseen<T>(server: ApiServer, act: () => T): T {
  server.isBlind = true;
  const made = act();
  server.isBlind = false;
  return made;
}

describe('a stamp holds for what it was made for', () => {
  const server = new ApiServer();
  const born = server.create(ALICE, aBinding());
  const edited = server.update(ALICE, born, NEW_SPEC);

  const changes: Readonly<Record<string, JsonObject>> = {
    'another namespace': { metadata: { namespace: 'other' } },
    'another name': { metadata: { name: 'other' } },
    'another spec': { spec: { services: [] } },
    'a further member of the spec': { spec: { more: null } },
    'another generation': { metadata: { generation: 7 } },
    'another kind': { kind: 'Other' },
    'another group': { apiVersion: 'operators.coreos.com/v1alpha1' },
    'a deletion': { metadata: { deletionTimestamp: '2026-01-01T12:00:00Z' } },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`not for ${what}`, () => {
      for (const binding of [born, edited]) {
        assert.equal(requester(binding), 'alice');
        assert.equal(requester(merge(binding, change)), undefined);
      }
    });
  }

  it('in every version of its kind, since a stored object has but one', () => {
    assert.equal(requester(merge(born, { apiVersion: 'binding.operators.coreos.com/v1' })), 'alice');
  });

  it('whatever labels, other annotations, finalizers and status it has', () => {
    const more = { labels: { a: 'b' }, finalizers: ['a.b/c'], annotations: { a: 'b' } };
    assert.equal(requester(merge(edited, { metadata: more, status: { secret: 'a' } })), 'alice');
  });

  it('with the key that it was made with', () => {
    assert.equal(verifyRequester(born, new Uint8Array(32)), undefined);
  });
});

describe('a stamp cannot be forged', () => {
  const server = new ApiServer();
  const binding = server.update(MALLORY, server.create(MALLORY, aBinding()), NEW_SPEC);
  const seal: JsonObject = JSON.parse(textOf(annotations(binding)[SEAL_ANNOTATION]));
  const sealedAs = (change: JsonObject): JsonObject => ({
    [SEAL_ANNOTATION]: JSON.stringify({ ...seal, ...change }),
  });
  const users = [
    { username: 'alice', groups: ['system:authenticated'] },
    { username: 'mallory', groups: ['system:authenticated', 'system:masters'] },
    { username: 'mallory', groups: [] },
    { username: 'mallory', groups: ['system:authenticated'], uid: '0' },
    { username: 'mallory', groups: ['system:authenticated'], extra: { scopes: ['all'] } },
  ].map((claim) => ({ [REQUESTER_ANNOTATION]: JSON.stringify(claim) }));
  const forgeries: readonly JsonObject[] = [
    ...users,
    { [REQUESTER_ANNOTATION]: '' },
    { [REQUESTER_ANNOTATION]: '[]' },
    { [REQUESTER_ANNOTATION]: '{"username":"mallory","groups":"system:authenticated"}' },
    { [REQUESTER_ANNOTATION]: '{"username":"mallory","groups":["system:authenticated",1]}' },
    { [REQUESTER_ANNOTATION]: '{"username":"mallory","groups":["system:authenticated"],"extra":{"a":1}}' },
    { [SEAL_ANNOTATION]: '' },
    { [SEAL_ANNOTATION]: 'null' },
    { [SEAL_ANNOTATION]: '['.repeat(100_000) },
    sealedAs({ v: 2 }),
    sealedAs({ mac: '' }),
    sealedAs({ mac: '0'.repeat(64) }),
    sealedAs({ generation: 1 }),
    sealedAs({ uid: 'uid-2' }),
    sealedAs({ time: 1_767_268_800 }),
    sealedAs({ time: 1_767_268_800, generateName: 'd' }),
  ];
  for (const forgery of forgeries) {
    it(JSON.stringify(forgery).slice(0, 160), () => {
      assert.equal(requester(binding), 'mallory');
      assert.equal(requester(merge(binding, { metadata: { annotations: forgery } })), undefined);
    });
  }

  it('the spelling of the JSON does not matter, what it says does', () => {
    const spelled = '{ "groups": ["system:authenticated"],\n "username": "mallory", "uid": "" }';
    const respelled = merge(binding, { metadata: { annotations: { [REQUESTER_ANNOTATION]: spelled } } });
    assert.equal(requester(respelled), 'mallory');
  });
});

describe('a stamp cannot be used again', () => {
  it('for a binding of the same name and spec that is made later', () => {
    const server = new ApiServer();
    const first = server.create(ALICE, aBinding());
    server.now += 61_000;
    const again = unseen(server, () => server.create(MALLORY, withStamp(aBinding(), first)));
    assert.equal(requester(again), undefined);
    // Whoever asks the webhook is stamped himself, at once or later.
    assert.equal(requester(server.create(MALLORY, withStamp(aBinding(), first))), 'mallory');
  });

  it('for one that is made again, where it was made for an edit or a confirmation', () => {
    const server = new ApiServer();
    const edited = server.update(ALICE, server.create(ALICE, aBinding()), NEW_SPEC);
    const again = unseen(server, () => server.create(MALLORY, withStamp(aBinding(NEW_SPEC), edited)));
    assert.equal(requester(again), undefined);
    const twice = unseen(server, () => server.update(MALLORY, again, { spec: { more: true } }));
    assert.equal(requester(twice), undefined);
  });

  it('for the spec of another generation, not even if it was the same once', () => {
    const server = new ApiServer();
    const first = server.create(ALICE, aBinding());
    const second = server.update(ALICE, first, NEW_SPEC);
    const back = { spec: { bindAsFiles: false } };
    const third = server.update(MALLORY, second, back);
    const fourth = unseen(server, () => server.update(MALLORY, withStamp(third, second), NEW_SPEC));
    assert.equal(requester(withStamp(fourth, second)), undefined);
    assert.equal(requester(withStamp(third, first)), undefined);
  });

  it('where it was made for a birth that took too long, or by a clock that is wrong', () => {
    const binding = new ApiServer().create(ALICE, aBinding());
    const bornAt = (creationTimestamp: string): string | undefined =>
      requester(merge(binding, { metadata: { creationTimestamp } }));
    assert.equal(bornAt('2026-01-01T12:01:00Z'), 'alice');
    assert.equal(bornAt('2026-01-01T11:59:00Z'), 'alice');
    for (const late of ['2026-01-01T12:01:01Z', '2026-01-01T11:58:59Z', 'soon', ''])
      assert.equal(bornAt(late), undefined);
  });
});

describe('what is sealed is one text', () => {
  it('for all spellings of a value, and another for every other value', () => {
    assert.equal(
      canonical({ b: [1, null], a: { d: 'x', c: true } }),
      '{"a":{"c":true,"d":"x"},"b":[1,null]}',
    );
    const texts = [
      ['a', 'b'],
      ['a,b'],
      ['a"', 'b'],
      [['a'], 'b'],
      { a: 'b' },
      { 'a":"b': '' },
      JSON.parse('{"__proto__":1}'),
      {},
      [],
      null,
      '',
      0,
      false,
    ].map(canonical);
    assert.equal(new Set(texts).size, texts.length);
  });
});
