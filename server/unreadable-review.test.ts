import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDeployment, aReview } from '../lib/testkit/builders.ts';
import { MAX_BODY_BYTES } from './shell.ts';
import { REVIEW_UID, anApp, post, errored, without, review, request } from './testkit/post.ts';

describe('what is no AdmissionReview is answered with one that says so', () => {
  const cases: Readonly<
    Record<string, { body: string | Buffer; want: string; headers?: Record<string, string> }>
  > = {
    'an empty body': { body: '', want: errored(400, 'the body is empty') },
    'not JSON': { body: '{"kind":', want: errored(400, 'the body is not JSON') },
    'text that could be a secret is not echoed': {
      body: 'password=hunter2',
      want: errored(400, 'the body is not JSON'),
    },
    'a wrong content type': {
      body: JSON.stringify(review),
      headers: { 'content-type': 'text/plain' },
      want: errored(400, 'the Content-Type is not application/json'),
    },
    'YAML under the content type of YAML': {
      body: 'kind: AdmissionReview',
      headers: { 'content-type': 'application/yaml' },
      want: errored(400, 'the Content-Type is not application/json'),
    },
    'invalid UTF-8': {
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
      want: errored(400, 'the body is not UTF-8'),
    },
    null: { body: 'null', want: errored(400, 'the body is not an AdmissionReview: it is no JSON object') },
    'a list': { body: '[]', want: errored(400, 'the body is not an AdmissionReview: it is no JSON object') },
    'a number': { body: '1', want: errored(400, 'the body is not an AdmissionReview: it is no JSON object') },
    'another kind': {
      body: JSON.stringify({ ...review, kind: 'TokenReview' }),
      want: errored(400, 'the body is not an AdmissionReview: its kind is another', { uid: REVIEW_UID }),
    },
    'no request': {
      body: JSON.stringify(without(review, 'request')),
      want: errored(400, 'the AdmissionReview has no request'),
    },
    'a request that is a string': {
      body: JSON.stringify({ ...review, request: 'please' }),
      want: errored(400, 'the AdmissionReview has no request'),
    },
    'no uid': {
      body: JSON.stringify({ ...review, request: without(request, 'uid') }),
      want: errored(400, 'the AdmissionReview has no request.uid'),
    },
    'a uid that is a number': {
      body: JSON.stringify(aReview(aDeployment(), { uid: 7 })),
      want: errored(400, 'the AdmissionReview has no request.uid'),
    },
    'an unknown version of AdmissionReview': {
      body: JSON.stringify({ ...review, apiVersion: 'admission.k8s.io/v2' }),
      want: errored(
        400,
        'the AdmissionReview is of an unknown version: Cleat reads admission.k8s.io/v1 and v1beta1',
        {
          uid: REVIEW_UID,
        },
      ),
    },
    'over 7 MiB': {
      body: Buffer.alloc(MAX_BODY_BYTES + 1, 0x20),
      want: errored(413, 'the body is larger than 7 MiB'),
    },
  };
  for (const [name, { body, want, headers }] of Object.entries(cases)) {
    it(name, async () => {
      assert.deepEqual(await post(anApp(), body, headers), { status: 200, body: want });
    });
  }

  it('no content type at all', async () => {
    const app = anApp();
    const response = await app.inject({
      method: 'POST',
      url: '/mutate',
      payload: Buffer.from(JSON.stringify(review)),
    });
    assert.equal(response.statusCode, 200);
    assert.equal(response.body, errored(400, 'the Content-Type is not application/json'));
  });

  it('another path', async () => {
    const response = await anApp().inject({ method: 'POST', url: '/convert', payload: '{}' });
    assert.equal(response.statusCode, 404);
    assert.equal(
      response.body,
      errored(404, 'Cleat does not answer POST at this path: it is POST /mutate, /stamp or /validate'),
    );
  });
});
