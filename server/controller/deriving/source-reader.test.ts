import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../lib/api/json.ts';
import { readBinding } from '../../../lib/binding/read.ts';
import type { SourceReference, SourceState } from '../../../lib/generate/generation.ts';
import { anOperatorBinding } from '../../../lib/testkit/families.ts';
import type { ApiResource } from '../../kube/discovery.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import { pathOf } from '../../kube/discovery.ts';
import { type Asker, SourceReader } from './source-reader.ts';

const read = readBinding(anOperatorBinding());
assert.ok(read.ok);
const BINDING = read.value;

const gadgetsOf = (version: string): ApiResource => ({
  group: 'db.example',
  version,
  kind: 'Gadget',
  plural: 'gadgets',
  namespaced: true,
  verbs: ['get', 'list'],
});
const SERVED = [gadgetsOf('v1'), gadgetsOf('v1beta1')];

const error = (status: number): ApiError =>
  new ApiError({ status, reason: 'Some', message: `GET /x: HTTP ${status}: conversion webhook failed` });

/** An API server that serves Gadgets. */
class World {
  /** By path; what is not there is not found. */
  readonly answers: Record<string, JsonObject | Error> = {};
  discovery: Error | undefined;
  /** How often it was asked for objects, and whether something may be read. */
  reads = 0;
  questions = 0;
  readonly #isLasting: boolean;
  readonly #asker: Asker;
  reader: SourceReader;

  constructor({ isLasting = false, asker = 'unchecked' }: { isLasting?: boolean; asker?: Asker } = {}) {
    this.#isLasting = isLasting;
    this.#asker = asker;
    this.reader = this.#reader();
  }

  async read(reference: SourceReference): Promise<SourceState> {
    this.reader = this.#reader();
    return await this.reader.read(reference);
  }

  #reader(): SourceReader {
    const mapper = {
      resolve: async ({ kind }: { kind: string }, { version }: { version?: string | undefined } = {}) =>
        await this.#find((each) => each.kind === kind, version),
      resolvePlural: async (
        { plural }: { plural: string },
        { version }: { version?: string | undefined } = {},
      ) => await this.#find((each) => each.plural === plural, version),
    };
    const transport = {
      read: async (_method: string, path: string) => {
        this.reads += 1;
        const answer = this.answers[path] ?? error(404);
        return await (answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve(JSON.stringify(answer)));
      },
    };
    const access = {
      allowed: async () => {
        this.questions += 1;
        return await Promise.resolve(true);
      },
    };
    const options = { transport, mapper, access, serviceVersions: undefined };
    return new SourceReader(options, BINDING, {
      asker: this.#asker,
      expect: () => {},
      isLasting: this.#isLasting,
    });
  }

  async #find(
    isIt: (each: ApiResource) => boolean,
    version: string | undefined,
  ): Promise<ApiResource | undefined> {
    if (this.discovery !== undefined) throw this.discovery;
    const served = SERVED.filter(isIt);
    return await Promise.resolve(served.find((each) => each.version === version) ?? served[0]);
  }
}

const GADGET = {
  source: 'object',
  group: 'db.example',
  version: 'v1beta1',
  namespace: 'shop',
  name: 'g',
} as const;
const BY_KIND: SourceReference = { ...GADGET, kind: 'Gadget' };
const BY_PLURAL: SourceReference = { ...GADGET, kind: '', resource: 'gadgets' };
const pathIn = (version: string): string => `${pathOf(gadgetsOf(version), 'shop')}/g`;

const OWNED: SourceReference = {
  source: 'owned',
  group: 'db.example',
  version: 'v1',
  kind: 'Gadget',
  namespace: 'shop',
  owner: 'me',
};

const messageOf = (state: SourceState): string => (state.state === 'denied' ? state.message : state.state);

