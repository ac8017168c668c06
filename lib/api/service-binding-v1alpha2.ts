/**
 * @module `service.binding/v1alpha2` ServiceBinding, the draft of the specification.
 */
import type { LabelSelector, ObjectMeta } from './meta.ts';
import type { ObjectReference } from './reference.ts';
import type { EnvMapping, ServiceBindingStatus } from './service-binding.ts';

export const DRAFT_VERSION = 'v1alpha2';

/** `.spec.mappings[]`: an entry of the Secret that a Go template makes of the others (SB-23..27). */
export interface Mapping {
  readonly name: string;
  readonly value: string;
}

export interface DraftServiceBindingSpec {
  readonly name?: string;
  readonly type?: string;
  readonly provider?: string;
  readonly service: ObjectReference;
  readonly application: {
    readonly apiVersion: string;
    readonly kind: string;
    /** Exactly one of `name` and `selector` (SB-8). */
    readonly name?: string;
    readonly selector?: LabelSelector;
    /** A number is a place in the list of containers, a string a name, `"1"` too (SB-17). */
    readonly containers?: readonly (number | string)[];
  };
  readonly mappings: readonly Mapping[];
  readonly env: readonly EnvMapping[];
}

export interface DraftServiceBinding {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly spec: DraftServiceBindingSpec;
  readonly status: ServiceBindingStatus;
}
