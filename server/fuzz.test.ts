/**
 * @module A hundred thousand inputs that nobody would write. Every run is the same, so that no build fails by chance; to
 * look further: `FUZZ_SEED=7 FUZZ_INPUTS=1000000 node --test server/fuzz.test.ts`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import jsonPatch, { type Operation } from 'fast-json-patch';
import type { AdmissionResponse } from '../lib/api/admission.ts';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { mutate } from '../lib/mutate.ts';
import { errored } from '../lib/patch/response.ts';
import { aDeployment, aMapping, aPod, aReview, aServiceBinding } from '../lib/testkit/builders.ts';
import { frozen } from '../lib/testkit/freeze.ts';
import { aStore } from '../lib/testkit/world.ts';
import { buildApp } from './app.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { NOBODY } from './routes/review-route.ts';
import { type Body, readBody } from './routes/review-body.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 100_000);
/** In every recorded body, as the value of a variable: what a user may have written there in plain text. */
const CANARY = 'canary-hunter2-5f3a';

// The world. The older one has made the projections that recorded workloads bear.

/** Paths of the containers, then in each of them env and volumeMounts, then annotations and volumes; empty: default. */
const mapping = (paths: string, env = '', mounts = '', annotations = '', volumes = ''): JsonObject => {
  const containers = paths.split(' ').map((path) => ({ path, name: '.name', env, volumeMounts: mounts }));
  return { versions: [{ version: '*', containers, annotations, volumes }] };
};
const [OURS, THEIRS] = ['example.com/v1', 'hostile.example.com/v1'];
const LISTS = ".spec['processes','others'][*] .spec.processes[0:2] .spec..processes[-1]";

const KINDS: Readonly<Record<string, readonly [apiVersion: string, mapping?: JsonObject]>> = {
  Deployment: ['apps/v1'],
  Pod: ['v1'],
  CronJob: ['batch/v1'],
  Worker: [OURS, mapping('.spec.processes[*]', '', '', ".spec['a.b'].c", '.disks')],
  Path: [THEIRS, mapping(`${LISTS} .spec.processes[?(@.n>3)] .spec.n .spec.level.deep[*]`)],
  Scalar: [THEIRS, mapping('.spec.n[*]', '', '', '.spec.n.a', '.spec.level.volumes')],
  Proto: [THEIRS, mapping('.spec.processes[*]', '.__proto__.env', '.__proto__.toString', '.__proto__.a')],
  Constructor: [THEIRS, mapping('.spec.processes[*]', '.constructor.prototype.a', '', '.constructor.b')],
  Broken: [THEIRS, mapping('.spec.processes[')],
  Recursive: [THEIRS, mapping('.spec.others..')],
  Overlap: [THEIRS, mapping('.spec.processes[*] .metadata', '.list', '.list')],
};
/** Of these a projection finds containers in what it has itself put in, or two lists at one place: no end to it. */
const TANGLED = new Set(['recursives', 'overlaps']);
const DATABASE = { apiVersion: 'example.com/v1', kind: 'Database', name: 'db' };

function bindingsFor(kind: string, apiVersion: string, old: boolean): readonly JsonObject[] {
  const made = (suffix: string, target: JsonObject, variables: string, more: JsonObject): JsonObject => {
    const service = { apiVersion: 'v1', kind: 'Secret', name: `secret-${suffix}` };
    const env = variables.split(' ').map((name) => ({ name, key: `key-${name}` }));
    const metadata = { name: `${kind.toLowerCase()}-${suffix}`, uid: `${kind}-${suffix}` };
    const spec = { service, workload: { apiVersion, kind, ...target }, env, ...more };
    return { ...aServiceBinding({ metadata }), spec };
  };
  const label = { selector: { matchLabels: { tier: 'web' } } };
  return [
    made('named', { name: 'orders', containers: ['app'] }, 'USER type constructor', {
      name: 'same',
      type: 't',
    }),
    made('label', label, 'USER __proto__', { name: 'same', provider: 'p' }),
    // Its service is gone, and what it has projected stays.
    ...(kind === 'Path' ? [made('gone', label, 'GONE', { service: DATABASE })] : []),
    made('moved', { name: old ? 'orders' : 'elsewhere' }, 'MOVED', {}),
  ];
}

