/**
 * @module From events to the keys that have to be looked at again. Takes in what the store was told just before.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import {
  APPLICATION_RESOURCE_MAPPING,
  type GroupKind,
  groupKindKey,
  WORKLOAD_RESOURCE_MAPPING,
} from '../../lib/api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../../lib/api/sink.ts';
import { isBindingKind } from '../../lib/binding/read.ts';
import { identityOf } from '../../lib/parse/meta.ts';
import { type Lister, mappingName } from '../../lib/resolve/lister.ts';
import { targets } from '../../lib/resolve/targets.ts';
import type { ApiResource } from '../kube/discovery.ts';
import { type BindingKey, bindingKey, type BindingRecord, type Bindings, keyOfBinding } from './bindings.ts';
import type { Actor } from './knowledge.ts';
import type { Namespaces } from './namespaces.ts';
import type { WorkloadRecord } from './workload-record.ts';
import { changedFailures, sameStanding, sameTarget } from './workload-standing.ts';
import type { Workloads } from './workloads.ts';
import type { WorkloadEvents } from './workload-source.ts';

export interface RouterOptions extends Omit<Actor, 'onDefinitions'> {
  readonly bindings: Bindings;
  readonly workloads: Workloads;
  readonly namespaces: Namespaces;
  readonly lister: Lister;
  /** Where the workload kinds are served. */
  readonly resources: () => readonly ApiResource[];
  /** The kinds that bindings target may have changed. */
  readonly onTargets: () => void;
}

/** Mapping objects of either API are named alike. */
const MAPPINGS: ReadonlySet<string> = new Set(
  [WORKLOAD_RESOURCE_MAPPING, APPLICATION_RESOURCE_MAPPING].map(groupKindKey),
);
const isMapping = (kind: GroupKind): boolean => MAPPINGS.has(groupKindKey(kind));

/** Whether the user still wants the same of it. */
const isSameWish = (a: BindingRecord, b: BindingRecord): boolean =>
  a.uid === b.uid && a.generation === b.generation && a.deleting === b.deleting;

export class Router implements ObjectSink, WorkloadEvents {
  readonly #options: RouterOptions;
  readonly #mappings = new Set<string>();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** The names of the mapping objects. */
  get mappings(): ReadonlySet<string> {
    return this.#mappings;
  }

  upsert(object: JsonObject): void {
    const identity = identityOf(object);
    if (identity === undefined) return;
    if (isBindingKind(identity)) this.#onBinding(object);
    else if (isMapping(identity)) {
      this.#mappings.add(identity.name);
      this.#onMapping(identity.name);
    }
    // A ServiceBinding can be a service too (PS-1).
    this.#enqueueAll(this.#options.bindings.ofService(identity));
  }

  remove(identity: ObjectIdentity): void {
    if (isBindingKind(identity)) this.#onBindingGone(bindingKey(identity));
    else if (isMapping(identity)) {
      this.#mappings.delete(identity.name);
      this.#onMapping(identity.name);
    }
    this.#enqueueAll(this.#options.bindings.ofService(identity));
  }

  synced(kind: GroupKind, synced: boolean): void {
    if (synced) this.#enqueueAll(this.#options.bindings.ofServiceKind(kind));
  }

  onWorkload(object: JsonObject, resource: ApiResource): void {
    const { workloads } = this.#options;
    const identity = identityOf(object);
    const before = identity && workloads.find(identity);
    const record = workloads.observe(object, resource);
    if (record === undefined || (before !== undefined && sameStanding(before, record))) return;
    if (before !== undefined) this.#concern(before);
    this.#concern(record);
    this.#options.suspect(record.key);
  }

  /**
   * The bindings that a workload was settled for look at what came of it themselves. It may also have ended what another
   * one failed for, and what was read may be news, whose event will be no news any more.
   */
  onLearned(before: WorkloadRecord, after: WorkloadRecord): void {
    if (!sameTarget(before, after)) {
      this.#concern(before);
      this.#concern(after);
      this.#options.suspect(after.key);
    }
    for (const uid of changedFailures(before.verdict, after.verdict)) this.#enqueueUid(uid, after.namespace);
  }

  onWorkloadGone(identity: ObjectIdentity): void {
    const record = this.#options.workloads.remove(identity);
    if (record !== undefined) this.#concern(record);
  }

  onKindSynced(kind: GroupKind): void {
    this.#enqueueAll(this.#options.bindings.ofWorkloadKind(kind));
    this.#options.onKinds();
  }

  onNamespace(object: JsonObject): void {
    const { namespaces, bindings, workloads, suspect } = this.#options;
    const name = identityOf(object)?.name ?? '';
    if (!namespaces.observe(object)) return;
    this.#enqueueAll(bindings.inNamespace(name));
    // What nobody took away while it was excluded.
    for (const record of workloads.inNamespace(name)) suspect(record.key);
  }

  onNamespaceGone(name: string): void {
    this.#options.namespaces.remove(name);
  }

  onKinds(): void {
    this.#options.onKinds();
  }

  #onBinding(object: JsonObject): void {
    const { bindings, enqueue, renew, onTargets } = this.#options;
    const identity = identityOf(object);
    const before = identity && bindings.get(bindingKey(identity));
    const seen = bindings.observe(object);
    if (seen === undefined || seen.isEcho) return;
    onTargets();
    if (before !== undefined && isSameWish(before, seen.record)) enqueue(seen.record.key);
    else renew(seen.record.key);
  }

  #onBindingGone(key: BindingKey): void {
    const { bindings, workloads, enqueue, suspect, onTargets } = this.#options;
    const record = bindings.remove(key);
    if (record === undefined) return;
    onTargets();
    // What is remembered of it is forgotten.
    enqueue(key);
    // One that was never held, or whose finalizer somebody else took away, leaves its projections behind.
    for (const carrier of workloads.allCarriersOf(record.uid)) suspect(carrier.key);
  }

  #onMapping(name: string): void {
    const { bindings, resources } = this.#options;
    for (const resource of resources())
      if (mappingName(resource) === name) this.#enqueueAll(bindings.ofWorkloadKind(resource));
  }

  /** All bindings that target a workload, or whose projections it carries. */
  #concern(record: WorkloadRecord): void {
    const { lister, enqueue } = this.#options;
    for (const binding of lister.bindingsFor(record))
      if (targets(binding, record)) enqueue(keyOfBinding(binding));
    for (const uid of record.projected) this.#enqueueUid(uid, record.namespace);
  }

  #enqueueUid(uid: string, namespace: string): void {
    const binding = this.#options.bindings.byUid(uid);
    if (binding?.namespace === namespace) this.#options.enqueue(binding.key);
  }

  #enqueueAll(keys: readonly BindingKey[]): void {
    for (const key of keys) this.#options.enqueue(key);
  }
}
