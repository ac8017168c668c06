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

/** The workloads that the binding is for: one by name, or all that a selector finds (SB-7). */
export interface WorkloadReference extends GroupVersionKind {
  readonly target: { readonly name: string } | { readonly selector: LabelSelector };
}

export interface Binding extends ObjectMeta {
  /** The API that it was written in. */
  readonly type: GroupVersionKind;
  readonly services: readonly ServiceReference[];
  readonly workload: WorkloadReference;
  /** Names of the containers to bind; undefined binds them all (SB-11..14). */
  readonly containers: ReadonlySet<string> | undefined;
  /** The directory below SERVICE_BINDING_ROOT (SB-38, SB-39). */
  readonly directory: string;
  /** Overrides of the `type` and `provider` entries (SB-44, SB-45). */
  readonly overrides: { readonly type?: string; readonly provider?: string };
  readonly env: readonly EnvMapping[];
  /** The Secret that the binding's own status names, if the status speaks of this generation (design: status). */
  readonly publishedSecret: string | undefined;
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