function world(old: boolean): readonly JsonObject[] {
  const objects = Object.entries(KINDS).flatMap(([kind, [apiVersion, mapped]]) => {
    const metadata = { name: `${kind.toLowerCase()}s.${apiVersion.split('/')[0]}`, uid: kind };
    const spec =
      old && kind === 'Worker' ? mapping('.spec.others[*]', '', '', '.metadata.annotations') : mapped;
    return [...bindingsFor(kind, apiVersion, old), ...(spec ? [{ ...aMapping({ metadata }), spec }] : [])];
  });
  const metadata = { name: DATABASE.name, namespace: 'shop' };
  return old ? [...objects, { ...DATABASE, metadata, status: { binding: { name: 'db-1' } } }] : objects;
}

const OBJECTS = frozen(world(false));
const [store, MAPPED_BY] = [aStore(OBJECTS), 'ClusterWorkloadResourceMapping' as const];
const MODELS = OBJECTS.map(({ metadata }) => {
  const { uid, name } = metadata as { readonly uid: string; readonly name: string };
  return frozen([store.bindingByUid(uid), store.mapping({ group: '', plural: name }, MAPPED_BY)]);
});

// The recorded reviews: of each kind one as it was written, and as bound by the older world.

const variable = (name: string, value: string): JsonObject => ({ name, value });
const env = [variable('PASSWORD', CANARY), variable('SERVICE_BINDING_ROOT', '/custom')];
const podSpec = {
  containers: [{ name: 'app', env, n: 9 }],
  initContainers: [{ name: 'init', env: null }],
  volumes: [{ name: 'data', emptyDir: {} }],
};
const labels = { tier: 'web', 'a~b/c': 'é\u{1f600}\\"' };

function anObject(kind: string, apiVersion: string): JsonObject {
  const metadata = { name: 'orders', namespace: 'shop', labels, annotations: { note: 'keep' } };
  const spec = { template: { spec: podSpec } };
  if (kind === 'Deployment') return aDeployment({ metadata, spec });
  if (kind === 'Pod') return aPod({ metadata, spec: podSpec });
  if (kind === 'CronJob') return { apiVersion, kind, metadata, spec: { jobTemplate: { spec } } };
  const others = [{ name: 'o', processes: [] }];
  return { apiVersion, kind, metadata, spec: { processes: podSpec.containers, others, level: 'text', n: 7 } };
}

/** fast-json-patch refuses `__proto__` and `prototype` as keys, which they are like any other: `pr0to` stands in. */
function apply(object: Json, patch: string): Json {
  const text = Buffer.from(patch, 'base64').toString('utf8');
  const [from, to] = /"path":"[^"]*proto/.test(text) ? ['proto', 'pr0to'] : ['', ''];
  const document = JSON.parse(JSON.stringify(object).replaceAll(from, to)) as Json;
  const operations = JSON.parse(text.replaceAll(from, to)) as Operation[];
  const { newDocument } = jsonPatch.applyPatch(document, operations, true);
  return from === '' ? newDocument : (JSON.parse(JSON.stringify(newDocument).replaceAll(to, from)) as Json);
}

const REVIEWS: readonly JsonObject[] = Object.entries(KINDS).flatMap(([kind, [apiVersion]], index) => {
  const object = anObject(kind, apiVersion);
  const { patch } = mutate(aReview(object), aStore(world(true))).review.response;
  const bound = patch === undefined ? object : (apply(object, patch) as JsonObject);
  const update = aReview(bound, { operation: kind === 'Pod' ? 'CREATE' : 'UPDATE', oldObject: { kind } });
  return [aReview(object), { ...update, apiVersion: `admission.k8s.io/v1${index % 2 === 0 ? 'beta1' : ''}` }];
});
const BODIES = REVIEWS.map((review) => Buffer.from(JSON.stringify(review)));

// What holds for every input.

const logged: string[] = [];
const write = (object: object, text: string): number => logged.push(JSON.stringify([object, text]));
const at = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, write]));
const log = { ...at, isLevelEnabled: () => true } as unknown as Log;
const app = buildApp({ lister: store, log, metrics: createMetrics() });
const tally = { inputs: 0, throughApp: 0, unreadable: 0, settled: 0 };

