/**
 * @module What may be looked up of workloads, where somebody caches them. No call leaves the process.
 */
import type { GroupKind } from '../api/kinds.ts';
import type { Binding } from '../binding/binding.ts';
import type { WorkloadIdentity } from './targets.ts';

export interface KnownWorkload extends WorkloadIdentity {
  /** Names of its containers, as the mapping in force gives them; undefined if they cannot be told. */
  readonly containers: readonly string[] | undefined;
}

export interface WorkloadLister {
  /** The workloads that the binding targets now; undefined while its kind is not synced: nothing can be said. */
  workloadsOf(binding: Binding): readonly KnownWorkload[] | undefined;
  /** Whether the API has the kind: undefined if that is not known. */
  serves(kind: GroupKind): boolean | undefined;
}

/** Knows nothing: where workloads are not cached, nothing that depends on them is said. */
export const NO_WORKLOADS: WorkloadLister = {
  workloadsOf: () => undefined,
  serves: () => undefined,
};