describe('what a Secret is made from', () => {
  for (const [named, reference] of Object.entries({ kind: BY_KIND, plural: BY_PLURAL }))
    it(`is read in the version that the binding names, beside a ${named}`, async () => {
      const world = new World();
      for (const { version } of SERVED)
        world.answers[pathIn(version)] = { apiVersion: `db.example/${version}`, metadata: { name: 'g' } };
      const state = await world.read(reference);
      assert.deepEqual(state.state === 'found' && state.objects[0]?.['apiVersion'], 'db.example/v1beta1');
    });

  it('of what is owned is nothing but what the service owns, and is watched object by object', async () => {
    const world = new World();
    const owned = (name: string, uid: string): JsonObject => ({
      metadata: { name, namespace: 'shop', resourceVersion: '7', ownerReferences: [{ uid }] },
    });
    world.answers[pathOf(gadgetsOf('v1'), 'shop')] = {
      metadata: { resourceVersion: '9' },
      items: [owned('mine', 'me'), owned('theirs', 'they'), owned('too', 'me')],
    };
    const state = await world.read(OWNED);
    assert.deepEqual(state, {
      state: 'found',
      objects: [owned('mine', 'me'), owned('too', 'me')].map((object) => ({
        apiVersion: 'db.example/v1',
        kind: 'Gadget',
        ...object,
      })),
    });
    assert.deepEqual(world.reader.dependencies.slice(1), [
      ['db.example/Gadget/shop/mine', '7'],
      ['db.example/Gadget/shop/too', '7'],
    ]);
  });
});

describe('a service that owns more than can be searched', () => {
  it('is read no further than that, and nobody is asked whether what it owns may be read', async () => {
    const world = new World({ asker: { username: 'ann', uid: '', groups: [], extra: {} } });
    const items = Array.from({ length: 1_001 }, (_, index) => ({
      metadata: { name: `g${index}`, namespace: 'shop', ownerReferences: [{ uid: 'me' }] },
    }));
    world.answers[pathOf(gadgetsOf('v1'), 'shop')] = {
      metadata: { resourceVersion: '9', continue: 'more' },
      items,
    };
    const state = await world.read(OWNED);
    assert.equal(state.state === 'found' && state.objects.length, 2_002);
    assert.deepEqual([world.reads, world.questions], [2, 0]);
  });
});

describe('a source that the API server cannot give', () => {
  it('is waited for, as long as that may pass (SB-47)', async () => {
    const world = new World();
    world.answers[pathIn('v1beta1')] = error(500);
    await assert.rejects(world.read(BY_KIND), { status: 500 });
    assert.equal(world.reader.isTroubled, true);
  });

  it('is told when it does not pass: of the object, or of its whole group', async () => {
    const world = new World({ isLasting: true });
    world.answers[pathIn('v1beta1')] = error(500);
    assert.equal(
      messageOf(await world.read(BY_PLURAL)),
      'gadgets shop/g cannot be read at present: GET /x: HTTP 500: conversion webhook failed; see whether the API service or the conversion webhook behind it is available',
    );
    assert.equal(world.reader.isTroubled, true);
    world.discovery = error(503);
    const { group, version } = GADGET;
    const definition: SourceReference = { source: 'definition', group, version, kind: 'Gadget' };
    assert.match(messageOf(await world.read(BY_KIND)), /^Gadget shop\/g cannot be read at present: .* 503/);
    assert.match(messageOf(await world.read(definition)), /^the CustomResourceDefinition of Gadget cannot/);
  });

  it('is told of the workload too, whose kind has to be known to ask whether the requester may update it', async () => {
    const requester = { username: 'jane', uid: '', groups: [], extra: {} };
    const lasting = new World({ isLasting: true, asker: requester });
    lasting.discovery = error(503);
    assert.match(
      (await lasting.reader.mayNotUpdate()) ?? '',
      /^the kind deployments cannot be read at present/,
    );
    const passing = new World({ asker: requester });
    passing.discovery = error(503);
    await assert.rejects(passing.reader.mayNotUpdate(), { status: 503 });
  });

  it('is told at once when it is refused for good', async () => {
    const world = new World();
    world.answers[pathIn('v1beta1')] = error(400);
    assert.match(messageOf(await world.read(BY_KIND)), /HTTP 400/);
    assert.equal(world.reader.isTroubled, false);
  });

  const passing = [error(429), error(401), new TransportError('connection', 'refused')];
  for (const failure of passing)
    it(`is never told for what says nothing of it: ${failure.message} (SB-47)`, async () => {
      const world = new World({ isLasting: true });
      world.answers[pathIn('v1beta1')] = failure;
      await assert.rejects(world.read(BY_KIND), (thrown) => thrown === failure);
    });
});
