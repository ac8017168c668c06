/**
 * @module Deletes Secrets that were made for bindings and were superseded, once nothing can start Pods with them any more:
 * a rollback to an older ReplicaSet has to find its Secret.
 */
import { dig, type JsonObject, textOf } from '../../../lib/api/json.ts';
import type { GroupVersionKind } from '../../../lib/api/kinds.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import { isOwnSecret, MANAGED_BY } from '../../../lib/generate/secret-object.ts';
import { secretReferences } from '../../../lib/generate/secret-references.ts';
import { isGeneratedName } from '../../../lib/project/operator-names.ts';
import { type ApiResource, pathOf, type RestMapper } from '../../kube/discovery.ts';
import { describeError, hasStatus } from '../../kube/errors.ts';
import { pagesOf } from '../../kube/list.ts';
import type { Log } from '../../kube/log.ts';
import { NOTHING_BUT_METADATA } from '../../kube/object-form.ts';
import { LIMITS } from '../../kube/reflector-options.ts';
import { Slicer, type Timing } from '../../kube/timing.ts';
import type { Transport } from '../../kube/transport.ts';
import type { BindingRecord } from '../bindings.ts';
import type { ObjectClient } from '../object-client.ts';
import { Periodic } from '../periodic.ts';

export interface SecretCollectorOptions {
  readonly transport: Pick<Transport, 'read'>;
  readonly mapper: Pick<RestMapper, 'resolve'>;
  readonly client: Pick<ObjectClient, 'remove'>;
  readonly bindings: () => Iterable<BindingRecord>;
  /** The Secret that a binding uses now; undefined while that is not known: then nothing of it is deleted. */
  readonly inUse: (binding: Pick<Binding, 'uid' | 'generation'>) => string | undefined;
  readonly log: Log;
  readonly timing: Timing;
}

/** Of what was made a moment ago the workloads may not have heard yet. */
const MIN_AGE_MS = 10 * 60_000;
const FIRST_MS = 60_000;
const EVERY_MS = 10 * 60_000;

const SECRETS = { group: '', version: 'v1', plural: 'secrets' };

type Listed = Pick<ApiResource, 'group' | 'version' | 'plural'>;

const inGroup = (group: string, plurals: readonly string[]): readonly Listed[] =>
  plurals.map((plural) => ({ group, version: 'v1', plural }));

/** Pods, what makes Pods, and what they can be rolled back to. */
const REFERRERS: readonly Listed[] = [
  ...inGroup('', ['pods', 'replicationcontrollers']),
  ...inGroup('apps', ['replicasets', 'controllerrevisions', 'deployments', 'statefulsets', 'daemonsets']),
  ...inGroup('batch', ['jobs', 'cronjobs']),
];

/** A Secret that is not in use by the binding that it was made for. */
interface Candidate {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly record: BindingRecord;
}

export class SecretCollector {
  readonly #options: SecretCollectorOptions;
  readonly #periodic: Periodic;

