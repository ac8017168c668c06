/**
 * @module The objects that decisions look up, indexed. Filled by a source (files, the API, the input of `inject`). It
 * does no I/O and holds no clock, so it is part of the core.
 */
import { dig, isObject, type JsonObject, textOf } from '../api/json.ts';
import {
  type GroupKind,
  groupKindKey,
  type GroupVersionKind,
  SERVICE_BINDING,
  WORKLOAD_RESOURCE_MAPPING,
} from '../api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../api/sink.ts';
import type { Binding, InvalidBinding, ServiceReference } from '../binding/binding.ts';
import { readBinding } from '../binding/servicebinding-io.ts';
import { describeErrors, type FieldError } from '../parse/field.ts';
import { identityOf, typeOf } from '../parse/meta.ts';
import { isTerminating } from '../resolve/guard.ts';
import { type Lister, mappingName, type MappingLookup, type ServiceState } from '../resolve/lister.ts';
import { readMapping } from '../resolve/mapping.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';
import { BindingIndex } from './binding-index.ts';

const sameKind = (a: GroupKind, b: GroupKind): boolean => a.kind === b.kind && a.group === b.group;
const objectKey = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}/${name}`;

/** What is kept of a service: whether it is there, and the Secret that it names. */
interface ServiceKind {
  synced: boolean;
  readonly secretNames: Map<string, string | undefined>;
}

export interface StoreOptions {
  /** True where what was read is all there is (files): the absence of any object then says that there is none. */
  readonly closedWorld: boolean;
  /** Asked for a kind whose objects are not completely known; undefined if there is nothing to be said. */
  readonly whyUnknown?: (kind: GroupKind) => 'forbidden' | 'pending' | undefined;
  /** Called when the set of kinds that bindings name as services has changed. */
  readonly onServiceKinds?: (kinds: readonly GroupVersionKind[]) => void;
  /** Called for an object of Cleat's own kinds that cannot be used; the errors name the fields, never their values. */
  readonly onInvalid?: (identity: ObjectIdentity, errors: readonly FieldError[]) => void;
}

export class Store implements Lister, ObjectSink {
  readonly #options: StoreOptions;
  readonly #bindings = new BindingIndex();
  readonly #mappings = new Map<string, NonNullable<MappingLookup>>();
  readonly #services = new Map<string, ServiceKind>();
  #announced = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  upsert(object: JsonObject): void {
    const identity = identityOf(object);
    if (identity === undefined) return;
    if (sameKind(identity, SERVICE_BINDING)) this.#upsertBinding(identity, object);
    else if (sameKind(identity, WORKLOAD_RESOURCE_MAPPING)) this.#upsertMapping(identity, object);
    else this.#upsertService(identity, object);
  }

  remove(identity: ObjectIdentity): void {
    if (sameKind(identity, SERVICE_BINDING)) {
      if (this.#bindings.remove(objectKey(identity))) this.#announceServiceKinds();
    } else if (sameKind(identity, WORKLOAD_RESOURCE_MAPPING)) this.#mappings.delete(identity.name);
    else this.#services.get(groupKindKey(identity))?.secretNames.delete(objectKey(identity));
  }

  /**
   * A ServiceBinding that is about to be stored is found by look-ups at once, in place of what the source says. The
   * source's own word ends that, unless it is an older one still under way; so does the function that is returned. One
   * that cannot be used changes nothing.
   */
  propose(object: JsonObject): () => void {
    const parsed = readBinding(object);
    if (!parsed.ok) return () => undefined;
    const binding = parsed.value;
    const key = objectKey(binding);
    this.#bindings.propose(key, binding);
    this.#announceServiceKinds();
    return () => {
      if (this.#bindings.withdraw(key, binding)) this.#announceServiceKinds();
    };
  }

  synced(kind: GroupKind, synced: boolean): void {
    this.#serviceKind(kind).synced = synced;
  }

  bindingsFor(workload: WorkloadIdentity): readonly Binding[] {
    return this.#bindings.candidates(workload);
  }

  bindingByUid(uid: string): Binding | undefined {
    return this.#bindings.byUid(uid);
  }

  invalidBinding(namespace: string, name: string): InvalidBinding | undefined {
    return this.#bindings.invalid(objectKey({ namespace, name }));
  }

  mapping(resource: { readonly group: string; readonly plural: string }): MappingLookup {
    return this.#mappings.get(mappingName(resource));
  }

  service(reference: ServiceReference): ServiceState {
    return this.#serviceState(reference, (key) => this.#bindings.get(key));
  }

  /**
   * The same without proposals, for whoever changes things: what is only proposed may be refused, and its projection would
   * be an orphan.
   */
  get stored(): Lister {
    const bindings = this.#bindings;
    return {
      bindingsFor: (workload) => bindings.storedCandidates(workload),
      bindingByUid: (uid) => bindings.storedByUid(uid),
      invalidBinding: (namespace, name) => bindings.storedInvalid(objectKey({ namespace, name })),
      mapping: (resource) => this.mapping(resource),
      service: (reference) => this.#serviceState(reference, (key) => bindings.storedAt(key)),
    };
  }

  #serviceState(reference: ServiceReference, bindingAt: (key: string) => Binding | undefined): ServiceState {
    // A ServiceBinding publishes its Secret as a Provisioned Service does, so it can be one (PS-1).
    const binding = sameKind(reference, SERVICE_BINDING) ? bindingAt(objectKey(reference)) : undefined;
    if (binding !== undefined) return { known: true, present: true, secretName: binding.publishedSecret };
    const kind = this.#services.get(groupKindKey(reference));
    const key = objectKey(reference);
    if (kind?.secretNames.has(key) === true) {
      return { known: true, present: true, secretName: kind.secretNames.get(key) };
    }
    const complete = this.#options.closedWorld || kind?.synced === true;
    if (complete) return { known: true, present: false };
    const why = this.#options.whyUnknown?.(reference);
    return why === undefined ? { known: false } : { known: false, why };
  }

  /** Whether the object itself is held. */
  has(reference: ServiceReference): boolean {
    return this.#services.get(groupKindKey(reference))?.secretNames.has(objectKey(reference)) === true;
  }

  /** How many objects of which kind are held, for the metrics. */
  counts(): readonly { readonly kind: string; readonly count: number }[] {
    return [
      { kind: SERVICE_BINDING.kind, count: this.#bindings.size },
      { kind: WORKLOAD_RESOURCE_MAPPING.kind, count: this.#mappings.size },
      ...[...this.#services].map(([key, { secretNames }]) => ({ kind: key, count: secretNames.size })),
    ];
  }

  #upsertBinding(identity: ObjectIdentity, object: JsonObject): void {
    const key = objectKey(identity);
    const version = resourceVersion(object);
    // Files keep the resourceVersion that they were exported with, whatever is edited in them.
    if (!this.#options.closedWorld && version !== undefined && this.#bindings.isCurrent(key, version)) return;
    const parsed = readBinding(object);
    if (parsed.ok) this.#bindings.put(key, parsed.value, version);
    else {
      const problem = describeErrors(parsed.errors);
      const type = typeOf(object);
      this.#bindings.putInvalid(
        key,
        { ...identity, type, uid: textOf(dig(object, 'metadata', 'uid')), problem },
        { version, generation: generationOf(object), deleting: isTerminating(object) },
      );
      this.#options.onInvalid?.(identity, parsed.errors);
    }
    this.#announceServiceKinds();
  }

  #upsertMapping(identity: ObjectIdentity, object: JsonObject): void {
    const spec = dig(object, 'spec') ?? {};
    const parsed = readMapping(isObject(spec) ? spec : {}, 'spec');
    if (parsed.ok) this.#mappings.set(identity.name, { mapping: parsed.value });
    else {
      const problem = describeErrors(parsed.errors);
      this.#mappings.set(identity.name, { problem });
      this.#options.onInvalid?.(identity, parsed.errors);
    }
  }

  #upsertService(identity: ObjectIdentity, object: JsonObject): void {
    const name = dig(object, 'status', 'binding', 'name');
    const secretName = typeof name === 'string' && name !== '' ? name : undefined;
    this.#serviceKind(identity).secretNames.set(objectKey(identity), secretName);
  }

  #serviceKind(kind: GroupKind): ServiceKind {
    const key = groupKindKey(kind);
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const fresh = { synced: false, secretNames: new Map<string, string | undefined>() };
    this.#services.set(key, fresh);
    return fresh;
  }

  #announceServiceKinds(): void {
    const revision = this.#bindings.serviceKindsRevision;
    if (revision === this.#announced) return;
    this.#announced = revision;
    this.#options.onServiceKinds?.(this.#bindings.serviceKinds());
  }
}

/** Undefined for what never was in an API server. */
function resourceVersion(object: JsonObject): string | undefined {
  const version = dig(object, 'metadata', 'resourceVersion');
  return typeof version === 'string' ? version : undefined;
}

/** 0 where the API server does not count generations. */
function generationOf(object: JsonObject): number {
  const generation = dig(object, 'metadata', 'generation');
  return typeof generation === 'number' ? generation : 0;
}
