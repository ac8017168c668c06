/**
 * @module One contract case on a real cluster: what is given is written, what is expected has to come, and once the
 * bindings are deleted nothing of it may be left.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { complete } from '../../lib/inject/complete.ts';
import { identityOf } from '../../lib/parse/meta.ts';
import { isImmutableKind } from '../../lib/resolve/guard.ts';
import { afterwards, type Case, isBinding, isWorkload, keyOf } from '../cases.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { refOf } from '../cluster/objects.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { ApiError } from '../cluster/rest.ts';
import { untilGone } from '../conditions.ts';
import { VALIDATING } from '../installation/installed.ts';
import { essence } from '../migration/recorded-cases.ts';
import { missing } from './difference.ts';
import { isDefinition, whole } from './kinds.ts';

const at = (object: JsonObject, member: string): string => textOf(dig(object, 'metadata', member));
const isLeaving = (object: JsonObject): boolean => at(object, 'deletionTimestamp') !== '';
const isFixed = (object: JsonObject): boolean => {
  const identity = identityOf(object);
  return identity !== undefined && isImmutableKind(identity);
};

/** What the API server says itself. */
const GIVEN_BY_SERVER = ['uid', 'creationTimestamp', 'deletionTimestamp', 'generation', 'resourceVersion'];

function without(object: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !members.includes(key)));
}

/** As it can be written. */
function writable(object: JsonObject): JsonObject {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const bare = isBinding(object) ? without(object, ['status']) : object;
  return { ...bare, metadata: without(metadata, GIVEN_BY_SERVER) };
}

/**
 * Owners before what they own, bindings by their age, and before what can be bound at its creation alone. Those of one age
 * by their names: should the API server's clock tick between two of them, their order is still the one that is expected.
 */
function rank(object: JsonObject): string {
  if (isDefinition(object)) return '0';
  if (isFixed(object)) return '4';
  if (isBinding(object)) return `3 ${at(object, 'creationTimestamp')} ${at(object, 'name')}`;
  return dig(object, 'metadata', 'ownerReferences') === undefined ? '1' : '2';
}

const byRank = (a: JsonObject, b: JsonObject): number =>
  Number(rank(a) > rank(b)) - Number(rank(a) < rank(b));

/**
 * Secrets that a binding of the specification merely names: offline nobody looks into them. They are as complete as the
 * binding wants them.
 */
function namedSecrets({ given }: Case): readonly JsonObject[] {
  const there = new Set(given.map(keyOf));
  return given.flatMap((binding) => {
    if (dig(binding, 'spec', 'service', 'kind') !== 'Secret') return [];
    const env = (dig(binding, 'spec', 'env') ?? []) as readonly JsonObject[];
    const entries = env.map(({ key }) => [textOf(key), 'x'] as const);
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: textOf(dig(binding, 'spec', 'service', 'name')),
        namespace: at(binding, 'namespace'),
      },
      stringData: { type: 'any', ...Object.fromEntries(entries) },
    };
    return there.has(keyOf(secret)) ? [] : [secret];
  });
}

export class Driven {
  readonly #cluster: ControlPlane;
  readonly #case: Case;
  readonly #objects: readonly JsonObject[];
  /** The uids that are given or expected, with those that the API server gave. */
  readonly #uids = new Map<string, string>();

  constructor(cluster: ControlPlane, given: Case) {
    this.#cluster = cluster;
    this.#case = given;
    this.#objects = [...namedSecrets(given), ...given.given].toSorted(byRank);
  }

  /** Whether a binding is gone when all is settled: then nobody knows any more what it has put in. */
  get isLeaving(): boolean {
    return this.#case.given.some(isLeaving);
  }

  async write(): Promise<void> {
    let age = '';
    for (const object of this.#objects) {
      // The API server's clock has seconds only, and within one the name decides.
      if (isBinding(object) && at(object, 'creationTimestamp') > age) {
        if (age !== '') await sleep(1_100);
        age = at(object, 'creationTimestamp');
      }
      if (isFixed(object)) await this.#untilBoundAtCreation(object);
      await this.#writeOne(object);
    }
  }