  constructor(options: SecretCollectorOptions) {
    this.#options = options;
    this.#periodic = new Periodic({
      work: async (signal) => await this.#collect(signal),
      firstMs: FIRST_MS,
      everyMs: EVERY_MS,
      timing: options.timing,
    });
  }

  start(): void {
    this.#periodic.start();
  }

  async stop(): Promise<void> {
    await this.#periodic.stop();
  }

  /** Looks now. */
  poke(): void {
    this.#periodic.poke();
  }

  /** Only where Secrets are made: elsewhere nobody's Secrets are listed. */
  async #collect(signal: AbortSignal): Promise<void> {
    const { bindings, inUse, log } = this.#options;
    const made = [...bindings()].filter((record) => !record.deleting && inUse(record) !== undefined);
    for (const [namespace, records] of Map.groupBy(made, (record) => record.namespace)) {
      try {
        await this.#collectIn(namespace, records, signal);
      } catch (error) {
        if (signal.aborted) return;
        // What cannot be looked at is not known to be unused: it stays.
        log.debug({ namespace, problem: describeError(error) }, 'superseded Secrets are left alone for now');
      }
    }
  }

  async #collectIn(namespace: string, records: readonly BindingRecord[], signal: AbortSignal): Promise<void> {
    const candidates = await this.#candidatesIn(namespace, records, signal);
    if (candidates.length === 0) return;
    const kinds = [...(await this.#workloadKinds(namespace)), ...REFERRERS];
    const names = new Set(candidates.map(({ name }) => name));
    const used = await this.#referencesIn(namespace, kinds, names, signal);
    const deleted: string[] = [];
    for (const candidate of candidates)
      if (!used.has(candidate.name) && (await this.#remove(namespace, candidate)))
        deleted.push(candidate.name);
    if (deleted.length === 0) return;
    const about = { namespace, count: deleted.length, secrets: deleted };
    this.#options.log.info(about, 'superseded Secrets that nothing refers to were deleted');
  }

  async #candidatesIn(
    namespace: string,
    records: readonly BindingRecord[],
    signal: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const candidates: Candidate[] = [];
    await this.#list(SECRETS, { namespace, accept: NOTHING_BUT_METADATA.list, signal }, (secret) => {
      const record = records.find((each) => isOwnSecret(secret, each));
      if (record === undefined || !this.#isSuperseded(secret, record)) return;
      const metadata = dig(secret, 'metadata');
      candidates.push({
        name: textOf(dig(metadata, 'name')),
        uid: textOf(dig(metadata, 'uid')),
        resourceVersion: textOf(dig(metadata, 'resourceVersion')),
        record,
      });
    });
    return candidates;
  }

  #isSuperseded(secret: JsonObject, record: BindingRecord): boolean {
    const metadata = dig(secret, 'metadata');
    const name = textOf(dig(metadata, 'name'));
    const isMade =
      dig(metadata, 'labels', MANAGED_BY.label) === MANAGED_BY.value || isGeneratedName(name, record);
    const age = this.#options.timing.now() - Date.parse(textOf(dig(metadata, 'creationTimestamp')));
    return isMade && age >= MIN_AGE_MS && !this.#isUsed(name, record);
  }

  /** By the binding itself, as far as is known, or by whoever reads its status. */
  #isUsed(name: string, record: BindingRecord): boolean {
    const current = this.#options.inUse(record);
    if (current === undefined || current === name) return true;
    return [dig(record.status, 'secret'), dig(record.status, 'binding', 'name')].includes(name);
  }

  /** The kinds that bindings target there: what is bound may be of one that nobody else knows. */
  async #workloadKinds(namespace: string): Promise<readonly Listed[]> {
    const { bindings, mapper } = this.#options;
    const kinds = new Map<string, GroupVersionKind>();
    for (const { workload, namespace: place } of bindings())
      if (workload !== undefined && place === namespace)
        kinds.set(`${workload.group}/${workload.kind}`, workload);
    const builtIn = new Set(REFERRERS.map(({ group, plural }) => `${plural}.${group}`));
    const resources: Listed[] = [];
    for (const kind of kinds.values()) {
      const resource = await mapper.resolve(kind, { version: kind.version });
      if (resource?.namespaced === true && !builtIn.has(`${resource.plural}.${resource.group}`))
        resources.push(resource);
    }
    return resources;
  }

  async #referencesIn(
    namespace: string,
    resources: readonly Listed[],
    names: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const used = new Set<string>();
    for (const resource of resources) {
      if (used.size === names.size) break;
      await this.#list(resource, { namespace, signal }, (object) => {
        for (const name of secretReferences(object, names)) used.add(name);
      });
    }
    return used;
  }

  async #list(
    resource: Listed,
    {
      namespace,
      ...options
    }: { readonly namespace: string; readonly accept?: string; readonly signal: AbortSignal },
    take: (object: JsonObject) => void,
  ): Promise<void> {
    const { transport, timing } = this.#options;
    const slicer = new Slicer(timing);
    const pages = pagesOf(transport, pathOf(resource, namespace), {
      ...options,
      timeoutMs: LIMITS.pageTimeoutMs,
    });
    for await (const { items } of pages) {
      for (const item of items) {
        take(item);
        if (slicer.spent) await slicer.giveWay();
      }
    }
  }

  /** In the state that was looked at: whoever has changed it since may have a use for it. False if it is left. */
  async #remove(namespace: string, { name, uid, resourceVersion, record }: Candidate): Promise<boolean> {
    // What it is made from may be again as it was before.
    if (this.#isUsed(name, record)) return false;
    try {
      await this.#options.client.remove({ resource: SECRETS, namespace, name }, { uid, resourceVersion });
      return true;
    } catch (error) {
      if (!hasStatus(error, 404, 409)) throw error;
      return false;
    }
  }
}
