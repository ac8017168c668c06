/**
 * @module Finds the kinds that carry orphaned projections though no binding targets them any more, as after the last
 * binding of a kind vanished unheld. They are reflected until they are clean, so that there is one way to clean up.
 *
 * Where to look: the built-in kinds, those that are mapped, and those that the webhook is still told of, which is the
 * cluster's own memory of what was bound.
 */
import { dig, type JsonObject, textOf } from '../../lib/api/json.ts';
import { groupKindKey, type GroupKind, type GroupVersionKind } from '../../lib/api/kinds.ts';
import { suspectedOrphans } from '../../lib/reconcile/orphans.ts';
import { isImmutableKind } from '../../lib/resolve/guard.ts';
import { mappingName } from '../../lib/resolve/lister.ts';
import { projectedUids } from '../../lib/resolve/intents.ts';
import { type ApiResource, pathOf, type RestMapper } from '../kube/discovery.ts';
import { describeError } from '../kube/errors.ts';
import { pagesOf } from '../kube/list.ts';
import type { Log } from '../kube/log.ts';
import { METADATA } from '../kube/object-form.ts';
import { LIMITS } from '../kube/reflector-options.ts';
import type { Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import type { Namespaces } from './namespaces.ts';
import { Periodic } from './periodic.ts';
import { isControlled } from './workload-record.ts';

/** A resource as rules and mappings name it. */
export type ResourceName = Pick<ApiResource, 'group' | 'plural'>;

/** From the name of a mapping object (WRM-4). */
export function resourceNameOf(mapping: string): ResourceName {
  const [plural = '', ...group] = mapping.split('.');
  return { plural, group: group.join('.') };
}

const BUILT_IN: readonly ResourceName[] = [
  ...['daemonsets', 'deployments', 'replicasets', 'statefulsets'].map((plural) => ({
    group: 'apps',
    plural,
  })),
  { group: 'batch', plural: 'cronjobs' },
  { group: '', plural: 'replicationcontrollers' },
];

const SWEEP_MS = 30 * 60_000;
/** Not in the hurry of a take-over. */
const FIRST_MS = 10_000;

export interface OrphanSweepOptions {
  readonly transport: Pick<Transport, 'read'>;
  readonly mapper: Pick<RestMapper, 'resolvePlural'>;
  /** The resources that are mapped, and those in the webhook's rules. */
  readonly remembered: () => readonly ResourceName[];
  /** The kinds whose workloads are looked at anyway. */
  readonly isReflected: (kind: GroupKind) => boolean;
  readonly isKnown: (uid: string, namespace: string) => boolean;
  readonly namespaces: Pick<Namespaces, 'standing'>;
  readonly onKinds: (kinds: readonly GroupVersionKind[]) => void;
  readonly log: Log;
  readonly timing: Timing;
}

export class OrphanSweep {
  readonly #options: OrphanSweepOptions;
  readonly #periodic: Periodic;
  /** Reflected for nothing but their orphans. */
  #dirty = new Map<string, GroupVersionKind>();

  constructor(options: OrphanSweepOptions) {
    this.#options = options;
    this.#periodic = new Periodic({
      work: async (signal) => await this.#sweep(signal),
      firstMs: FIRST_MS,
      everyMs: SWEEP_MS,
      timing: options.timing,
    });
  }

  start(): void {
    this.#periodic.start();
  }

  async stop(): Promise<void> {
    await this.#periodic.stop();
    this.#dirty = new Map();
    this.#options.onKinds([]);
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { remembered, log, onKinds } = this.#options;
    const names = new Map([...BUILT_IN, ...remembered()].map((name) => [mappingName(name), name]));
    const dirty = new Map<string, GroupVersionKind>();
    for (const name of names.values()) {
      try {
        const found = await this.#look(name, signal);
        if (found !== undefined) dirty.set(groupKindKey(found), found);
      } catch (error) {
        if (signal.aborted) return;
        log.debug({ ...name, problem: describeError(error) }, 'could not look for orphaned projections');
      }
    }
    this.#dirty = dirty;
    onKinds([...dirty.values()]);
  }

  /** The kind, if any of its objects carries a projection of an unknown binding. */
  async #look(name: ResourceName, signal: AbortSignal): Promise<ApiResource | undefined> {
    const { mapper, transport, isReflected } = this.#options;
    const resource = await mapper.resolvePlural(name);
    if (resource === undefined || !resource.namespaced || isImmutableKind(resource)) return undefined;
    // Its own kinds' orphans are found as they come in; one that was reflected for its orphans is asked anew.
    if (isReflected(resource) && !this.#dirty.has(groupKindKey(resource))) return undefined;
    const options = { signal, timeoutMs: LIMITS.pageTimeoutMs, accept: METADATA.list };
    for await (const { items } of pagesOf(transport, pathOf(resource), options)) {
      if (items.some((item) => this.#isSuspect(item))) return resource;
    }
    return undefined;
  }

  #isSuspect(object: JsonObject): boolean {
    const { namespaces, isKnown } = this.#options;
    const namespace = textOf(dig(object, 'metadata', 'namespace'));
    if (namespaces.standing(namespace) !== 'included') return false;
    const suspect = { projected: projectedUids(object), controlled: isControlled(object), fixed: false };
    return suspectedOrphans(suspect, (uid) => isKnown(uid, namespace)).length > 0;
  }
}
