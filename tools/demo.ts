/**
 * `make run`: serves the samples, sends one AdmissionReview through TLS as the API server would, shows what was
 * injected, and keeps serving until Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { stringify } from 'yaml';
import { unifiedDiff } from '../server/text/diff.ts';

const URL_BASE = 'https://127.0.0.1:9443';
const OPS = 'http://127.0.0.1:8081';
const SAMPLES = 'manifests/samples';
const CERTIFICATES = 'certs/run';
const REVIEW = 'manifests/demo/admission-review.json';

const server = spawn(
  process.execPath,
  ['dist/cleat.js', 'serve', '--resources', SAMPLES, '--cert-dir', CERTIFICATES, '--drain', '0s'],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
const ended = new Promise<number>((resolve) => {
  server.once('exit', (code) => resolve(code ?? 0));
});
// Ctrl-C reaches the server too, as it is in the same process group: it ends, and then so do we.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => server.kill('SIGTERM'));

async function untilReady(): Promise<boolean> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (server.exitCode !== null) return false;
    const response = await fetch(`${OPS}/readyz`).catch(() => undefined);
    if (response?.ok === true) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

interface Review {
  readonly request: { readonly object: object };
  readonly response: { readonly patch?: string; readonly warnings?: readonly string[] };
}

async function send(body: string): Promise<Review> {
  const ca = await readFile(`${CERTIFICATES}/ca.crt`, 'utf8');
  const answer = await new Promise<string>((resolve, reject) => {
    const call = request(
      `${URL_BASE}/mutate`,
      { method: 'POST', ca, headers: { 'content-type': 'application/json' } },
      (response) => {
        text(response).then(resolve, reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
  return JSON.parse(answer) as Review;
}

async function show(): Promise<void> {
  const body = await readFile(REVIEW, 'utf8');
  const { object } = (JSON.parse(body) as Review).request;
  const { response } = await send(body);
  const operations = JSON.parse(
    Buffer.from(response.patch ?? btoa('[]'), 'base64').toString('utf8'),
  ) as Operation[];
  const bound = jsonPatch.applyPatch(structuredClone(object), operations, true).newDocument;
  const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const label = REVIEW;
  process.stdout.write(`\nWhat POST ${URL_BASE}/mutate injected into the sample Deployment:\n\n`);
  process.stdout.write(unifiedDiff(stringify(object), stringify(bound), { label, color }));
  for (const warning of response.warnings ?? []) process.stdout.write(`warning: ${warning}\n`);
  process.stdout.write(`
Serving ${SAMPLES} on ${URL_BASE} (CA: ${CERTIFICATES}/ca.crt); health and metrics on ${OPS}.
Edit a file there and send the review again:

  curl --cacert ${CERTIFICATES}/ca.crt -H 'content-type: application/json' -d @${label} ${URL_BASE}/mutate

Ctrl-C stops it.
`);
}

if (await untilReady()) await show();
process.exitCode = await ended;
