import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, isList, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { Kinds } from '../lib/inject/plurals.ts';
import { complete } from '../lib/inject/complete.ts';
import { nameOf } from '../lib/project/entries.ts';
import { Store } from '../lib/store/store.ts';
import { aReview } from '../lib/testkit/builders.ts';
import { buildApp } from '../server/app.ts';
import { runInject } from '../server/commands/testkit/run.ts';
import { silent } from '../server/log.ts';
import { createMetrics } from '../server/metrics.ts';
import { type Case, injected, isBinding, isReady, isWorkload, keyOf, printed, readCases } from './cases.ts';
import { refOf } from './cluster/objects.ts';
import { textAt } from './cluster/text-at.ts';
import { waitFor } from './cluster/wait-for.ts';
import { openStage, type Stage } from './stage.ts';

const CASES = await readCases();

/** What becomes of the objects, where nothing is said of one: nothing. */
function afterwards({ given, expected }: Case): readonly JsonObject[] {
  const after = new Map(expected.map((object) => [keyOf(object), object]));
  return given.map((object) => after.get(keyOf(object)) ?? object);
}

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

/** Cases of the webhook alone: bindings, their mappings, and one workload, with Secrets that are merely named. */
const OF_THE_WEBHOOK = CASES.filter(
  ({ api, given }) =>
    api === 'servicebinding-io' &&
    given.every(
      (object) => isBinding(object) || isWorkload(object) || String(object['kind']).endsWith('Mapping'),
    ) &&
    given.filter(isWorkload).length === 1,
);

describe('against a real API server', { timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(async () => stage.close());

  /** Each case in a namespace of its own; the API server gives the uids, and adds defaults. */
  async function create({ name, given }: Case): Promise<{
    readonly created: JsonObject;
    readonly uids: ReadonlyMap<string, string>;
  }> {
    const { cluster } = stage;
    await cluster.createNamespace(name);
    const inNamespace = (object: JsonObject): JsonObject => {
      const { uid: _uid, creationTimestamp: _created, ...metadata } = object['metadata'] as JsonObject;
      return {
        ...object,
        metadata: { ...metadata, ...('namespace' in metadata ? { namespace: name } : {}) },
      };
    };
    const world = given.filter((object) => !isWorkload(object));
    const workload = given.find(isWorkload);
    assert.ok(workload);
    // In the order of their age: the API server's clock has seconds only, and then the name decides.
    const stored: JsonObject[] = [];
    for (const object of world.toSorted((a, b) => textOf(a).localeCompare(textOf(b)))) {
      if (textOf(object) > '2026-01-01T00:00:00Z') await new Promise((resolve) => setTimeout(resolve, 1100));
      stored.push(...(await cluster.apply(inNamespace(object))));
    }
    const wanted = world.filter(({ kind }) => kind === 'ServiceBinding').length;
    const probe = (): Promise<JsonObject> => cluster.create(inNamespace(workload), { dryRun: 'All' });
    await waitFor(
      'Cleat to know the bindings',
      async () => countOf(await probe(), 'servicebinding-') >= wanted,
    );
    const created = await cluster.create(inNamespace(workload));
    const uidOf = (object: JsonObject): string => textAt(complete(object) ?? object, 'metadata', 'uid');
    const before = new Map(world.map((object) => [textAt(object, 'metadata', 'name'), uidOf(object)]));
    return {
      created: (await cluster.get(refOf(created))) ?? created,
      uids: new Map(
        stored.map((object) => [
          before.get(textAt(object, 'metadata', 'name')) ?? '',
          textAt(object, 'metadata', 'uid'),
        ]),
      ),
    };
  }

  for (const given of OF_THE_WEBHOOK) {
    it(`${given.name}: ${given.title}`, async () => {
      const { created, uids } = await create(given);
      const workload = afterwards(given).find(isWorkload);
      let expected = JSON.stringify(workload).replaceAll('"namespace":"shop"', `"namespace":"${given.name}"`);
      for (const [from, to] of uids) expected = expected.replaceAll(from, to);
      assert.deepEqual(missing(JSON.parse(expected) as Json, created, ''), []);
    });
  }
});

const textOf = (object: JsonObject): string => String(dig(object, 'metadata', 'creationTimestamp') ?? '');

function countOf(object: JsonObject, prefix: string): number {
  const names = JSON.stringify(object).match(new RegExp(`"name":"${prefix}[^"]+","projected"`, 'g'));
  return names?.length ?? 0;
}

/** What of the expected value the actual one lacks: it may have more members (defaults), but no other list items. */
function missing(expected: Json, actual: Json | undefined, place: string): readonly string[] {
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) => missing(value, actual[key], `${place}/${key}`));
  }
  if (isList(expected) && isList(actual)) {
    const found = byName(actual.filter((item) => !isServiceAccounts(item)));
    const wanted = byName(expected);
    const extra =
      found.length > wanted.length ? [`${place}: ${found.length - wanted.length} items too many`] : [];
    return [...extra, ...wanted.flatMap((value, index) => missing(value, found[index], `${place}/${index}`))];
  }
  return expected === actual
    ? []
    : [`${place}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}

/** Volumes of bindings stand in the order of their uids, which the API server gives by chance. */
function byName(list: readonly Json[]): readonly Json[] {
  const areProjected = list.every((item) => nameOf(item)?.startsWith('servicebinding-'));
  return areProjected ? list.toSorted((a, b) => (nameOf(a) ?? '').localeCompare(nameOf(b) ?? '')) : list;
}

/** What the API server itself adds to every Pod. */
const isServiceAccounts = (item: Json): boolean => nameOf(item)?.startsWith('kube-api-access-') === true;
