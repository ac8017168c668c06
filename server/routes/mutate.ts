/**
 * @module `POST /mutate`: the adapter between HTTP and the pure pipeline.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mutate, type Mutation } from '../../lib/mutate.ts';
import { errored } from '../../lib/patch/response.ts';
import type { AppDependencies } from '../app.ts';
import { readBody } from './review-body.ts';

/** Nothing could be read, so nobody can be addressed: the API server will say that the call failed. */
export const NOBODY = { version: 'v1', uid: '' } as const;

export const REVIEW_TYPE = 'application/json; charset=utf-8';

function answer(request: FastifyRequest, { lister }: AppDependencies): Mutation {
  const body = readBody(request.headers['content-type'], request.body);
  if (body.ok) return mutate(body.json, lister);
  return { ...errored(NOBODY, 400, body.message), request: undefined, reason: body.message };
}

function logLine({ outcome, reason, request }: Mutation): object {
  if (request === undefined) return { outcome, reason };
  const { uid, kind, namespace, name, operation, dryRun } = request;
  return { outcome, reason, uid, kind: kind.kind, group: kind.group, namespace, name, operation, dryRun };
}

export function mutateRoute(app: FastifyInstance, dependencies: AppDependencies): void {
  const { log, metrics } = dependencies;
  app.post('/mutate', (request: FastifyRequest, reply: FastifyReply) => {
    const start = performance.now();
    const mutation = answer(request, dependencies);
    const text = JSON.stringify(mutation.review);
    metrics.admission(mutation.outcome, (performance.now() - start) / 1000);
    if (mutation.outcome === 'errored') log.warn(logLine(mutation), 'review refused');
    else if (log.isLevelEnabled('debug')) log.debug(logLine(mutation), 'review answered');
    return reply.header('content-type', REVIEW_TYPE).send(text);
  });
}
