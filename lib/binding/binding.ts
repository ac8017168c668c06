/**
 * @module The ONE internal model of a binding. Adapters make it from each API's objects; nothing behind them asks which
 * API it was.
 */
import type { GroupVersionKind } from '../api/kinds.ts';
import type { LabelSelector, ObjectMeta } from '../api/meta.ts';
import type { EnvMapping } from '../api/service-binding.ts';

/** One service that the binding takes its Secret from. */
export interface ServiceReference extends GroupVersionKind {
  readonly namespace: string;
  readonly name: string;
}

/** A service with what the binding says of it beside its place. */
export interface BoundService extends ServiceReference {
  /** The plural, where the binding names the resource itself; it wins over the kind. */
  readonly resource?: string;
  /** The variable that stands for the whole object in templates. */
  readonly id?: string;
  /** Put before the names of its items, with an underscore (application-stacks: `envVarPrefix`); wins over the binding's. */
  readonly prefix?: string;
  /** Wins over the binding's own (application-stacks: `mountPathPrefix`). */
  readonly mountPathPrefix?: string;
}

/** The workloads that the binding is for: one by name, all that a selector finds (SB-7), or none: a Secret is all it makes. */
export type WorkloadTarget =
  | { readonly name: string }
  | { readonly selector: LabelSelector }
  | { readonly nothing: true };

export interface WorkloadReference extends GroupVersionKind {
  /** The plural, where the binding names the resource itself. */
  readonly resource?: string;
  readonly target: WorkloadTarget;
}

/** Which containers to bind (SB-11..18). */
export interface ContainerFilter {
  readonly names: ReadonlySet<string>;
  /** Places in the mapping's first list of containers only: never init containers (SB-17, SB-18, ARM-10). */
  readonly indexes: ReadonlySet<number>;
}

/** Where an item of the Secret goes, where that is told item by item (application-stacks `bindAs`). */
export type BindAs = 'envVar' | 'volume';

/** An item made by a template (Go's text/template). */
export interface MappedItem {
  readonly name: string;
  readonly template: string;
  readonly bindAs?: BindAs;
}

/** How the Secret is made for the binding. */
export interface Derivation {
  /**
   * `always`: whatever the services say. `on demand`: where a service publishes no Secret and it, or its
   * CustomResourceDefinition, has `service.binding` annotations (the draft extension, SEC-*).
   */
  readonly when: 'always' | 'on demand';
  /** Whether objects that a service owns count as sources (`detectBindingResources`). */
  readonly ownedResources: boolean;
  /** Go html/template text that names each item; undefined leaves the names as they are. */
  readonly naming: string | undefined;
  readonly mappings: readonly MappedItem[];
  /** Entries that win over what the services give (v1alpha2: SB-44, SB-45). */
  readonly entries: { readonly type?: string; readonly provider?: string };
  /** `typed`: the Secret has to be of type `service.binding/{type}`, so it needs an entry `type` (APP-12). */
  readonly secretType: 'Opaque' | 'typed';
  /** application-stacks: where items go, one by one; the services' annotations come first, then this, then `mappings`. */
  readonly placement?: {
    /** The binding's own `bindAs`; undefined leaves it to the annotations. */
    readonly bindAs: BindAs | undefined;
    /** Put before the names of items, with an underscore. */
    readonly prefix: string | undefined;
    /** The first part of the directory: `platform` unless told (OLD-12). */
    readonly mountPathPrefix: string;
  };
  /** Whether the spellings of the application-stacks text are read too: `servicebinding.dev/*`, `servicebinding[:key]`. */
  readonly olderSpellings: boolean;
  /** Whether references out of the namespace are followed, after the requester was found to be allowed to. */
  readonly crossesNamespaces: boolean;
}

/** How the Secret is put into the Pod template. */
export type ProjectionStyle =
  /** A projected volume with a name of its own: servicebinding/runtime's format. */
  | 'projected'
  /** A plain Secret volume named as the binding: the Service Binding Operator's. */
  | 'secret-volume'
  /** `envFrom`. */
  | 'env-from'
  /** Item by item, with `SERVICE_BINDINGS` (OLD-10..12). */
  | 'itemised';

/** One entry of `SERVICE_BINDINGS` (OLD-11). */
export interface BindingKey {
  readonly name: string;
  readonly bindAs: BindAs;
  /** The directory of its file: `/platform/bindings/secret/`; undefined for a variable. */
  readonly mountPath?: string;
}

/** What the binding's own status says is projected. */
export interface PublishedSecret {
  readonly name: string;
  /** Where items go one by one; sorted by name. */
  readonly keys?: readonly BindingKey[];
}

export interface Binding extends ObjectMeta {
  /** The API that it was written in. */
  readonly type: GroupVersionKind;
  readonly services: readonly BoundService[];
  readonly workload: WorkloadReference;
  /** Undefined binds them all (SB-13). */
  readonly containers: ContainerFilter | undefined;
  /** The directory below SERVICE_BINDING_ROOT (SB-38, SB-39). */
  readonly directory: string;
  /** Overrides of the `type` and `provider` entries that are projected beside the Secret (SB-44, SB-45). */
  readonly overrides: { readonly type?: string; readonly provider?: string };
  readonly env: readonly EnvMapping[];
  readonly style: ProjectionStyle;
  /** Which kind of object maps workloads for it. */
  readonly mappedBy: 'ClusterWorkloadResourceMapping' | 'ClusterApplicationResourceMapping';
  /** A kind without a mapping has to be PodSpec-able (ARM-7); the later specifications take it to be. */
  readonly needsPodSpec: boolean;
  /** Places of the workload that are the binding's own doing. */
  readonly paths: {
    /** `spec.spec.containers`: bound beside those of the mapping. */
    readonly containers?: string;
    /** `spec.spec.secret`: receives the name of the Secret. */
    readonly secret?: string;
  };
  readonly derivation: Derivation;
  /** The conditions of the specification, or those of the Service Binding Operator. */
  readonly reporting: 'specification' | 'operator';
  /** The Secret that the binding's own status names, if the status speaks of this generation (design: status). */
  readonly publishedSecret: PublishedSecret | undefined;
  /**
   * Where the Service Binding Operator held the binding: it may have projected it in a style of its own, which is replaced
   * when the Pod template changes anyway, or at once if the user wants it so.
   */
  readonly succession: { readonly replacesNow: boolean } | undefined;
  /** The Secret that its status names, of whatever generation: by it earlier projections are told where nothing else tells. */
  readonly formerSecret: string | undefined;
}

/** A binding whose object cannot be used, with the reason. It targets nothing and takes nothing away. */
export interface InvalidBinding extends Pick<ObjectMeta, 'name' | 'namespace' | 'uid'> {
  readonly type: GroupVersionKind;
  /** One sentence: which fields, and what about them. */
  readonly problem: string;
}

type Ranked = Pick<ObjectMeta, 'creationTimestamp' | 'name' | 'uid'>;

const ascending = (a: string, b: string): number => Number(a > b) - Number(a < b);

/**
 * The order in which bindings are applied, and in which they keep what two of them want: the older first, then by name
 * (the uid settles bindings of different APIs that share a name). Independent of the order in which they were found.
 */
export function byPrecedence(a: Ranked, b: Ranked): number {
  return (
    ascending(a.creationTimestamp, b.creationTimestamp) ||
    ascending(a.name, b.name) ||
    ascending(a.uid, b.uid)
  );
}

/** How messages name a binding. */
export function describeBinding({
  type,
  namespace,
  name,
}: Pick<Binding, 'type' | 'namespace' | 'name'>): string {
  return `${type.kind} ${namespace}/${name}`;
}
