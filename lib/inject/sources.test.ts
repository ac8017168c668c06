import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject, own } from '../api/json.ts';
import { frozen } from '../testkit/freeze.ts';
import { Kinds } from './plurals.ts';
import { sourceKey, Sources } from './sources.ts';

const SECRET = { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' };

function stored(entries: JsonObject): JsonObject {
  const object: JsonObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'shop', name: 'db' },
    ...entries,
  };
  const sources = new Sources(new Map([[sourceKey(SECRET), frozen(object)]]), new Kinds([]));
  const state = sources.read({ source: 'object', ...SECRET });
  assert.ok(state.state === 'found');
  return state.objects[0] ?? {};
}

describe('a Secret of the input is read as it would be stored', () => {
  it('with the entries of both, those of stringData first', () => {
    const secret = stored({ data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new', c: 'c', d: 1 } });
    assert.deepEqual(dig(secret, 'data'), { a: btoa('new'), b: 'Yg==', c: btoa('c') });
    assert.equal(own(secret, 'stringData'), undefined);
  });

  it('with an entry of any name that there can be', () => {
    const stringData: JsonObject = Object.fromEntries([['__proto__', 'x']]);
    const data = dig(stored({ stringData }), 'data') ?? {};
    assert.deepEqual(Object.entries(data), [['__proto__', btoa('x')]]);
  });
});