async function throughApp(payload: Buffer): Promise<string> {
  tally.throughApp += 1;
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/mutate', payload, headers });
  assert.equal(answer.statusCode, 200);
  return answer.body;
}

function throughRoute(body: Body): string {
  const answer = body.ok ? mutate(frozen(body.json), store) : errored(NOBODY, 400, body.message);
  return JSON.stringify(answer.review);
}

function checkPatch(json: JsonObject, patch: string, payload: Buffer): void {
  const object = apply(dig(json, 'request', 'object') ?? null, patch);
  if (TANGLED.has(String(dig(json, 'request', 'resource', 'resource')))) return;
  // 1e999 is Infinity for JSON.parse, which JSON cannot write; no API server lets it pass.
  if (/\d[eE]\+?\d{3}/.test(payload.toString('latin1'))) return;
  tally.settled += 1;
  const request = { ...(json['request'] as JsonObject), object };
  const again = mutate({ ...json, request }, store).review.response.patch;
  assert.equal(again && Buffer.from(again, 'base64').toString('utf8'), undefined, 'not idempotent');
}

function checkAnswer(text: string, body: Body, payload: Buffer): void {
  const json = body.ok ? body.json : null;
  const { kind, response } = JSON.parse(text) as { kind: string; response: AdmissionResponse };
  const uid = dig(json, 'request', 'uid');
  assert.deepEqual([kind, response.uid], ['AdmissionReview', typeof uid === 'string' ? uid : '']);
  const type = JSON.stringify([dig(json, 'kind'), dig(json, 'apiVersion')]);
  const isReview = /^\["AdmissionReview","admission\.k8s\.io\/v1(?:beta1)?"\]$/.test(type);
  assert.equal(response.allowed, isReview && response.uid !== '', text);
  // A fault of ours admits the workload, and says so.
  assert.doesNotMatch(String(response.warnings), /admitted unbound/);
  if (response.patch !== undefined) checkPatch(json as JsonObject, response.patch, payload);
  if (response.allowed) return;
  tally.unreadable += 1;
  const said = JSON.stringify([{ ...response, uid: '' }, logged]);
  assert.ok(!said.includes(CANARY), 'the answer or the log shows what could not be read');
}

const [GOOD = Buffer.alloc(0)] = BODIES;
const THE_ANSWER = throughRoute(readBody('application/json', GOOD));

async function check(payload: Buffer): Promise<void> {
  tally.inputs += 1;
  logged.length = 0;
  const body = readBody('application/json', payload);
  // One in five goes the whole way through the HTTP app, the others through what its route calls.
  checkAnswer(tally.inputs % 5 === 0 ? await throughApp(payload) : throughRoute(body), body, payload);
  if (tally.inputs % 50 === 0) assert.equal(await throughApp(GOOD), THE_ANSWER);
}

// Hostile JSON in hostile places.

const words = (text: string): readonly string[] => text.split(' ');
const KEYS = words('__proto__ constructor prototype toString env name a/b~0 0 length');
const HARM = [
  ...words(String.raw`null true [] {} [[]] [null] [{}] [{"name":"a"},{"name":"a"}] "" -0 0.1 1e99 -1`),
  ...words(String.raw`9007199254740993 "/a/../.." "a:b" "{{x}}" "\u0000" "\ud800" "\u005f_proto__"`),
  ...words('{"__proto__":{"polluted":1}} {"constructor":{"prototype":{"polluted":1}}}'),
  `${'[{"env":'.repeat(200)}1${'}]'.repeat(200)}`,
  ...KEYS.map((name) => JSON.stringify(name)),
];

type Edit = readonly [place: number, how: number, key: string, harm: Json];
type Entry = readonly [key: string, value: Json];

function change([, how, key, harm]: Edit, old: Entry): readonly Entry[] {
  const [name, value] = old;
  const ways: readonly (readonly Entry[])[] = [[[name, harm]], [[key, value]], [], [[name, [value, harm]]]];
  return ways[how] ?? [old, [key, value]];
}

