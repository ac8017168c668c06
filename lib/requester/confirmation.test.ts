import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject } from '../api/json.ts';
import { CONFIRM_ANNOTATION } from '../api/requester.ts';
import { merge } from '../testkit/builders.ts';
import { aBinding, ALICE, ApiServer, MALLORY } from './testkit/api-server.ts';
import { annotated, annotation, CONFIRM, NEW_SPEC, requester, warnings } from './testkit/stamps.ts';

describe('a confirmation', () => {
  function unstamped(): [ApiServer, JsonObject] {
    const server = new ApiServer();
    server.isBlind = true;
    const binding = server.create(MALLORY, aBinding());
    server.isBlind = false;
    return [server, binding];
  }

  it('makes whoever sends it the requester, leaves no trace of itself, and says so', () => {
    const [server, binding] = unstamped();
    const confirmed = server.update(ALICE, binding, CONFIRM);
    assert.equal(requester(confirmed), 'alice');
    assert.equal(annotation(confirmed, CONFIRM_ANNOTATION), undefined);
    assert.deepEqual(warnings(server), ['Cleat: user alice is the requester of this binding now']);
    assert.equal(dig(confirmed, 'metadata', 'generation'), 1);
  });

  it('replaces another requester', () => {
    const server = new ApiServer();
    const binding = server.create(MALLORY, aBinding());
    assert.equal(requester(server.update(ALICE, binding, CONFIRM)), 'alice');
  });

  it('holds when another webhook changes something and this one is asked again, without the annotation', () => {
    const [server, binding] = unstamped();
    server.afterwards = (object) => merge(object, { metadata: { labels: { a: 'b' } } });
    const confirmed = server.update(ALICE, binding, CONFIRM);
    assert.equal(requester(confirmed), 'alice');
    assert.equal(annotation(confirmed, CONFIRM_ANNOTATION), undefined);
  });

  it('ends with the next change of the spec', () => {
    const [server, binding] = unstamped();
    const confirmed = server.update(ALICE, binding, CONFIRM);
    assert.equal(requester(server.update(MALLORY, confirmed, NEW_SPEC)), 'mallory');
  });

  it('is none if the annotation had been lying there: it is removed, and the next one counts', () => {
    const server = new ApiServer();
    server.isBlind = true;
    const trap = server.create(MALLORY, aBinding(CONFIRM));
    server.isBlind = false;
    const edited = server.update(ALICE, trap, { metadata: { labels: { a: 'b' } } });
    assert.equal(requester(edited), undefined);
    assert.equal(annotation(edited, CONFIRM_ANNOTATION), undefined);
    assert.match(warnings(server).join(), /left over/);
    assert.equal(requester(server.update(ALICE, edited, CONFIRM)), 'alice');
  });

  it('is none with any other value', () => {
    const [server, binding] = unstamped();
    const edited = server.update(ALICE, binding, annotated({ [CONFIRM_ANNOTATION]: 'yes' }));
    assert.equal(requester(edited), undefined);
    assert.equal(annotation(edited, CONFIRM_ANNOTATION), undefined);
    assert.match(warnings(server).join(), /its one value is "true"/);
  });
});
