import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../lib/api/json.ts';
import { AccessChecker, type AccessQuestion } from './access.ts';
import { ApiError, TransportError } from './errors.ts';
import { ManualTiming } from './testing/manual-timing.ts';
import type { RequestOptions } from './transport.ts';

const PATCH: AccessQuestion = { group: 'apps', resource: 'deployments', verb: 'patch' };

class Authorizer {
  readonly timing = new ManualTiming();
  readonly reviews: (RequestOptions | undefined)[] = [];
  answer: Json | Error = { status: { allowed: true } };
  readonly checker: AccessChecker;

  constructor(maxAgeMs?: number) {
    const transport = {
      request: async (method: string, path: string, options?: RequestOptions): Promise<Json> => {
        assert.equal(`${method} ${path}`, 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews');
        this.reviews.push(options);
        const answer = this.answer;
        await this.timing.settle();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
    const { timing } = this;
    this.checker = new AccessChecker({ transport, timing, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) });
  }

  async ask(question: Partial<AccessQuestion> = {}): Promise<boolean> {
    return await this.checker.allowed({ ...PATCH, ...question });
  }
}

const review = (resourceAttributes: Record<string, string>): RequestOptions => ({
  body: {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  },
});

describe('whether Cleat may', () => {
  it('is asked of the API server in its words', async () => {
    const authorizer = new Authorizer();
    await authorizer.ask();
    await authorizer.ask({
      group: '',
      resource: 'pods',
      namespace: 'shop',
      name: 'a',
      subresource: 'status',
    });
    assert.deepEqual(authorizer.reviews, [
      review({ group: 'apps', resource: 'deployments', verb: 'patch' }),
      review({
        group: '',
        resource: 'pods',
        verb: 'patch',
        namespace: 'shop',
        name: 'a',
        subresource: 'status',
      }),
    ]);
  });

  const answers: Record<string, [Json, boolean]> = {
    allowed: [{ allowed: true }, true],
    'not allowed': [{ allowed: false, reason: 'no role' }, false],
    denied: [{ allowed: false, denied: true }, false],
    'a dangling binding beside a role that allows it': [
      { allowed: true, evaluationError: 'no role x' },
      true,
    ],
    'a dangling binding, and nothing that allows it': [
      { allowed: false, evaluationError: 'no role x' },
      false,
    ],
  };
  for (const [name, [status, allowed]] of Object.entries(answers)) {
    it(`is ${allowed} when the answer is: ${name}`, async () => {
      const authorizer = new Authorizer();
      authorizer.answer = { status };
      assert.equal(await authorizer.ask(), allowed);
    });
  }

  it('is asked once a minute for each question, and anew when told to forget', async () => {
    const authorizer = new Authorizer();
    const asked = async (question: Partial<AccessQuestion> = {}): Promise<number> => {
      await authorizer.ask(question);
      return authorizer.reviews.length;
    };
    assert.equal(await asked(), 1);
    assert.equal(await asked(), 1);
    assert.equal(await asked({ namespace: 'shop' }), 2);
    assert.equal(await asked({ verb: 'get' }), 3);
    assert.equal(await asked({ resource: 'daemonsets' }), 4);
    assert.equal(await asked({ group: 'other' }), 5);
    assert.equal(await asked({ name: 'a' }), 6);
    assert.equal(await asked({ subresource: 'scale' }), 7);
    authorizer.timing.jump(59_999);
    assert.equal(await asked(), 7);
    authorizer.timing.jump(1);
    authorizer.answer = { status: { allowed: false } };
    assert.equal(await authorizer.ask(), false);
    assert.equal(await asked(), 8);
    authorizer.checker.forget();
    assert.equal(await asked(), 9);
  });

  it('is asked once by all who ask at the same time', async () => {
    const authorizer = new Authorizer();
    const answers = await Promise.all([authorizer.ask(), authorizer.ask(), authorizer.ask()]);
    assert.deepEqual(answers, [true, true, true]);
    assert.equal(authorizer.reviews.length, 1);
  });

  it('an answer that was under way when it was told to forget is not kept', async () => {
    const authorizer = new Authorizer();
    const before = authorizer.ask();
    authorizer.checker.forget();
    authorizer.answer = { status: { allowed: false } };
    const after = authorizer.ask();
    assert.deepEqual([await before, await after, await authorizer.ask()], [true, false, false]);
    assert.equal(authorizer.reviews.length, 2);
  });

  const failures: Record<string, [Json | Error, object]> = {
    'the API server fails': [
      new ApiError({ status: 500, reason: 'InternalError', message: 'no' }),
      { status: 500 },
    ],
    'it cannot be reached': [new TransportError('connection', 'refused'), { failure: 'connection' }],
    'its answer is none': [{ status: {} }, { failure: 'unreadable' }],
  };
  for (const [name, [answer, expected]] of Object.entries(failures)) {
    it(`throws when ${name}, to all who asked, and is asked again`, async () => {
      const authorizer = new Authorizer();
      authorizer.answer = answer;
      await Promise.all(
        [authorizer.ask(), authorizer.ask()].map(async (asked) => await assert.rejects(asked, expected)),
      );
      assert.equal(authorizer.reviews.length, 1);
      authorizer.answer = { status: { allowed: true } };
      assert.equal(await authorizer.ask(), true);
    });
  }

  it('is kept for a bounded number of questions, those asked last', async () => {
    const authorizer = new Authorizer(Infinity);
    await Promise.all(
      Array.from({ length: 4097 }, async (_, index) => await authorizer.ask({ name: `${index}` })),
    );
    assert.equal(authorizer.reviews.length, 4097);
    await authorizer.ask({ name: '4096' });
    assert.equal(authorizer.reviews.length, 4097);
    await authorizer.ask({ name: '0' });
    assert.equal(authorizer.reviews.length, 4098);
  });
});