/** The document with one place changed: the one at which the count is down to nothing. */
function edited(node: Json, edit: Edit, count: { left: number }): Json {
  if (!isObject(node) && !Array.isArray(node)) return node;
  const entries = Object.entries(node as JsonObject).flatMap(([key, value]) =>
    (count.left -= 1) === -1 ? change(edit, [key, value]) : ([[key, edited(value, edit, count)]] as const),
  );
  return Array.isArray(node) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

const harms = fc.constantFrom(...HARM).map((text) => JSON.parse(text) as Json);
const harm = fc.oneof(harms, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>);
const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());
const edits = fc.array(fc.tuple(fc.nat(120), fc.nat(4), key, harm), { minLength: 1, maxLength: 4 });
const mangledReview = fc
  .tuple(fc.constantFrom(...REVIEWS), edits)
  .map(([review, list]) => list.reduce((json: Json, edit) => edited(json, edit, { left: edit[0] }), review));

// Hostile bytes.

const SYNTAX = words(String.raw`1e999 00 - 1. \x " , : { ] /*x*/ NaN [[[[[[[ "__proto__":{"polluted":1},`);
const BYTES = words('ff 00 c080 eda080 f5808080 e2 efbbbf e280a8').map((hex) => Buffer.from(hex, 'hex'));
const TEXTS = [...SYNTAX, ...HARM, CANARY, `"uid":"${CANARY}",`].map((text) => Buffer.from(text));
const SCALAR = /(?<=:)(?:"(?:[^"\\]|\\.)*"|-?\d+|true|false|null)/g;

function aRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * limit);
  };
}

function mangle(bytes: Buffer, below: ReturnType<typeof aRandom>): Buffer {
  const pick = (list: readonly Buffer[]): Buffer => list[below(list.length)] as Buffer;
  const from = below(bytes.length);
  const put = (to: number, ...parts: Buffer[]): Buffer =>
    Buffer.concat([bytes.subarray(0, from), ...parts, bytes.subarray(to)]);
  const ways = [
    () => put(from + 1, Buffer.from([(bytes[from] ?? 0) ^ (1 << below(8))])),
    () => put(from + 1 + below(16)),
    () => put(from + below(2), pick(below(4) === 0 ? BYTES : TEXTS)),
    () => put(from, ...Array.from({ length: 1 + below(4) }, () => bytes.subarray(from, from + 200))),
    () => put(bytes.length, pick(BODIES).subarray(from)),
    () => put(bytes.length),
  ];
  const way = ways[below(8)];
  if (way !== undefined) return way();
  SCALAR.lastIndex = from;
  const found = SCALAR.exec(bytes.toString('latin1'));
  if (found === null) return bytes;
  const rest = bytes.subarray(found.index + found[0].length);
  return Buffer.concat([bytes.subarray(0, found.index), Buffer.from(HARM[below(HARM.length)] ?? ''), rest]);
}

const ours = (): readonly unknown[] => [
  inspect(MODELS, { depth: 9 }),
  [Object, Array, Function, String, Map].map(({ prototype }) => Reflect.ownKeys(prototype)),
];

describe('whatever is sent to /mutate is answered, and harms nobody', () => {
  const before = ours();

  it('JSON of any kind at any place of a review', async () => {
    const property = fc.asyncProperty(mangledReview, (json) => check(Buffer.from(JSON.stringify(json))));
    await fc.assert(property, { numRuns: INPUTS * 0.1, seed: SEED });
  });

  it('bytes of any kind', async (t) => {
    const below = aRandom(SEED);
    for (let left = INPUTS * 0.9; left > 0; left -= 1) {
      let body = BODIES[below(BODIES.length)] as Buffer;
      for (let again = below(3); again >= 0; again -= 1) body = mangle(body, below);
      await check(body).catch((cause: unknown) => {
        throw new Error(`FUZZ_SEED=${SEED}: ${JSON.stringify(body.toString('latin1'))}`, { cause });
      });
    }
    t.diagnostic(`FUZZ_SEED=${SEED} ${JSON.stringify(tally)}`);
  });

  it('leaves the world and the prototypes as they were', () => {
    assert.deepEqual(ours(), before);
    assert.ok(tally.throughApp > INPUTS / 5 && tally.unreadable > INPUTS / 10 && tally.settled > INPUTS / 10);
  });
});
