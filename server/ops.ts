/**
 * @module The operations server: `/livez`, `/readyz` and `/metrics` over plain HTTP. Like the other, it never listens.
 */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Readiness } from './readiness.ts';

export interface OpsDependencies {
  readonly readiness: Readiness;
  readonly registry: Registry;
}

export function buildOps({ readiness, registry }: OpsDependencies): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true, requestTimeout: 10_000 });
  app.get('/livez', (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get('/readyz', (_request, reply) => {
    const { ready, checks } = readiness.check();
    const lines = checks.map(
      ({ name, ok, detail }) => `[${ok ? '+' : '-'}] ${name}${detail === '' ? '' : `: ${detail}`}`,
    );
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain')
      .send([...lines, ready ? 'ready' : 'not ready', ''].join('\n'));
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return app;
}
