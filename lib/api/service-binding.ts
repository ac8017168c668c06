/**
 * @module `servicebinding.io` ServiceBinding: v1, v1beta1 and v1alpha3, whose fields are the same (spec "Service Binding").
 */
import type { Condition } from './condition.ts';
import type { LabelSelector, ObjectMeta } from './meta.ts';
import type { ObjectReference } from './reference.ts';

/** All that the CRD serves. */
export const SERVICE_BINDING_VERSIONS = ['v1', 'v1beta1', 'v1alpha3'] as const;

/** `.spec.env[]`: one entry of the binding Secret as an environment variable (SB-19..22). */
export interface EnvMapping {
  readonly name: string;
  readonly key: string;
}

export interface ServiceBindingSpec {
  readonly name?: string;
  readonly type?: string;
  readonly provider?: string;
  readonly service: ObjectReference;
  readonly workload: {
    readonly apiVersion: string;
    readonly kind: string;
    /** Exactly one of `name` and `selector` (SB-8). */
    readonly name?: string;
    readonly selector?: LabelSelector;
    readonly containers?: readonly string[];
  };
  readonly env: readonly EnvMapping[];
}

export interface ServiceBinding {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly spec: ServiceBindingSpec;
  readonly status: ServiceBindingStatus;
}

/** What the object says of itself. Never trusted beyond what is documented per field. */
export interface ServiceBindingStatus {
  /** `.status.binding.name` (SB-34); `.status.secret` in the Service Binding Operator's APIs. */
  readonly secretName?: string;
  readonly observedGeneration?: number;
  readonly conditions: readonly Condition[];
}
