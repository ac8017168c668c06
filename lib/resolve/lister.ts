/**
 * @module What the decisions may look up: the caches, as plain data. No call leaves the process.
 */
import type { GroupKind } from '../api/kinds.ts';
import type { Binding, InvalidBinding, ServiceReference } from '../binding/binding.ts';
import type { Mapping } from './mapping.ts';
import type { SecretResolution } from './secret.ts';
import type { WorkloadIdentity } from './targets.ts';

/** What is known of a service. */
export type ServiceState =
  /** Its kind is not synced (not watched, unknown, forbidden, still being listed): nothing can be said. */
  | { readonly known: false; readonly why?: 'forbidden' | 'pending' }
  /** There is no such object. */
  | { readonly known: true; readonly present: false }
  /** The object is there; `secretName` is its `.status.binding.name`, if it has one (PS-1). */
  | {
      readonly known: true;
      readonly present: true;
      readonly secretName: string | undefined;
      /** Whether it, or its CustomResourceDefinition, has annotations that tell how to make a Secret (SEC-10). */
      readonly annotated: boolean;
    };

export interface Lister {
  /**
   * Bindings that may target the workload: at least all that do. The cost does not grow with the number of bindings
   * that do not.
   */
  bindingsFor(workload: WorkloadIdentity): readonly Binding[];
  /** The binding that made a projection, whatever it targets now; undefined if it is not known. */
  bindingByUid(uid: string): Binding | undefined;
  /** The mapping object for a resource: one that can be used, one that cannot with its problem, or none. */
  mapping(
    resource: { readonly group: string; readonly plural: string },
    by: Binding['mappedBy'],
  ): MappingLookup;
  service(reference: ServiceReference): ServiceState;
  /** What came of making the binding's Secret, where it is made here; undefined where others make it. */
  derived(binding: Binding): SecretResolution | undefined;
  /** The binding objects that cannot be used. */
  invalidBinding(type: GroupKind, namespace: string, name: string): InvalidBinding | undefined;
}

export type MappingLookup = { readonly mapping: Mapping } | { readonly problem: string } | undefined;

/** The name of the mapping object for a resource (WRM-4); for the core group the plural alone. */
export function mappingName({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** A kind in a namespace, as an index key. */
export const namespacedKind = (namespace: string, { group, kind }: GroupKind): string =>
  `${namespace}/${group}/${kind}`;
