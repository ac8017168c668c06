/**
 * @module The workloads of the kinds that bindings target, each with the verdict on it. Filled by the reflectors of those
 * kinds, on every replica: so a new leader begins with a complete picture, and `/validate` can tell whom a binding finds.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import { groupKindKey, type GroupKind } from '../../lib/api/kinds.ts';
import type { ObjectIdentity } from '../../lib/api/sink.ts';
import type { Binding } from '../../lib/binding/binding.ts';
import { premisesOf, samePremises } from '../../lib/reconcile/verdict.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import { targets } from '../../lib/resolve/targets.ts';
import type { ApiResource } from '../kube/discovery.ts';
import { OwnWrites } from './version.ts';
import { judgeObject, type WorkloadKey, workloadKey, type WorkloadRecord } from './workload-record.ts';

/**
 * Whole objects that were just found wrong are kept for the moment until they are put right, which saves reading them once
 * more. As many as may be found wrong in one go when a controller begins; of ordinary size, for the sake of the memory.
 */
const KEPT_OBJECTS = 1_000;
const KEPT_BYTES = 32 * 1024;

export interface WorkloadsOptions {
  readonly lister: Lister;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

type Namespaces = Map<string, Map<string, WorkloadRecord>>;

export class Workloads {
  readonly #lister: Lister;
  readonly #kinds = new Map<string, Namespaces>();
  readonly #records = new Map<WorkloadKey, WorkloadRecord>();
  readonly #carriers = new Map<string, Set<WorkloadKey>>();
  readonly #kept = new Map<WorkloadKey, JsonObject>();
  readonly #own: OwnWrites;

  constructor({ lister, now }: WorkloadsOptions) {
    this.#lister = lister;
    this.#own = new OwnWrites(now);
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: WorkloadKey): WorkloadRecord | undefined {
    return this.#records.get(key);
  }

  find(identity: ObjectIdentity): WorkloadRecord | undefined {
    return this.#records.get(workloadKey(identity));
  }

  all(): Iterable<WorkloadRecord> {
    return this.#records.values();
  }

  /** Those that the binding targets. */
  targetsOf(binding: Binding): readonly WorkloadRecord[] {
    const found = this.#kinds.get(groupKindKey(binding.workload))?.get(binding.namespace);
    if (found === undefined) return [];
    const { target } = binding.workload;
    const candidates = 'name' in target ? [found.get(target.name)] : [...found.values()];
    return candidates.flatMap((record) => (record !== undefined && targets(binding, record) ? [record] : []));
  }

  /**
   * Those of a kind that carry the projection of a binding. Of its own kind only: a ReplicaSet has a copy of its
   * Deployment's annotations, and has to stay what a rollback expects.
   */
  carriersOf(uid: string, kind: GroupKind | undefined): readonly WorkloadRecord[] {
    return this.#carriersOf(uid).filter(
      (record) => record.kind === kind?.kind && record.group === kind.group,
    );
  }

  /** Those of any kind. */
  allCarriersOf(uid: string): readonly WorkloadRecord[] {
    return this.#carriersOf(uid);
  }

  /** Whether the verdict still holds; then whether the workload is right, otherwise undefined: it has to be read anew. */
  isRight(record: WorkloadRecord): boolean | undefined {
    const { verdict, resource, projected } = record;
    const premises = premisesOf(record, resource, projected, this.#lister);
    return samePremises(premises, verdict.premises) ? verdict.isRight : undefined;
  }

  /** From a watch. Undefined if it is older than what our own write brought back, or has no name. */
  observe(object: JsonObject, resource: ApiResource): WorkloadRecord | undefined {
    const judged = judgeObject(object, resource, this.#lister);
    if (judged === undefined) return undefined;
    const { record } = judged;
    if (this.#own.isStale(record.key, record.resourceVersion)) return undefined;
    this.#put(record);
    if (record.verdict.isRight || record.fixed !== undefined) this.#kept.delete(record.key);
    else this.#keep(record.key, object);
    return record;
  }

  /** What was read or written by ourselves. */
  learn(record: WorkloadRecord): void {
    this.#own.note(record.key, record.resourceVersion);
    this.#kept.delete(record.key);
    this.#put(record);
  }

  /** The whole object, if it happens to be at hand in the version of the record; only once. */
  takeKept(key: WorkloadKey): JsonObject | undefined {
    const object = this.#kept.get(key);
    this.#kept.delete(key);
    return object;
  }

  remove(identity: ObjectIdentity): WorkloadRecord | undefined {
    const key = workloadKey(identity);
    const record = this.#records.get(key);
    this.#own.forget(key);
    this.#kept.delete(key);
    if (record !== undefined) this.#drop(record);
    return record;
  }

  #keep(key: WorkloadKey, object: JsonObject): void {
    if (this.#kept.size >= KEPT_OBJECTS || JSON.stringify(object).length > KEPT_BYTES) this.#kept.delete(key);
    else this.#kept.set(key, object);
  }

  #carriersOf(uid: string): WorkloadRecord[] {
    const keys = this.#carriers.get(uid) ?? [];
    return [...keys].flatMap((key) => this.#records.get(key) ?? []);
  }

  #put(record: WorkloadRecord): void {
    const before = this.#records.get(record.key);
    if (before !== undefined) this.#drop(before);
    this.#records.set(record.key, record);
    const kind = groupKindKey(record);
    const namespaces: Namespaces = this.#kinds.get(kind) ?? new Map();
    const names = namespaces.get(record.namespace) ?? new Map<string, WorkloadRecord>();
    names.set(record.name, record);
    namespaces.set(record.namespace, names);
    this.#kinds.set(kind, namespaces);
    for (const uid of record.projected) {
      const carriers = this.#carriers.get(uid);
      if (carriers === undefined) this.#carriers.set(uid, new Set([record.key]));
      else carriers.add(record.key);
    }
  }

  #drop(record: WorkloadRecord): void {
    this.#records.delete(record.key);
    const namespaces = this.#kinds.get(groupKindKey(record));
    const names = namespaces?.get(record.namespace);
    names?.delete(record.name);
    if (names?.size === 0) namespaces?.delete(record.namespace);
    for (const uid of record.projected) {
      const carriers = this.#carriers.get(uid);
      carriers?.delete(record.key);
      if (carriers?.size === 0) this.#carriers.delete(uid);
    }
  }
}
