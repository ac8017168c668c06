import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import jsonPatch, { type Operation } from 'fast-json-patch';
import type { JsonObject } from '../lib/api/json.ts';
import { Kinds } from '../lib/inject/plurals.ts';
import { complete } from '../lib/inject/complete.ts';
import { Store } from '../lib/store/store.ts';
import { aReview } from '../lib/testkit/builders.ts';
import { buildApp } from '../server/app.ts';
import { runInject } from '../server/commands/testkit/run.ts';
import { silent } from '../server/log.ts';
import { createMetrics } from '../server/metrics.ts';
import { afterwards, type Case, injected, isReady, isWorkload, printed, readCases } from './cases.ts';

const CASES = await readCases();

/** Each workload as the webhook answers for it, once the bindings have their status. */
async function throughTheApp(given: Case): Promise<readonly JsonObject[]> {
  const kinds = new Kinds(given.given);
  const lister = new Store({
    closedWorld: true,
    kindOf: (group, plural) => kinds.kindOf(group, plural),
  });
  for (const object of afterwards(given)) lister.upsert(complete(object) ?? object);
  const app = buildApp({ lister, log: silent, metrics: createMetrics() });
  return Promise.all(
    given.given.filter(isWorkload).map(async (workload) => {
      const answer = await app.inject({
        method: 'POST',
        url: '/mutate',
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(aReview(complete(workload) ?? workload)),
      });
      const { response } = answer.json<{ response: { patch?: string } }>();
      if (response.patch === undefined) return workload;
      const operations = JSON.parse(Buffer.from(response.patch, 'base64').toString('utf8')) as Operation[];
      return jsonPatch.applyPatch(structuredClone<JsonObject>(workload), operations, true).newDocument;
    }),
  );
}

/** One way to have it all bound. */
function contract(name: string, check: (given: Case) => Promise<void>): void {
  describe(name, () => {
    for (const given of CASES) it(`${given.api}/${given.name}: ${given.title}`, () => check(given));
  });
}

describe('every case has what is expected of it', () => {
  for (const { api, name, text } of CASES) it(`${api}/${name}`, () => assert.notEqual(text, undefined));
});

contract('in memory', async (given) => assert.deepEqual(injected(given), given.expected));

contract('through cleat inject', async (given) => {
  const { stdout, code } = await printed(given);
  assert.equal(stdout, given.text);
  assert.equal(code, isReady(given) ? 0 : 2);
});

contract('through cleat inject, of what came out of it', async ({ path }) => {
  const once = await runInject({ filename: [path] });
  const twice = await runInject({}, once.stdout);
  assert.equal(twice.stdout, once.stdout);
});

contract('through the app', async (given) =>
  assert.deepEqual(await throughTheApp(given), afterwards(given).filter(isWorkload)),
);
