/**
 * @module Fastify, TLS and the limits, without routes: what every request passes. TLS is the caller's choice, so that
 * tests can inject requests; a benchmark builds the same shell around a constant answer.
 */
import type { SecureContextOptions } from 'node:tls';
import Fastify, { type FastifyInstance } from 'fastify';

/**
 * An object in etcd has at most 3 MiB (`--max-request-bytes` is 1.5 MiB by default, and API servers take up to twice
 * that); an AdmissionReview for an UPDATE carries object and oldObject, and a margin for the JSON around them:
 * 2 * 3 MiB + 1 MiB. The same bound, by the same reasoning, as controller-runtime's.
 */
export const MAX_BODY_BYTES = 7 * 1024 * 1024;

/** The API server closes idle connections after 90 s. Whoever closes first must not be us, or a request gets lost. */
const KEEP_ALIVE_MS = 120_000;

/** A webhook's timeoutSeconds is 30 at most: nobody waits longer for a request to arrive. */
const REQUEST_MS = 30_000;

const LIMITS = {
  bodyLimit: MAX_BODY_BYTES,
  keepAliveTimeout: KEEP_ALIVE_MS,
  requestTimeout: REQUEST_MS,
  forceCloseConnections: 'idle',
  logger: false,
} as const;

export interface ServingPair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * What makes connections: `clientAuthority` is the PEM of whoever issues certificates to clients; with it, nobody is
 * answered that has none. It has to be given with every new pair, or the next one does without.
 */
export function tlsOptions(
  { certificate, key }: ServingPair,
  clientAuthority: string | undefined,
): SecureContextOptions & { readonly requestCert?: boolean; readonly rejectUnauthorized?: boolean } {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    ...(clientAuthority === undefined
      ? {}
      : { ca: clientAuthority, requestCert: true, rejectUnauthorized: true }),
  };
}

function secureShell(pair: ServingPair, clientAuthority: string | undefined): FastifyInstance {
  const app: unknown = Fastify({
    ...LIMITS,
    https: {
      ...tlsOptions(pair, clientAuthority),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
    },
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type tells the kind of server, which nothing behind here looks at
  return app as FastifyInstance;
}

/**
 * The shell without routes. HTTP/1.1 only: the API server would multiplex a burst of admissions over one HTTP/2
 * connection, and with it to one replica.
 */
export function buildShell(pair?: ServingPair, clientAuthority?: string): FastifyInstance {
  const app = pair === undefined ? Fastify(LIMITS) : secureShell(pair, clientAuthority);
  // Node's default is 60 s, and of the two limits the longer one would count.
  app.server.headersTimeout = REQUEST_MS;
  app.removeAllContentTypeParsers();
  // The raw bytes, whatever they claim to be: the route says what is wrong with them in an AdmissionReview.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return app;
}
