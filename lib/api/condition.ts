/**
 * @module Conditions of a ServiceBinding, as meta/v1 has them, and the reasons that servicebinding/runtime's users know.
 */

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export const ConditionType = {
  /** The service exists and names a Secret (SB-54..56). */
  serviceAvailable: 'ServiceAvailable',
  /** Every workload that the binding targets has its projection. */
  workloadProjected: 'WorkloadProjected',
  /** The sum of the others (SB-29). */
  ready: 'Ready',
  /** The Service Binding Operator's. */
  collectionReady: 'CollectionReady',
  injectionReady: 'InjectionReady',
} as const;
export type ConditionType = (typeof ConditionType)[keyof typeof ConditionType];

/** What a decision says of one condition; the clock and the generation are added where the status is written. */
export interface Finding {
  readonly status: ConditionStatus;
  /** CamelCase, for machines. */
  readonly reason: string;
  /** What is wrong, on which object, and what to do about it; empty when all is well. */
  readonly message: string;
}

/** meta/v1 Condition (SB-28). */
export interface Condition extends Finding {
  readonly type: ConditionType;
  /** RFC 3339, UTC, seconds. Moves only when `status` does. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export const Reason = {
  initializing: 'Initializing',
  resolvedBindingSecret: 'ResolvedBindingSecret',
  serviceNotFound: 'ServiceNotFound',
  serviceForbidden: 'ServiceForbidden',
  serviceMissingBinding: 'ServiceMissingBinding',
  /** Cleat's own: the Secret is made for the binding, and is not there yet. */
  secretPending: 'SecretPending',
  /** Cleat's own: the Secret cannot be made. */
  secretFailed: 'SecretFailed',
  /** Cleat's own: the API server, or a policy, refused the change of the workload. */
  workloadRefused: 'WorkloadRefused',
  /** The Service Binding Operator's: the binding names no workload, and is for its Secret alone. */
  emptyApplication: 'EmptyApplication',
  workloadProjected: 'WorkloadProjected',
  workloadNotFound: 'WorkloadNotFound',
  workloadForbidden: 'WorkloadForbidden',
  serviceBound: 'ServiceBound',
  /** Cleat's own: the API server cannot list the workload's kind at present. */
  workloadUnreachable: 'WorkloadUnreachable',
  /** Cleat's own: the ServiceBinding itself cannot be used. */
  invalid: 'Invalid',
  /** Cleat's own: a mount directory or a variable is taken, and that part was left out (design: collisions). */
  collision: 'Collision',
  /** Cleat's own: the Secret is missing, or an entry that the binding needs is missing in it. */
  secretIncomplete: 'SecretIncomplete',
  /** Cleat's own: the namespace is excluded, by its name or by its label. */
  namespaceExcluded: 'NamespaceExcluded',
  /** Cleat's own: the mapping or the workload does not allow the projection. */
  unprojectable: 'Unprojectable',
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];
