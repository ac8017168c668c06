import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../lib/api/json.ts';
import type { Requester } from '../../lib/api/requester.ts';
import type { Right } from '../../lib/requester/messages.ts';
import { ApiError, TransportError } from '../kube/errors.ts';
import { ManualTiming } from '../kube/testing/manual-timing.ts';
import type { RequestOptions } from '../kube/transport.ts';
import { RequesterAccess } from './requester-access.ts';

const ALICE: Requester = { username: 'alice', uid: '', groups: ['devs'], extra: {} };
const READ: Right = { group: '', resource: 'secrets', verb: 'get', namespace: 'vault', name: 'db' };

class Authorizer {
  readonly timing = new ManualTiming();
  readonly reviews: Json[] = [];
  answer: Json | Error = { status: { allowed: true } };
  readonly access: RequesterAccess;

  constructor() {
    const transport = {
      request: async (method: string, path: string, options?: RequestOptions): Promise<Json> => {
        assert.equal(`${method} ${path}`, 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews');
        this.reviews.push(options?.body ?? null);
        const answer = this.answer;
        await this.timing.settle();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
    this.access = new RequesterAccess({ transport, timing: this.timing });
  }

  async ask(right: Partial<Right> = {}, by: Partial<Requester> = {}): Promise<boolean> {
    return await this.access.allowed({ ...ALICE, ...by }, { ...READ, ...right });
  }
}

describe('whether the requester may', () => {
  it('is asked of the API server with all that is known of the user', async () => {
    const authorizer = new Authorizer();
    await authorizer.ask({}, { uid: 'u-1', extra: { 'example.com/scopes': ['a'] } });
    await authorizer.access.allowed(ALICE, { group: 'apps', resource: 'deployments', verb: 'list' });
    const review = (spec: Json): Json => ({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec,
    });
    assert.deepEqual(authorizer.reviews, [
      review({
        user: 'alice',
        groups: ['devs'],
        uid: 'u-1',
        extra: { 'example.com/scopes': ['a'] },
        resourceAttributes: { ...READ },
      }),
      review({
        user: 'alice',
        groups: ['devs'],
        resourceAttributes: { group: 'apps', resource: 'deployments', verb: 'list' },
      }),
    ]);
  });

  const answers: readonly [Json, boolean][] = [
    [{ allowed: true }, true],
    [{ allowed: false }, false],
    [{ allowed: false, denied: true, reason: 'no' }, false],
    [{ allowed: true, denied: true }, false],
    [{ allowed: true, evaluationError: 'a role is missing' }, true],
  ];
  for (const [status, expected] of answers) {
    it(`${JSON.stringify(status)} means ${expected ? 'yes' : 'no'}`, async () => {
      const authorizer = new Authorizer();
      authorizer.answer = { status };
      assert.equal(await authorizer.ask(), expected);
    });
  }

  it('is remembered for ten seconds, a yes and a no, each user and each right for itself', async () => {
    const authorizer = new Authorizer();
    await Promise.all([authorizer.ask(), authorizer.ask()]);
    assert.equal(authorizer.reviews.length, 1);
    authorizer.answer = { status: { allowed: false } };
    await authorizer.timing.advance(9_999);
    assert.equal(await authorizer.ask(), true);
    assert.equal(await authorizer.ask({ name: 'other' }), false);
    assert.equal(await authorizer.ask({}, { groups: [] }), false);
    assert.equal(await authorizer.ask({}, { username: 'bob' }), false);
    assert.equal(authorizer.reviews.length, 4);
    await authorizer.timing.advance(1);
    assert.equal(await authorizer.ask(), false);
    authorizer.answer = { status: { allowed: true } };
    assert.equal(await authorizer.ask(), false);
    await authorizer.timing.advance(10_000);
    assert.equal(await authorizer.ask(), true);
  });

  it('is neither yes nor no when the API server cannot say, and that is not remembered', async () => {
    const authorizer = new Authorizer();
    authorizer.answer = new ApiError({ status: 403, reason: 'Forbidden', message: 'no' });
    await assert.rejects(authorizer.ask(), ApiError);
    authorizer.answer = {};
    await assert.rejects(authorizer.ask(), TransportError);
    authorizer.answer = { status: { allowed: true } };
    assert.equal(await authorizer.ask(), true);
  });
});
