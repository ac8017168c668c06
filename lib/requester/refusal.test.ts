import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../api/json.ts';
import { SEAL_ANNOTATION } from '../api/requester.ts';
import { aReview, aServiceBinding, merge } from '../testkit/builders.ts';
import { frozen } from '../testkit/freeze.ts';
import { stamp, type Stamping } from './stamp.ts';
import { aBinding, ALICE, ApiServer, KEY, MALLORY, START } from './testkit/api-server.ts';
import { annotated, NEW_SPEC, requester } from './testkit/stamps.ts';

describe('a binding is refused', () => {
  const problem = 'Secret cleat-system/cleat-requester-key: does not exist; re-apply the installation';
  const answer = (override: JsonObject, key: Parameters<typeof stamp>[1] = { key: KEY }): Stamping =>
    stamp(frozen(aReview(aBinding(), override)), key, START);
  const message = ({ review, outcome }: Stamping): string =>
    `${outcome}: ${review.response.status?.message ?? ''}`;

  it('while there is no key, with what to do about that', () => {
    assert.equal(
      message(answer({}, { problem })),
      `denied: ServiceBinding shop/db cannot be written now, because Cleat could not say who requested it: ${problem}`,
    );
  });

  it('but not if neither spec nor stamp change', () => {
    const server = new ApiServer();
    const binding = server.create(ALICE, aBinding());
    server.sealKey = { problem };
    const edited = server.update(MALLORY, binding, annotated({ [SEAL_ANNOTATION]: null, other: 'a' }));
    assert.equal(requester(edited), 'alice');
    assert.throws(() => server.update(MALLORY, binding, NEW_SPEC), /cannot be written now/);
  });

  it('when the request does not tell what has to be known', () => {
    const old = aBinding();
    const cases: readonly [JsonObject, string][] = [
      [{ userInfo: { username: '' } }, 'denied: the request does not say who sends it'],
      [{ object: null }, 'denied: the request carries no object'],
      [{ operation: 'UPDATE', oldObject: null }, 'denied: the request does not carry what it replaces'],
      [
        { operation: 'UPDATE', oldObject: old, object: merge(old, NEW_SPEC) },
        'denied: what it replaces has no uid or no generation',
      ],
      [
        { object: { metadata: { annotations: 'none' } } },
        'denied: metadata.annotations of the object is not an object',
      ],
    ];
    for (const [override, expected] of cases) assert.equal(message(answer(override)), expected);
    assert.match(message(stamp({}, { key: KEY }, START)), /^errored: the body is not an AdmissionReview/);
  });

  it('when it is too deep to be sealed', () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    const review = aReview(aBinding());
    const request = review['request'] as JsonObject;
    const answered = stamp(
      { ...review, request: { ...request, object: { ...aBinding(), spec: { deep } } } },
      { key: KEY },
      START,
    );
    assert.match(message(answered), /^errored: Cleat could not stamp it: /);
  });

  it('but what is none of its business passes', () => {
    const quiet: readonly JsonObject[] = [
      aReview(aBinding(), { subResource: 'status' }),
      aReview(aBinding(), { operation: 'DELETE' }),
      aReview(aServiceBinding()),
    ];
    for (const review of quiet) assert.equal(stamp(review, { problem }, START).outcome, 'allowed');
  });
});
