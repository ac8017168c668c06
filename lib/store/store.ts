/**
 * @module The objects that decisions look up, indexed. Filled by a source (files, the API, the input of `inject`). It
 * does no I/O and holds no clock, so it is part of the core.
 */
import { dig, isObject, type JsonObject, textOf } from '../api/json.ts';
import {
  APPLICATION_RESOURCE_MAPPING,
  CUSTOM_RESOURCE_DEFINITION,
  type GroupKind,
  groupKindKey,
  type GroupVersionKind,
  WORKLOAD_RESOURCE_MAPPING,
} from '../api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../api/sink.ts';
import type { Binding, InvalidBinding, ServiceReference } from '../binding/binding.ts';
import { completeKinds, type KindOf, lacksKinds } from '../binding/complete-kinds.ts';
import { isBindingKind, readBinding } from '../binding/read.ts';
import { hasBindingAnnotations, isAnnotatedKind, isRegistered } from '../generate/annotated.ts';
import { definedKind } from '../generate/definition.ts';
import { describeErrors, type FieldError } from '../parse/field.ts';
import { identityOf, typeOf } from '../parse/meta.ts';
import { isTerminating } from '../resolve/guard.ts';
import { type Lister, mappingName, type MappingLookup, type ServiceState } from '../resolve/lister.ts';
import { readApplicationMapping } from '../resolve/application-mapping.ts';
import { readMapping } from '../resolve/mapping.ts';
import type { SecretResolution } from '../resolve/secret.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';
import { BindingIndex } from './binding-index.ts';
import { generationOf, resourceVersion } from './stored-object.ts';

