import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Json, JsonObject } from '../../lib/api/json.ts';
import type { WorkloadLister } from '../../lib/resolve/workload-lister.ts';
import { aDeployment, aMapping, aReview, aServiceBinding } from '../../lib/testkit/builders.ts';
import { anOperatorBinding } from '../../lib/testkit/families.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { type AppDependencies, buildApp } from '../app.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { allowed, errored, REVIEW_UID, without } from '../testkit/post.ts';

const anApp = (dependencies: Partial<AppDependencies> = {}): FastifyInstance =>
  buildApp({ lister: aStore([]), log: silent, metrics: createMetrics(), ...dependencies });

async function post(
  app: FastifyInstance,
  payload: string | Buffer,
  type = 'application/json',
): Promise<string> {
  const headers = { 'content-type': type };
  const response = await app.inject({ method: 'POST', url: '/validate', payload, headers });
  assert.equal(response.statusCode, 200);
  return response.body;
}

const postReview = async (app: FastifyInstance, object: JsonObject, override?: JsonObject): Promise<string> =>
  post(app, JSON.stringify(aReview(object, override)));

/** The whole body, as it goes over the wire: a misnamed field cannot hide. */
const denied = (message: string, version = 'v1'): string =>
  `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/${version}","response":{"uid":"${REVIEW_UID}","allowed":false,"status":{"code":403,"message":${JSON.stringify(message)}}}}`;

const bad = aServiceBinding({ spec: { env: [{ name: 'A=B', key: 'a' }] } });
const PROBLEM = 'ServiceBinding shop/db is not valid: spec.env[0].name: must be printable ASCII without `=`';

describe('POST /validate', () => {
  it('denies with a message in status, where the API server looks for it', async () => {
    assert.equal(await postReview(anApp(), bad), denied(PROBLEM));
  });

  it('answers v1beta1 in kind', async () => {
    const review = { ...aReview(bad), apiVersion: 'admission.k8s.io/v1beta1' };
    assert.equal(await post(anApp(), JSON.stringify(review)), denied(PROBLEM, 'v1beta1'));
  });

  it('allows, without a patch', async () => {
    assert.equal(await postReview(anApp(), aServiceBinding()), allowed());
    assert.equal(await postReview(anApp(), aMapping()), allowed());
  });

  it('warns of what the workloads tell', async () => {
    const workloads: WorkloadLister = { workloadsOf: () => [], serves: () => true };
    assert.equal(
      await postReview(anApp({ workloads }), aServiceBinding()),
      allowed('Deployment shop/orders does not exist yet: it is bound when it is created'),
    );
  });

  it('lets others have a turn while it reads long templates, and announces a binding once they are read', async () => {
    const told: JsonObject[] = [];
    const app = anApp({ onAdmitted: (binding) => void told.push(binding) });
    const binding = (template: string): JsonObject =>
      anOperatorBinding({ spec: { mappings: [{ name: 'a', value: template }] } });
    const long = '{{.a}}'.repeat(10_000);
    async function turnsDuring(object: JsonObject): Promise<number> {
      let [turns, isOver] = [0, false];
      const turn = (): void => {
        turns += 1;
        if (!isOver) setImmediate(turn);
      };
      setImmediate(turn);
      assert.equal(await postReview(app, object), allowed());
      isOver = true;
      return turns;
    }
    const short = await turnsDuring(binding('{{.a}}'));
    assert.ok((await turnsDuring(binding(long))) >= short + 10);
    assert.deepEqual(told.at(-1), binding(long));
    const many = Array.from({ length: 5_000 }, (_, index) => ({ name: `x${index}`, value: 'x' }));
    const ofMany = anOperatorBinding({ spec: { mappings: many } });
    assert.ok((await turnsDuring(ofMany)) >= short + 10);
    assert.match(await postReview(app, binding(`${long}{{end}}`)), /is no template: unexpected \{\{end\}\}/);
  });

  it('tells who asked to be told of an admitted binding, and nothing of the others', async () => {
    const told: JsonObject[] = [];
    const app = anApp({ onAdmitted: (binding) => void told.push(binding) });
    await postReview(app, bad);
    await postReview(app, aServiceBinding(), { dryRun: true });
    await postReview(app, aMapping());
    assert.deepEqual(told, []);
    await postReview(app, aServiceBinding());
    assert.deepEqual(told, [aServiceBinding()]);
  });

  it('answers all the same when that fails, and logs it', async () => {
    const logged: string[] = [];
    const log = {
      ...silent,
      error: (_object: object, text: string) => void logged.push(text),
    } as unknown as Log;
    const onAdmitted = (): never => {
      throw new Error('no room');
    };
    const app = anApp({ onAdmitted, log: Object.assign(Object.create(silent) as Log, log) });
    assert.equal(await postReview(app, aServiceBinding()), allowed());
    assert.deepEqual(logged, ['an admitted binding could not be announced']);
  });

  it('is counted by itself', async () => {
    const metrics: Metrics = createMetrics();
    const app = anApp({ metrics });
    await postReview(app, bad);
    await postReview(app, aServiceBinding());
    await post(app, '');
    await post(app, 'x'.repeat(7 * 1024 * 1024 + 1));
    await app.inject({ method: 'POST', url: '/mutate', payload: '' });
    const text = await metrics.registry.metrics();
    const counted = text.split('\n').filter((line) => line.startsWith('cleat_admission_requests_total'));
    assert.deepEqual(counted.sort(), [
      'cleat_admission_requests_total{webhook="mutate",outcome="errored"} 1',
      'cleat_admission_requests_total{webhook="validate",outcome="allowed"} 1',
      'cleat_admission_requests_total{webhook="validate",outcome="denied"} 1',
      'cleat_admission_requests_total{webhook="validate",outcome="errored"} 2',
    ]);
  });
});