  /** Until everything is as expected. */
  async settle(): Promise<void> {
    const wanted = afterwards(this.#case).filter((object) => isBinding(object) || isWorkload(object));
    const made = this.#case.expected.filter(({ kind }) => kind === 'Secret');
    await waitFor(
      'all to be as expected',
      async () => {
        for (const object of [...wanted, ...made]) {
          if (isBinding(object) && isLeaving(object)) await this.#assertGone(object);
          else await this.#assertAs(object, await this.#cluster.get(refOf(object)));
        }
        return true;
      },
      { timeoutMs: 20_000 },
    );
  }

  /** That the webhook comes to the same: each workload is written as it was given. */
  async admit(): Promise<void> {
    for (const object of this.#workloads()) {
      const wanted = afterwards(this.#case).find((each) => keyOf(each) === keyOf(object)) ?? object;
      const given = writable(this.#known(object));
      // Controllers write on it too; and a kind that nothing was bound to yet is intercepted a moment later.
      await waitFor('the webhook to come to the same', async () => {
        const { resourceVersion = '' } = (await this.#live(object))['metadata'] as JsonObject;
        const metadata = { ...(given['metadata'] as JsonObject), resourceVersion };
        const update = { ...given, metadata };
        await this.#assertAs(wanted, await this.#cluster.update(update, { query: { dryRun: 'All' } }));
        return true;
      });
    }
  }

  /** Deletes the bindings: what was given is left. */
  async unbind(): Promise<void> {
    const bindings = this.#objects.filter(isBinding);
    for (const binding of bindings) await this.#cluster.remove(refOf(binding));
    for (const binding of bindings) await untilGone(this.#cluster, refOf(binding));
    for (const object of this.#workloads()) {
      const live = await this.#live(object);
      const given = writable(this.#known(object));
      const metadata = { ...(given['metadata'] as JsonObject), name: 'as-it-was' };
      const wanted = await this.#cluster.create({ ...given, metadata }, { dryRun: 'All' });
      if (!this.#isTakenOver())
        assert.deepEqual(essence(live['spec'] ?? null), essence(wanted['spec'] ?? null));
      assert.doesNotMatch(JSON.stringify(dig(live, 'metadata', 'annotations') ?? {}), /projector/);
    }
  }

  /** Whatever came of the rest. */
  async clean(): Promise<void> {
    for (const object of this.#objects.toReversed())
      if (!isDefinition(object)) await this.#cluster.remove(refOf(object));
    for (const object of this.#objects)
      if (!isDefinition(object)) await untilGone(this.#cluster, refOf(object));
    for (const { kind, metadata } of this.#case.expected)
      if (kind === 'Secret' && isObject(metadata))
        await untilGone(this.#cluster, {
          apiVersion: 'v1',
          kind,
          namespace: textOf(metadata['namespace']),
          name: textOf(metadata['name']),
        });
  }

  /** Fragments that are given already go with the binding. */
  #isTakenOver(): boolean {
    return this.#case.given.some((object) => isBinding(object) && dig(object, 'status') !== undefined);
  }

  #workloads(): readonly JsonObject[] {
    return this.#case.given.filter((object) => isWorkload(object) && !isFixed(object));
  }

  async #live(object: JsonObject): Promise<JsonObject> {
    const live = await this.#cluster.get(refOf(object));
    assert.ok(live, `${keyOf(object)} is gone`);
    return live;
  }

  async #assertGone(object: JsonObject): Promise<void> {
    assert.equal(await this.#cluster.get(refOf(object)), undefined, keyOf(object));
  }

  async #assertAs(expected: JsonObject, actual: JsonObject | undefined): Promise<void> {
    const wanted = JSON.stringify(this.#known(comparable(expected)));
    assert.deepEqual(missing(JSON.parse(wanted) as Json, actual), [], keyOf(expected));
  }

  /** With the uids of the API server. */
  #known(object: JsonObject): JsonObject {
    let text = JSON.stringify(object);
    for (const [from, to] of this.#uids) text = text.replaceAll(from, to);
    return JSON.parse(text) as JsonObject;
  }

  async #writeOne(object: JsonObject): Promise<void> {
    const written = this.#known(writable(isDefinition(object) ? whole(object) : object));
    const stored = await this.#evenIfRefused(written);
    const before = at(complete(object) ?? object, 'uid');
    if (before !== '') this.#uids.set(before, at(stored, 'uid'));
    if (!isBinding(object)) return;
    const { status } = object;
    if (status !== undefined) await this.#cluster.patch(refOf(object), { status }, { subresource: 'status' });
    if (isLeaving(object)) await this.#cluster.remove(refOf(object));
  }

  /** What the validation refuses may be there nonetheless: from before there was one. */
  async #evenIfRefused(object: JsonObject): Promise<JsonObject> {
    const write = async (): Promise<JsonObject> => {
      if (isBinding(object)) return await this.#cluster.create(object);
      const [stored = {}] = await this.#cluster.apply(object);
      return stored;
    };
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ApiError) || !error.message.includes('is not valid')) throw error;
      const configuration = await this.#cluster.get(VALIDATING);
      const guard = async (webhooks: Json): Promise<void> =>
        void (await this.#cluster.patch(VALIDATING, [{ op: 'replace', path: '/webhooks', value: webhooks }]));
      await guard([]);
      try {
        return await waitFor('nobody to refuse it', write);
      } finally {
        await guard(configuration?.['webhooks'] ?? []);
      }
    }
  }

  async #untilBoundAtCreation(object: JsonObject): Promise<void> {
    const wanted = afterwards(this.#case).find((each) => keyOf(each) === keyOf(object)) ?? object;
    await waitFor('the webhook to know the bindings', async () => {
      const probe = await this.#cluster.create(writable(object), { dryRun: 'All' });
      await this.#assertAs(wanted, probe);
      return true;
    });
  }
}

/** Without what the API server says itself, and without moments. */
function comparable(object: JsonObject): JsonObject {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const text = JSON.stringify({ ...object, metadata: without(metadata, GIVEN_BY_SERVER) });
  return JSON.parse(text.replaceAll(/,?"lastTransitionTime":"[^"]*"/g, '')) as JsonObject;
}