const sameKind = (a: GroupKind, b: GroupKind): boolean => a.kind === b.kind && a.group === b.group;
const objectKey = ({ namespace, name }: Pick<ObjectIdentity, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

/** Bindings of different APIs may share a name. */
const bindingKey = ({
  group,
  namespace,
  name,
}: Pick<ObjectIdentity, 'group' | 'namespace' | 'name'>): string => `${group}/${namespace}/${name}`;

/** What is kept of a service: the Secret that it names, and whether its annotations tell how to make one. */
type Service = Pick<Extract<ServiceState, { readonly present: true }>, 'secretName' | 'annotated'>;

/** One for all that say nothing. */
const SILENT: Service = { secretName: undefined, annotated: false };

interface ServiceKind {
  synced: boolean;
  readonly services: Map<string, Service>;
}

export interface StoreOptions {
  /** True where what was read is all there is (files): the absence of any object then says that there is none. */
  readonly closedWorld: boolean;
  /** Asked for a kind whose objects are not completely known; undefined if there is nothing to be said. */
  readonly whyUnknown?: (kind: GroupKind) => 'forbidden' | 'pending' | undefined;
  /** Called when the set of kinds that bindings name as services has changed. */
  readonly onServiceKinds?: (kinds: readonly GroupVersionKind[]) => void;
  /** What came of making a binding's Secret, where that is done here. */
  readonly derived?: (binding: Binding) => SecretResolution | undefined;
  /** The kind of a plural, for references that name the resource. */
  readonly kindOf?: KindOf;
  /** Called for an object of Cleat's own kinds that cannot be used; the errors name the fields, never their values. */
  readonly onInvalid?: (identity: ObjectIdentity, errors: readonly FieldError[]) => void;
}

export class Store implements Lister, ObjectSink {
  readonly #options: StoreOptions;
  readonly #bindings = new BindingIndex();
  readonly #mappings: Record<Binding['mappedBy'], Map<string, NonNullable<MappingLookup>>> = {
    ClusterWorkloadResourceMapping: new Map(),
    ClusterApplicationResourceMapping: new Map(),
  };
  /** The kinds whose CustomResourceDefinition tells whether Secrets are made of annotations, by its name: they are few. */
  readonly #definitions = new Map<string, { readonly key: string; readonly annotated: boolean }>();
  readonly #services = new Map<string, ServiceKind>();
  /** Bindings that name resources of unknown kinds, by their key. */
  readonly #unresolved = new Map<string, JsonObject>();
  #announced = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  upsert(object: JsonObject): void {
    const identity = identityOf(object);
    if (identity === undefined) return;
    if (isBindingKind(identity)) this.#upsertBinding(identity, object);
    else if (sameKind(identity, WORKLOAD_RESOURCE_MAPPING))
      this.#upsertMapping('ClusterWorkloadResourceMapping', identity, object);
    else if (sameKind(identity, APPLICATION_RESOURCE_MAPPING))
      this.#upsertMapping('ClusterApplicationResourceMapping', identity, object);
    else if (sameKind(identity, CUSTOM_RESOURCE_DEFINITION)) this.#upsertDefinition(identity, object);
    else this.#upsertService(identity, object);
  }

  remove(identity: ObjectIdentity): void {
    if (isBindingKind(identity)) {
      this.#unresolved.delete(bindingKey(identity));
      if (this.#bindings.remove(bindingKey(identity))) this.#announceServiceKinds();
    } else if (sameKind(identity, WORKLOAD_RESOURCE_MAPPING))
      this.#mappings.ClusterWorkloadResourceMapping.delete(identity.name);
    else if (sameKind(identity, APPLICATION_RESOURCE_MAPPING))
      this.#mappings.ClusterApplicationResourceMapping.delete(identity.name);
    else if (sameKind(identity, CUSTOM_RESOURCE_DEFINITION)) this.#definitions.delete(identity.name);
    else this.#services.get(groupKindKey(identity))?.services.delete(objectKey(identity));
  }

  /**
   * A ServiceBinding that is about to be stored is found by look-ups at once, in place of what the source says. The
   * source's own word ends that, unless it is an older one still under way; so does the function that is returned. One
   * that cannot be used changes nothing.
   */
  propose(object: JsonObject): () => void {
    const parsed = readBinding(object);
    if (!parsed.ok) return () => undefined;
    const binding = completeKinds(parsed.value, this.#options.kindOf);
    const key = bindingKey({ ...binding, group: binding.type.group });
    this.#bindings.propose(key, binding);
    this.#announceServiceKinds();
    return () => {
      if (this.#bindings.withdraw(key, binding)) this.#announceServiceKinds();
    };
  }

  /** The objects of bindings that name resources of unknown kinds: to be told again once one is known. */
  unresolved(): readonly JsonObject[] {
    return [...this.#unresolved.values()];
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

  invalidBinding({ group }: GroupKind, namespace: string, name: string): InvalidBinding | undefined {
    return this.#bindings.invalid(bindingKey({ group, namespace, name }));
  }

  mapping(
    resource: { readonly group: string; readonly plural: string },
    by: Binding['mappedBy'],
  ): MappingLookup {
    return this.#mappings[by].get(mappingName(resource));
  }

  derived(binding: Binding): SecretResolution | undefined {
    return this.#options.derived?.(binding);
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
      invalidBinding: ({ group }, namespace, name) =>
        bindings.storedInvalid(bindingKey({ group, namespace, name })),
      mapping: (resource, by) => this.mapping(resource, by),
      derived: (binding) => this.derived(binding),
      service: (reference) => this.#serviceState(reference, (key) => bindings.storedAt(key)),
    };
  }

  #serviceState(reference: ServiceReference, bindingAt: (key: string) => Binding | undefined): ServiceState {
    // A ServiceBinding publishes its Secret as a Provisioned Service does, so it can be one (PS-1).
    const binding = isBindingKind(reference) ? bindingAt(bindingKey(reference)) : undefined;
    if (binding !== undefined)
      return { ...SILENT, known: true, present: true, secretName: binding.publishedSecret?.name };
    const kind = this.#services.get(groupKindKey(reference));
    const service = kind?.services.get(objectKey(reference));
    if (service !== undefined) {
      const annotated = service.annotated || this.#isAnnotatedKind(reference);
      return { known: true, present: true, secretName: service.secretName, annotated };
    }
    const isComplete = this.#options.closedWorld || kind?.synced === true;
    return isComplete ? { known: true, present: false } : this.#unknown(reference);
  }

  #unknown(reference: ServiceReference): ServiceState {
    const why = this.#options.whyUnknown?.(reference);
    return { known: false, ...(why && { why }) };
  }

  /** Whether the object itself is held. */
  has(reference: ServiceReference): boolean {
    return this.#services.get(groupKindKey(reference))?.services.has(objectKey(reference)) === true;
  }

  /** How many objects of which kind are held, for the metrics. */
  counts(): readonly { readonly kind: string; readonly count: number }[] {
    return [
      { kind: 'ServiceBinding', count: this.#bindings.size },
      ...this.#mappingCounts(),
      ...[...this.#services].map(([key, { services }]) => ({ kind: key, count: services.size })),
    ];
  }

  /** The draft's mappings only where somebody has some. */
  #mappingCounts(): readonly { readonly kind: string; readonly count: number }[] {
    const counts = Object.entries(this.#mappings).map(([kind, { size }]) => ({ kind, count: size }));
    return counts.filter(({ kind, count }) => count > 0 || kind === WORKLOAD_RESOURCE_MAPPING.kind);
  }

  #upsertBinding(identity: ObjectIdentity, object: JsonObject): void {
    const key = bindingKey(identity);
    const version = resourceVersion(object);
    // Files keep the resourceVersion that they were exported with, whatever is edited in them.
    const isKnown =
      !this.#options.closedWorld && version !== undefined && this.#bindings.isCurrent(key, version);
    if (isKnown && !this.#unresolved.has(key)) return;
    const parsed = readBinding(object);
    this.#unresolved.delete(key);
    if (parsed.ok) {
      const binding = completeKinds(parsed.value, this.#options.kindOf);
      if (lacksKinds(binding)) this.#unresolved.set(key, object);
      this.#bindings.put(key, binding, version);
    } else {
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

  #upsertMapping(by: Binding['mappedBy'], identity: ObjectIdentity, object: JsonObject): void {
    const spec = dig(object, 'spec') ?? {};
    const read = by === 'ClusterWorkloadResourceMapping' ? readMapping : readApplicationMapping;
    const parsed = read(isObject(spec) ? spec : {}, 'spec');
    const mappings = this.#mappings[by];
    if (parsed.ok) mappings.set(identity.name, { mapping: parsed.value });
    else {
      const problem = describeErrors(parsed.errors);
      mappings.set(identity.name, { problem });
      this.#options.onInvalid?.(identity, parsed.errors);
    }
  }

  #upsertService(identity: ObjectIdentity, object: JsonObject): void {
    const name = dig(object, 'status', 'binding', 'name');
    const secretName = typeof name === 'string' && name !== '' ? name : undefined;
    const annotated = hasBindingAnnotations(object);
    const service = secretName === undefined && !annotated ? SILENT : { secretName, annotated };
    this.#serviceKind(identity).services.set(objectKey(identity), service);
  }

  #upsertDefinition(identity: ObjectIdentity, object: JsonObject): void {
    // It may be a service itself, as any object.
    this.#upsertService(identity, object);
    const annotated = isAnnotatedKind(object);
    if (annotated === undefined) this.#definitions.delete(identity.name);
    else this.#definitions.set(identity.name, { key: groupKindKey(definedKind(object)), annotated });
  }

  /** SEC-10: what the CustomResourceDefinition says holds for all objects of the kind. */
  #isAnnotatedKind(reference: ServiceReference): boolean {
    const key = groupKindKey(reference);
    const defined = [...this.#definitions.values()].filter((kind) => kind.key === key);
    return defined.length === 0 ? isRegistered(reference) : defined.some(({ annotated }) => annotated);
  }

  #serviceKind(kind: GroupKind): ServiceKind {
    const key = groupKindKey(kind);
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const fresh = { synced: false, services: new Map<string, Service>() };
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
