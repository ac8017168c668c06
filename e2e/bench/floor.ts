/**
 * @module The least that a webhook of these parts can do: the same Fastify and TLS, the body read, an answer with the
 * review's uid that is otherwise constant. Run as a process of its own: `floor CERT-DIR [PATCH]`; it listens on a free
 * port. The patch, in base64, is then part of every answer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dig } from '../../lib/api/json.ts';
import { REVIEW_TYPE } from '../../server/routes/review-route.ts';
import { readBody } from '../../server/routes/review-body.ts';
import { buildShell } from '../../server/shell.ts';

const [directory = '.', patch] = process.argv.slice(2);
const PATCH = patch === undefined ? {} : { patchType: 'JSONPatch', patch };
const app = buildShell({
  certificate: readFileSync(join(directory, 'tls.crt'), 'utf8'),
  key: readFileSync(join(directory, 'tls.key'), 'utf8'),
});

app.post('/mutate', (request, reply) => {
  const body = readBody(request.headers['content-type'], request.body);
  const uid = body.ok ? dig(body.json, 'request', 'uid') : '';
  const review = {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: { uid, allowed: true, ...PATCH },
  };
  return reply.header('content-type', REVIEW_TYPE).send(JSON.stringify(review));
});

const url = await app.listen({ host: '127.0.0.1', port: 0 });
// As `cleat serve` logs it.
process.stderr.write(`${JSON.stringify({ url, msg: 'serving' })}\n`);
