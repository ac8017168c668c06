/**
 * @module What the controller knows of the ServiceBinding objects themselves, beside what the store makes of them: the
 * members that it writes (finalizers, status), and which of them an event concerns.
 */
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import {
  groupKindKey,
  groupVersion,
  type GroupKind,
  type GroupVersionKind,
  SERVICE_BINDING,
} from '../../lib/api/kinds.ts';
import type { Binding } from '../../lib/binding/binding.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import type { ObjectIdentity } from '../../lib/api/sink.ts';
import { isOlder } from '../kube/resource-version.ts';
import { KeyIndex } from './key-index.ts';
import { OwnWrites } from './own-writes.ts';

/** `namespace/name`; with the group before it for the APIs that are not `servicebinding.io`. */
export type BindingKey = string;

/** A service that a binding names, wherever it is. */
export type NamedService = GroupVersionKind & { readonly namespace: string; readonly name: string };

export interface BindingRecord {
  readonly key: BindingKey;
  readonly type: GroupVersionKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  readonly status: Json | undefined;
  /** As the object says, also where it is invalid otherwise; undefined if it does not say. */
  readonly workload: GroupVersionKind | undefined;
  readonly services: readonly NamedService[];
}

/** What was read of the object; undefined if it cannot be used. */
export type ModelOf = (identity: ObjectIdentity & { readonly uid: string }) => Binding | undefined;

function kindAt(object: JsonObject, member: string): GroupVersionKind | undefined {
  const reference = dig(object, 'spec', member);
  const [apiVersion, kind] = [textOf(dig(reference, 'apiVersion')), textOf(dig(reference, 'kind'))];
  return apiVersion === '' || kind === '' ? undefined : { ...groupVersion(apiVersion), kind };
}

