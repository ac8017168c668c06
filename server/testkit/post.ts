/**
 * @module An app to post to, and the bodies that it answers with.
 */
import type { FastifyInstance } from 'fastify';
import type { Json, JsonObject } from '../../lib/api/json.ts';
import { aDeployment, aMapping, aReview, aServiceBinding } from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { buildApp } from '../app.ts';
import { silent } from '../log.ts';
import { createMetrics } from '../metrics.ts';

export const REVIEW_UID = 'a3b1c2d4-0000-4000-8000-000000000001';

export const workerBinding = aServiceBinding({
  spec: { workload: { apiVersion: 'example.com/v1', kind: 'Worker', name: 'orders' } },
});

export function anApp(
  objects: readonly JsonObject[] = [
    aServiceBinding({ spec: { env: [{ name: 'DB_USER', key: 'username' }] } }),
    aMapping(),
  ],
): FastifyInstance {
  return buildApp({ lister: aStore(objects), log: silent, metrics: createMetrics() });
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}

export async function post(
  app: FastifyInstance,
  payload: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const type = { 'content-type': 'application/json' };
  const response = await app.inject({
    method: 'POST',
    url: '/mutate',
    payload,
    headers: { ...type, ...headers },
  });
  return { status: response.statusCode, body: response.body };
}

/** The whole body, as it goes over the wire: a misnamed field cannot hide. */
export const errored = (code: number, message: string, { uid = '', version = 'v1' } = {}): string =>
  `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/${version}","response":{"uid":"${uid}","allowed":false,"status":{"code":${code},"message":"${message}"}}}`;

export const allowed = (warning?: string, version = 'v1'): string =>
  `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/${version}","response":{"uid":"${REVIEW_UID}","allowed":true${warning === undefined ? '' : `,"warnings":[${JSON.stringify(warning)}]`}}}`;

export const without = (object: JsonObject, key: string): JsonObject => {
  const { [key]: _gone, ...rest } = object;
  return rest;
};

export function patchOf({
  body,
}: Answered): readonly { readonly op: string; readonly path: string; readonly value?: Json }[] {
  const { response } = JSON.parse(body) as { response: { patch: string } };
  return JSON.parse(Buffer.from(response.patch, 'base64').toString('utf8'));
}

export const review = aReview(aDeployment());
export const request = review['request'] as JsonObject;
