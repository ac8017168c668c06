/**
 * @module The adapter between HTTP and the pure pipelines: what all webhooks share.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdmissionRequest } from '../../lib/api/admission.ts';
import type { Json } from '../../lib/api/json.ts';
import { type Answer, errored } from '../../lib/patch/response.ts';
import type { AppDependencies } from '../app.ts';
import type { Webhook } from '../metrics.ts';
import { readBody } from './review-body.ts';

/** Nothing could be read, so nobody can be addressed: the API server will say that the call failed. */
export const NOBODY = { version: 'v1', uid: '' } as const;

export const REVIEW_TYPE = 'application/json; charset=utf-8';

/** What a pipeline makes of a review: the answer, and what the log line says of it. */
interface Reviewed extends Answer {
  readonly request: AdmissionRequest | undefined;
  readonly reason: string;
}

type Review = (body: Json) => Reviewed | Promise<Reviewed>;

function answer(request: FastifyRequest, review: Review): Reviewed | Promise<Reviewed> {
  const body = readBody(request.headers['content-type'], request.body);
  if (body.ok) return review(body.json);
  return { ...errored(NOBODY, 400, body.message), request: undefined, reason: body.message };
}

function logLine(webhook: Webhook, { outcome, reason, request }: Reviewed): object {
  if (request === undefined) return { webhook, outcome, reason };
  const { uid, kind, namespace, name, operation, dryRun } = request;
  return {
    webhook,
    outcome,
    reason,
    uid,
    kind: kind.kind,
    group: kind.group,
    namespace,
    name,
    operation,
    dryRun,
  };
}

/** `POST` at the path that is named as the webhook is. */
export function reviewRoute(
  app: FastifyInstance,
  { log, metrics }: AppDependencies,
  webhook: Webhook,
  review: Review,
): void {
  const finish = (reply: FastifyReply, start: number, reviewed: Reviewed): FastifyReply => {
    const text = JSON.stringify(reviewed.review);
    metrics.admission(webhook, reviewed.outcome, (performance.now() - start) / 1000);
    if (reviewed.outcome === 'errored') log.warn(logLine(webhook, reviewed), 'review refused');
    else if (log.isLevelEnabled('debug')) log.debug(logLine(webhook, reviewed), 'review answered');
    return reply.header('content-type', REVIEW_TYPE).send(text);
  };
  app.post(`/${webhook}`, (request: FastifyRequest, reply: FastifyReply) => {
    const start = performance.now();
    const reviewed = answer(request, review);
    // Who has nothing to wait for is answered without a turn in between.
    return reviewed instanceof Promise
      ? reviewed.then((made) => finish(reply, start, made))
      : finish(reply, start, reviewed);
  });
}