function strings(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function bindingKey({
  group,
  namespace,
  name,
}: Pick<ObjectIdentity, 'group' | 'namespace' | 'name'>): BindingKey {
  const key = `${namespace}/${name}`;
  return group === SERVICE_BINDING.group ? key : `${group}/${key}`;
}

/** The key of a binding that was read. */
export const keyOfBinding = ({
  type,
  namespace,
  name,
}: Pick<Binding, 'type' | 'namespace' | 'name'>): BindingKey =>
  bindingKey({ group: type.group, namespace, name });

/** As the object says, where nothing more could be read of it. */
function specifiedServices(object: JsonObject, namespace: string): readonly NamedService[] {
  const service = kindAt(object, 'service');
  return service === undefined
    ? []
    : [{ ...service, namespace, name: textOf(dig(object, 'spec', 'service', 'name')) }];
}

/** A kind that is not known yet is none. */
const known = (kind: GroupVersionKind | undefined): GroupVersionKind | undefined =>
  kind?.kind === '' ? undefined : kind;

function recordOf(object: JsonObject, modelOf: ModelOf): BindingRecord {
  const metadata = dig(object, 'metadata');
  const [namespace, name] = [textOf(dig(metadata, 'namespace')), textOf(dig(metadata, 'name'))];
  const generation = dig(metadata, 'generation');
  const type = typeOf(object);
  const uid = textOf(dig(metadata, 'uid'));
  const model = modelOf({ ...type, namespace, name, uid });
  return {
    key: bindingKey({ ...type, namespace, name }),
    type,
    namespace,
    name,
    uid,
    resourceVersion: textOf(dig(metadata, 'resourceVersion')),
    generation: typeof generation === 'number' ? generation : 0,
    deleting: (dig(metadata, 'deletionTimestamp') ?? null) !== null,
    finalizers: strings(dig(metadata, 'finalizers')),
    status: dig(object, 'status'),
    workload: known(model?.workload ?? kindAt(object, 'workload')),
    services: model?.services ?? specifiedServices(object, namespace),
  };
}

const serviceKey = (identity: ObjectIdentity): string =>
  [identity.group, identity.kind, identity.namespace, identity.name].join('/');

const kindsOf = ({ workload, services }: BindingRecord): readonly string[] =>
  [workload, ...services].map((kind) => (kind === undefined ? '' : groupKindKey(kind)));

/** The kind behind a plural may be learned later than the object. */
function sameReferences(a: BindingRecord, b: BindingRecord): boolean {
  const [left, right] = [kindsOf(a), kindsOf(b)];
  return left.length === right.length && left.every((kind, index) => kind === right[index]);
}

export class Bindings {
  readonly #records = new Map<BindingKey, BindingRecord>();
  readonly #byUid = new Map<string, BindingRecord>();
  readonly #byService = new KeyIndex();
  readonly #byServiceKind = new KeyIndex();
  readonly #byWorkloadKind = new KeyIndex();
  readonly #byNamespace = new KeyIndex();
  readonly #workloadKinds = new Map<string, { readonly kind: GroupVersionKind; count: number }>();
  readonly #own: OwnWrites;
  readonly #modelOf: ModelOf;

  constructor(now: () => number, modelOf: ModelOf) {
    this.#modelOf = modelOf;
    this.#own = new OwnWrites(now);
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: BindingKey): BindingRecord | undefined {
    return this.#records.get(key);
  }

  byUid(uid: string): BindingRecord | undefined {
    return this.#byUid.get(uid);
  }

  all(): Iterable<BindingRecord> {
    return this.#records.values();
  }

  ofService(identity: ObjectIdentity): readonly BindingKey[] {
    return this.#byService.at(serviceKey(identity));
  }

  ofServiceKind(kind: GroupKind): readonly BindingKey[] {
    return this.#byServiceKind.at(groupKindKey(kind));
  }

  ofWorkloadKind(kind: GroupKind): readonly BindingKey[] {
    return this.#byWorkloadKind.at(groupKindKey(kind));
  }

  inNamespace(namespace: string): readonly BindingKey[] {
    return this.#byNamespace.at(namespace);
  }

  /** The kinds that bindings target, those that are being deleted included; one entry for each kind. */
  workloadKinds(): readonly GroupVersionKind[] {
    return [...this.#workloadKinds.values()].map(({ kind }) => kind);
  }

  /** From a watch. Undefined if it is older than what our own write brought back; an echo if it is just that. */
  observe(object: JsonObject): { readonly record: BindingRecord; readonly isEcho: boolean } | undefined {
    const record = recordOf(object, this.#modelOf);
    const before = this.#records.get(record.key);
    const isSame = before?.uid === record.uid && before.resourceVersion === record.resourceVersion;
    if (isSame && sameReferences(before, record)) return { record: before, isEcho: true };
    if (!isSame && this.#own.isStale(record.key, record.resourceVersion)) return undefined;
    this.#put(record);
    return { record, isEcho: false };
  }

  /** What came back from a write of our own. */
  written(object: Json): BindingRecord | undefined {
    if (!isObject(object)) return undefined;
    const record = recordOf(object, this.#modelOf);
    const known = this.#records.get(record.key);
    // A watch may have been quicker, and has told of what happened since. Removing the last finalizer of an object that is
    // being deleted deletes it: the watch has told so, or will.
    if (known === undefined || isOlder(record.resourceVersion, known.resourceVersion)) return record;
    this.#own.note(record.key, record.resourceVersion);
    this.#put(record);
    return record;
  }

  remove(key: BindingKey): BindingRecord | undefined {
    this.#own.forget(key);
    const record = this.#records.get(key);
    if (record !== undefined) this.#drop(record);
    return record;
  }

  #put(record: BindingRecord): void {
    const { key, namespace, workload, services } = record;
    // Before the old one is counted off: a kind that stays is never gone in between.
    if (workload !== undefined) this.#count(workload, 1);
    const before = this.#records.get(key);
    if (before !== undefined) this.#drop(before);
    this.#records.set(key, record);
    this.#byUid.set(record.uid, record);
    this.#byNamespace.add(namespace, key);
    if (workload !== undefined) this.#byWorkloadKind.add(groupKindKey(workload), key);
    for (const service of services) {
      this.#byService.add(serviceKey(service), key);
      this.#byServiceKind.add(groupKindKey(service), key);
    }
  }

  #drop(record: BindingRecord): void {
    const { key, namespace, workload, services, uid } = record;
    this.#records.delete(key);
    if (this.#byUid.get(uid) === record) this.#byUid.delete(uid);
    this.#byNamespace.delete(namespace, key);
    if (workload !== undefined) {
      this.#byWorkloadKind.delete(groupKindKey(workload), key);
      this.#count(workload, -1);
    }
    for (const service of services) {
      this.#byService.delete(serviceKey(service), key);
      this.#byServiceKind.delete(groupKindKey(service), key);
    }
  }

  #count(kind: GroupVersionKind, by: number): void {
    const key = groupKindKey(kind);
    const counted = this.#workloadKinds.get(key) ?? { kind, count: 0 };
    counted.count += by;
    if (counted.count > 0) this.#workloadKinds.set(key, counted);
    else this.#workloadKinds.delete(key);
  }
}
