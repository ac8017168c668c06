/**
 * @module The workloads of the kinds that bindings target, each with the verdict on it. Filled by the reflectors of those
 * kinds, on every replica: so a new leader begins with a complete picture, and `/validate` can tell whom a binding finds.
 */
import { dig, type JsonObject, textOf } from '../../lib/api/json.ts';
import { groupKindKey, type GroupKind } from '../../lib/api/kinds.ts';
import type { ObjectIdentity } from '../../lib/api/sink.ts';
import type { Binding } from '../../lib/binding/binding.ts';
import { identityOf, resourceVersionOf } from '../../lib/parse/meta.ts';
import { premisesOf, samePremises } from '../../lib/reconcile/verdict.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import type { ApiResource } from '../kube/discovery.ts';
import { isOlder } from '../kube/resource-version.ts';
import { KeptObjects } from './kept-objects.ts';
import { KeyIndex } from './key-index.ts';
import { NamespaceWorkloads } from './namespace-workloads.ts';
import { OwnWrites } from './own-writes.ts';
import { judgeObject, type WorkloadKey, workloadKey, type WorkloadRecord } from './workload-record.ts';

export interface WorkloadsOptions {
  readonly lister: Lister;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** A write or a read of our own has told something new, of which no event of a watch will tell again. */
  readonly onLearned?: (before: WorkloadRecord, after: WorkloadRecord) => void;
}

type Namespaces = Map<string, NamespaceWorkloads>;

export class Workloads {
  readonly #lister: Lister;
  readonly #kinds = new Map<string, Namespaces>();
  readonly #records = new Map<WorkloadKey, WorkloadRecord>();
  readonly #carriers = new KeyIndex();
  readonly #kept = new KeptObjects();
  readonly #own: OwnWrites;
  readonly #onLearned: WorkloadsOptions['onLearned'];

  constructor({ lister, now, onLearned }: WorkloadsOptions) {
    this.#lister = lister;
    this.#onLearned = onLearned;
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

  inNamespace(namespace: string): readonly WorkloadRecord[] {
    return [...this.#kinds.values()].flatMap((namespaces) => namespaces.get(namespace)?.all() ?? []);
  }

  /** Those that the binding targets. */
  targetsOf(binding: Binding): readonly WorkloadRecord[] {
    const found = this.#kinds.get(groupKindKey(binding.workload))?.get(binding.namespace);
    return found?.targetsOf(binding) ?? [];
  }

  /**
   * Those of a kind that carry the projection of a binding. Of its own kind only: a ReplicaSet has a copy of its
   * Deployment's annotations, and has to stay what a rollback expects.
   */
  carriersOf(
    { uid, namespace }: { readonly uid: string; readonly namespace: string },
    kind: GroupKind | undefined,
  ): readonly WorkloadRecord[] {
    return this.allCarriersOf(uid).filter(
      (record) => record.namespace === namespace && record.kind === kind?.kind && record.group === kind.group,
    );
  }

  /** Those of any kind and namespace: what a workload says it carries may be copied, or made up. */
  allCarriersOf(uid: string): readonly WorkloadRecord[] {
    return this.#carriers.at(uid).flatMap((key) => this.#records.get(key) ?? []);
  }

  /** Whether the verdict still holds; then whether the workload is right, otherwise undefined: it has to be read anew. */
  isRight(record: WorkloadRecord): boolean | undefined {
    const { verdict, resource, projected } = record;
    const premises = premisesOf(record, resource, projected, this.#lister);
    return samePremises(premises, verdict.premises) ? verdict.isRight : undefined;
  }

  /** From a watch. Undefined if it is older than what our own write brought back, or has no name. */
  observe(object: JsonObject, resource: ApiResource): WorkloadRecord | undefined {
    const found = identityOf(object);
    if (found === undefined) return undefined;
    const { group, kind } = resource;
    const key = workloadKey({ ...found, group, kind });
    if (this.#own.isStale(key, resourceVersionOf(object))) return undefined;
    const record = this.#echoed(key, object, resource) ?? judgeObject(object, resource, this.#lister)?.record;
    if (record === undefined) return undefined;
    if (record !== this.#records.get(key)) this.#put(record);
    if (record.verdict.isRight || record.fixed !== undefined) this.#kept.drop(key);
    else this.#kept.keep(key, object);
    return record;
  }

  /** What was read or written by ourselves, unless a watch was quicker and has told of what happened since. */
  learn(record: WorkloadRecord): void {
    const known = this.#records.get(record.key);
    if (known === undefined || isOlder(record.resourceVersion, known.resourceVersion)) return;
    this.#own.note(record.key, record.resourceVersion);
    this.#kept.drop(record.key);
    this.#put(record);
    this.#onLearned?.(known, record);
  }

  /** The whole object, if it happens to be at hand in the version of the record; only once. */
  takeKept(key: WorkloadKey): JsonObject | undefined {
    return this.#kept.take(key);
  }

  remove(identity: ObjectIdentity): WorkloadRecord | undefined {
    const key = workloadKey(identity);
    const record = this.#records.get(key);
    this.#own.forget(key);
    this.#kept.drop(key);
    if (record !== undefined) this.#drop(record);
    return record;
  }

  /** What is known already, where the watch only repeats it (most events follow a write of our own): judging costs most. */
  #echoed(key: WorkloadKey, object: JsonObject, resource: ApiResource): WorkloadRecord | undefined {
    const record = this.#records.get(key);
    if (record === undefined || record.resource !== resource || record.resourceVersion === '')
      return undefined;
    const { uid, resourceVersion } = record;
    const isSame =
      resourceVersionOf(object) === resourceVersion && textOf(dig(object, 'metadata', 'uid')) === uid;
    return isSame && this.isRight(record) !== undefined ? record : undefined;
  }

  #put(record: WorkloadRecord): void {
    const before = this.#records.get(record.key);
    if (before !== undefined) this.#drop(before);
    this.#records.set(record.key, record);
    const kind = groupKindKey(record);
    const namespaces: Namespaces = this.#kinds.get(kind) ?? new Map();
    const found = namespaces.get(record.namespace) ?? new NamespaceWorkloads();
    found.add(record);
    namespaces.set(record.namespace, found);
    this.#kinds.set(kind, namespaces);
    for (const uid of record.projected) this.#carriers.add(uid, record.key);
  }

  #drop(record: WorkloadRecord): void {
    this.#records.delete(record.key);
    const namespaces = this.#kinds.get(groupKindKey(record));
    const found = namespaces?.get(record.namespace);
    found?.delete(record);
    if (found?.size === 0) namespaces?.delete(record.namespace);
    for (const uid of record.projected) this.#carriers.delete(uid, record.key);
  }
}
