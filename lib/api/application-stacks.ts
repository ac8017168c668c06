/**
 * @module `operators.coreos.com/v1alpha1` ServiceBinding: the API that the application-stacks text speaks of, with the
 * fields that the Service Binding Operator 0.3 gave it.
 */
import type { ObjectMeta } from './meta.ts';
import type { TypeReference } from './reference.ts';
import type { ServiceBindingStatus } from './service-binding.ts';
import type { OperatorApplication } from './service-binding-operator.ts';

export const APPLICATION_STACKS_VERSION = 'v1alpha1';

/** Where items go (OLD-10). */
export type ItemPlace = 'envVar' | 'volume';

/** `name` is what the text calls `resourceRef`; always in the binding's own namespace. */
export interface StacksService extends TypeReference {
  readonly name: string;
  readonly id?: string;
  readonly envVarPrefix?: string;
  readonly mountPathPrefix?: string;
}

/** `dataMappings[]` and, always a variable, `customEnvVar[]`. */
export interface DataMapping {
  readonly name: string;
  readonly value: string;
  readonly bindAs?: ItemPlace;
}

export interface StacksBindingSpec {
  readonly services: readonly StacksService[];
  /** Without one, the Secret is all that is made. */
  readonly application?: OperatorApplication;
  readonly detectBindingResources: boolean;
  readonly envVarPrefix?: string;
  readonly mountPathPrefix?: string;
  readonly bindAs?: ItemPlace;
  /** In the order of precedence: the later of two with one name wins. */
  readonly mappings: readonly DataMapping[];
}

/** One entry of what the application finds in `SERVICE_BINDINGS` (OLD-11). */
export interface StatusBindingKey {
  readonly name: string;
  readonly bindAs: ItemPlace;
  readonly mountPath?: string;
}

export interface StacksBindingStatus extends ServiceBindingStatus {
  /** Undefined if they are missing or cannot be read: of the Secret alone it is not known what goes where. */
  readonly bindingKeys?: readonly StatusBindingKey[];
}

export interface StacksBinding {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly spec: StacksBindingSpec;
  readonly status: StacksBindingStatus;
}
