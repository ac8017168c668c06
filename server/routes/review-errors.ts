/**
 * @module What goes wrong before a route is reached, or in it, leaves as an AdmissionReview too.
 */
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, errored } from '../../lib/patch/response.ts';
import type { AppDependencies } from '../app.ts';
import { type Webhook, WEBHOOKS } from '../metrics.ts';
import { MAX_BODY_BYTES } from '../shell.ts';
import { NOBODY, REVIEW_TYPE } from './review-route.ts';

function explain(error: FastifyError): Answer {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return errored(NOBODY, 413, `the body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB`);
  }
  const isCallers = error.statusCode !== undefined && error.statusCode < 500;
  return isCallers
    ? errored(NOBODY, error.statusCode ?? 400, 'the request could not be read')
    : errored(NOBODY, 500, 'Cleat failed to answer: its log says why');
}

/** An unknown path has a handler of its own, so it is one of these. */
function webhookOf({ routeOptions }: FastifyRequest): Webhook {
  return WEBHOOKS.find((webhook) => routeOptions.url === `/${webhook}`) ?? 'mutate';
}

export function installReviewErrors(app: FastifyInstance, { log, metrics }: AppDependencies): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const { outcome, review } = explain(error);
    const webhook = webhookOf(request);
    metrics.admission(webhook, outcome, 0);
    log.warn({ webhook, code: error.code, reason: review.response.status?.message }, 'review refused');
    return reply.code(200).header('content-type', REVIEW_TYPE).send(JSON.stringify(review));
  });
  // Here alone HTTP says it too: a wrong path is a wrong configuration, which no AdmissionReview should hide.
  app.setNotFoundHandler((request, reply) => {
    const { review } = errored(
      NOBODY,
      404,
      `Cleat does not answer ${request.method} at this path: it is POST /mutate, /stamp or /validate`,
    );
    return reply.code(404).header('content-type', REVIEW_TYPE).send(JSON.stringify(review));
  });
}
