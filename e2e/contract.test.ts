import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, isList, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { nameOf } from '../lib/project/entries.ts';
import { aReview } from '../lib/testkit/builders.ts';
import { aStore } from '../lib/testkit/world.ts';
import { buildApp } from '../server/app.ts';
import { silent } from '../server/log.ts';
import { createMetrics } from '../server/metrics.ts';
import { type Case, injected, readCases } from './cases.ts';
import { refOf } from './cluster/objects.ts';
import { textAt } from './cluster/text-at.ts';
import { waitFor } from './cluster/wait-for.ts';
import { openStage, type Stage } from './stage.ts';

const CASES = await readCases();

/** One way to have a workload bound. */
type Driver = (given: Case) => Promise<JsonObject>;

async function throughTheApp({ world, workload }: Case): Promise<JsonObject> {
  const app = buildApp({ lister: aStore(world), log: silent, metrics: createMetrics() });
  const answer = await app.inject({
    method: 'POST',
    url: '/mutate',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(aReview(workload)),
  });
  const { response } = answer.json<{ response: { patch: string } }>();
  const operations = JSON.parse(Buffer.from(response.patch, 'base64').toString('utf8')) as Operation[];
  return jsonPatch.applyPatch(structuredClone<JsonObject>(workload), operations, true).newDocument;
}

function contract(name: string, drive: Driver): void {
  describe(name, () => {
    for (const given of CASES) {
      it(given.name, async () => assert.deepEqual(await drive(given), given.expected));
    }
  });
}

describe('every case has what is expected of it', () => {
  for (const { name, expected } of CASES) it(name, () => assert.notEqual(expected, undefined));
});

contract('in memory', async (given) => injected(given));
contract('through the app', throughTheApp);

describe('against a real API server', { timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(async () => stage.close());

  /** Each case in a namespace of its own; the API server gives the uids, and adds defaults. */
  async function create({
    name,
    world,
    workload,
  }: Case): Promise<{ created: JsonObject; uids: ReadonlyMap<string, string> }> {
    const { cluster } = stage;
    await cluster.createNamespace(name);
    const inNamespace = (object: JsonObject): JsonObject => {
      const { uid: _uid, creationTimestamp: _created, ...metadata } = object['metadata'] as JsonObject;
      return {
        ...object,
        metadata: { ...metadata, ...('namespace' in metadata ? { namespace: name } : {}) },
      };
    };
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
    const given = new Map(
      world.map((object) => [textAt(object, 'metadata', 'name'), textAt(object, 'metadata', 'uid')]),
    );
    return {
      created: (await cluster.get(refOf(created))) ?? created,
      uids: new Map(
        stored.map((object) => [
          given.get(textAt(object, 'metadata', 'name')) ?? '',
          textAt(object, 'metadata', 'uid'),
        ]),
      ),
    };
  }

  for (const given of CASES) {
    it(given.name, async () => {
      const { created, uids } = await create(given);
      let expected = JSON.stringify(given.expected).replaceAll(
        '"namespace":"shop"',
        `"namespace":"${given.name}"`,
      );
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
