import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { type JsonObject } from '../../lib/api/json.ts';
import { REQUESTER_ANNOTATION, SEAL_ANNOTATION } from '../../lib/api/requester.ts';
import { aBinding, KEY } from '../../lib/requester/testkit/api-server.ts';
import type { SealKey } from '../../lib/requester/stamp.ts';
import { aReview } from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { type AppDependencies, buildApp } from '../app.ts';
import { silent } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { errored, patchOf } from '../testkit/post.ts';

const anApp = (dependencies: Partial<AppDependencies> = {}): FastifyInstance =>
  buildApp({ lister: aStore([]), log: silent, metrics: createMetrics(), ...dependencies });

async function post(app: FastifyInstance, payload: string): Promise<{ status: number; body: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await app.inject({ method: 'POST', url: '/stamp', payload, headers });
  return { status: response.statusCode, body: response.body };
}

const create: JsonObject = aReview(aBinding());

/** A key that is there only after somebody waited for it. */
class LateKey {
  #isReady = false;

  async ready(): Promise<void> {
    await new Promise(setImmediate);
    this.#isReady = true;
  }

  current(): SealKey {
    return this.#isReady ? { key: KEY } : { problem: 'too early' };
  }
}

describe('POST /stamp', () => {
  it('stamps a binding, once there is a key', async () => {
    const patch = patchOf(await post(anApp({ requesterKey: new LateKey() }), JSON.stringify(create)));
    const [operation] = patch;
    assert.equal(`${operation?.op} ${operation?.path}`, 'add /metadata/annotations');
    const annotations = operation?.value as JsonObject;
    assert.deepEqual(Object.keys(annotations), [REQUESTER_ANNOTATION, SEAL_ANNOTATION]);
    assert.equal(annotations[REQUESTER_ANNOTATION], '{"username":"jane"}');
  });

  it('refuses one where there is no API server to keep a key', async () => {
    const { body } = await post(anApp(), JSON.stringify(create));
    assert.match(body, /"allowed":false,.*shop\/db cannot be written now.*started with --resources/);
  });

  it('answers what cannot be read with an AdmissionReview, and counts it as its own', async () => {
    const metrics = createMetrics();
    const app = anApp({ metrics });
    assert.deepEqual(await post(app, '{'), { status: 200, body: errored(400, 'the body is not JSON') });
    assert.match(
      await metrics.registry.metrics(),
      /cleat_admission_requests_total\{webhook="stamp",outcome="errored"\} 1/,
    );
  });

  it('answers with an AdmissionReview when the key fails in a way that nobody thought of', async () => {
    const requesterKey = {
      ready: async () => Promise.reject(new Error('boom')),
      current: (): SealKey => ({ key: KEY }),
    };
    const { status, body } = await post(anApp({ requesterKey }), JSON.stringify(create));
    assert.equal(status, 200);
    assert.equal(body, errored(500, 'Cleat failed to answer: its log says why'));
  });
});
