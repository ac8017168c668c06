/**
 * @module Keeps the object that tells development tools which kinds can be bound. Only the leader does, and only where the
 * Service Binding Operator's API is installed.
 */
import { resourceVersionOf } from '../../lib/parse/meta.ts';
import { dig, isList, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { apiVersionOf, BINDABLE_KINDS, type GroupVersionKind } from '../../lib/api/kinds.ts';
import { bindableKinds } from '../../lib/generate/bindable-kinds.ts';
import { servedKinds } from '../../lib/generate/definition.ts';
import { describeError, hasStatus } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import type { Timing } from '../kube/timing.ts';
import type { ObjectClient } from './object-client.ts';
import { WorkQueue } from './work-queue.ts';

/** As the Service Binding Operator named it. */
const NAME = 'bindable-kinds';
const DEFINITION = 'bindablekinds.binding.operators.coreos.com';
const RESOURCE = { group: BINDABLE_KINDS.group, version: BINDABLE_KINDS.version, plural: 'bindablekinds' };
const PLACE = { resource: RESOURCE, namespace: '', name: NAME };

/** An operator installs all its definitions in one go. */
const SETTLE_MS = 2_000;

/** Nobody tells of a change by hand, nor of rights that are granted. */
const LOOK_AGAIN_MS = 5 * 60_000;
const LOOK_FOR_RIGHTS_MS = 30_000;

export interface BindableKindsOptions {
  readonly client: Pick<ObjectClient, 'get' | 'create' | 'patch'>;
  /** The CustomResourceDefinitions; undefined as long as not all of them are known. */
  readonly definitions: () => Iterable<JsonObject> | undefined;
  /** Until definitions have come to rest; 2 s unless told. */
  readonly settleMs?: number;
  readonly log: Log;
  readonly timing: Timing;
}

export class BindableKinds {
  readonly #options: BindableKindsOptions;
  readonly #queue: WorkQueue;

  constructor(options: BindableKindsOptions) {
    this.#options = options;
    const { log, timing } = options;
    this.#queue = new WorkQueue({
      workers: 1,
      timing,
      work: async () => await this.#keep(),
      onFault: (_name, error) =>
        log.debug({ problem: describeError(error) }, 'the list of bindable kinds could not be kept'),
    });
  }

  start(): void {
    this.#queue.start();
    this.poke();
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
  }

  /** A definition may have changed. */
  poke(): void {
    this.#queue.addAfter(NAME, this.#options.settleMs ?? SETTLE_MS);
  }

  async #keep(): Promise<void> {
    const definitions = [...(this.#options.definitions() ?? [])];
    const isInstalled = definitions.some(isOwn);
    const pause = isInstalled ? await this.#keepAs(bindableKinds(definitions)) : undefined;
    this.#queue.forgive(NAME);
    if (pause !== undefined) this.#queue.addAfter(NAME, pause);
  }

  /** Returns after how long to look again. */
  async #keepAs(kinds: readonly GroupVersionKind[]): Promise<number> {
    const { log } = this.#options;
    try {
      if (await this.#write(kinds)) log.info({ kinds: kinds.length }, 'the list of bindable kinds written');
      return LOOK_AGAIN_MS;
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
      log.debug({ problem: describeError(error) }, 'the list of bindable kinds may not be kept');
      return LOOK_FOR_RIGHTS_MS;
    }
  }

  /** False if it is there as it should be. */
  async #write(kinds: readonly GroupVersionKind[]): Promise<boolean> {
    const { client } = this.#options;
    const status: Json = kinds.map(({ group, version, kind }) => ({ group, version, kind }));
    const live = await this.#find();
    if (live === undefined) {
      const { kind } = BINDABLE_KINDS;
      const object = { apiVersion: apiVersionOf(RESOURCE), kind, metadata: { name: NAME }, status };
      await client.create({ resource: RESOURCE, namespace: '' }, object);
      return true;
    }
    if (isSameSet(dig(live, 'status'), kinds)) return false;
    const version = resourceVersionOf(live);
    await client.patch(PLACE, [{ op: 'add', path: '/status', value: status }], version);
    return true;
  }

  async #find(): Promise<JsonObject | undefined> {
    try {
      return await this.#options.client.get(PLACE);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

/** The definition of the object itself, in the version in which it is written. */
function isOwn(definition: JsonObject): boolean {
  return (
    dig(definition, 'metadata', 'name') === DEFINITION &&
    servedKinds(definition).some(({ version }) => version === RESOURCE.version)
  );
}

/** The Service Binding Operator left it in no particular order: that is no reason to write. */
function isSameSet(status: Json | undefined, kinds: readonly GroupVersionKind[]): boolean {
  if (!isList(status) || status.length !== kinds.length) return false;
  const textOfKind = (kind: Json): string =>
    JSON.stringify(['group', 'version', 'kind'].map((key) => textOf(dig(kind, key))));
  const there = new Set(status.map(textOfKind));
  return kinds.every(({ group, version, kind }) => there.has(textOfKind({ group, version, kind })));
}