describe('what is no AdmissionReview is answered with one that says so', () => {
  const cases: Readonly<Record<string, [string | Buffer, want: string, type?: string]>> = {
    'an empty body': ['', errored(400, 'the body is empty')],
    'not JSON': ['{', errored(400, 'the body is not JSON')],
    'a wrong content type': [
      JSON.stringify(aReview(bad)),
      errored(400, 'the Content-Type is not application/json'),
      'text/plain',
    ],
    'invalid UTF-8': [Buffer.from([0x22, 0xff, 0x22]), errored(400, 'the body is not UTF-8')],
    'a list': ['[]', errored(400, 'the body is not an AdmissionReview: it is no JSON object')],
    'no request': [
      JSON.stringify(without(aReview(bad), 'request')),
      errored(400, 'the AdmissionReview has no request'),
    ],
    'too many bytes': ['x'.repeat(7 * 1024 * 1024 + 1), errored(413, 'the body is larger than 7 MiB')],
  };
  for (const [name, [payload, want, type]] of Object.entries(cases)) {
    it(name, async () => assert.equal(await post(anApp(), payload, type), want));
  }
});

describe('hostile objects are answered', () => {
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  const withSpec = (spec: string): string =>
    JSON.stringify(aReview(aServiceBinding())).replace(/"spec":\{.*?\}\}\}/, `"spec":${spec}}`);
  const withVersions = (versions: Json): string =>
    JSON.stringify(aReview({ ...aMapping(), spec: { versions } }));

  const cases: Readonly<Record<string, [string, RegExp]>> = {
    'another kind': [
      JSON.stringify(aReview(aDeployment())),
      /"allowed":true,"warnings":\["Cleat: objects of this kind are not validated"\]/,
    ],
    '10,000 levels of nesting': [withSpec(deep), /"allowed":false.*spec\.service: is required/],
    'a list of 10,000 levels': [
      withSpec(`${'['.repeat(10_000)}${']'.repeat(10_000)}`),
      /"allowed":false.*not a list/,
    ],
    '__proto__ as a field': [
      withSpec('{"__proto__":{"service":{},"workload":{}},"constructor":{"name":"x"}}'),
      /spec\.service: is required; spec\.workload: is required/,
    ],
    '__proto__ as a label': [
      JSON.stringify(aReview(aServiceBinding())).replace(
        '"name":"orders"',
        '"selector":{"matchLabels":{"__proto__":"x","constructor":"y"}}',
      ),
      /"allowed":false.*matchLabels\[__proto__\]: is not a label key/,
    ],
    '100,000 entries that are wrong': [
      JSON.stringify(
        aReview(aServiceBinding({ spec: { env: Array.from({ length: 100_000 }, () => ({ name: '=' })) } })),
      ),
      /"allowed":false.*; and 299979 more"/,
    ],
    'a label key of a megabyte, with control characters': [
      JSON.stringify(
        aReview({
          ...aServiceBinding(),
          spec: {
            service: { apiVersion: 'v1', kind: 'Secret', name: 's' },
            workload: {
              apiVersion: 'v1',
              kind: 'Pod',
              selector: { matchLabels: { [`\u001b[2J${'x'.repeat(1_000_000)}`]: 'a' } },
            },
          },
        }),
      ),
      /^.{0,1000}$/,
    ],
    'a JSONPath of a megabyte': [
      withVersions([{ version: '*', volumes: '.a'.repeat(500_000) }]),
      /"allowed":false.*spec\.versions\[0\]\.volumes: longer than 4096 characters/,
    ],
    'versions that are everything but templates': [
      withVersions([null, 1, 'x', [], {}, { version: {} }, { version: '*', containers: {} }]),
      /"allowed":false.*spec\.versions\[0\]: must be an object, not null/,
    ],
  };
  for (const [name, [payload, want]] of Object.entries(cases)) {
    it(name, async () => assert.match(await post(anApp(), payload), want));
  }

  it('also as what was there before', async () => {
    const review = aReview(aServiceBinding({ spec: { env: [{ name: '=', key: 'a' }] } }), {
      operation: 'UPDATE',
    });
    for (const oldObject of ['null', '[]', '7', '{"spec":[]}', '{"spec":{"workload":null,"env":{}}}', deep]) {
      const payload = JSON.stringify(review).replace('"object":', `"oldObject":${oldObject},"object":`);
      assert.match(await post(anApp(), payload), /"allowed":false/);
    }
  });
});
