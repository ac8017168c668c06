/**
 * @module `binding.operators.coreos.com/v1alpha1` ServiceBinding: the Service Binding Operator's own API.
 */
import type { LabelSelector, ObjectMeta } from './meta.ts';
import type { TypeReference } from './reference.ts';
import type { ServiceBindingStatus } from './service-binding.ts';
import type { Mapping } from './service-binding-v1alpha2.ts';

export const OPERATOR_VERSION = 'v1alpha1';

export interface OperatorService extends TypeReference {
  readonly name: string;
  /** The binding's own when left out. */
  readonly namespace?: string;
  readonly id?: string;
}

/** Places in the application that the binding itself names, as field names joined by dots. */
export interface BindingPath {
  readonly containersPath?: string;
  readonly secretPath?: string;
}

/** At most one of `name` and `selector` (its `labelSelector`); with neither, the Secret is all that is made. */
export interface OperatorApplication extends TypeReference {
  readonly name?: string;
  readonly selector?: LabelSelector;
  readonly bindingPath: BindingPath;
}

export interface OperatorBindingSpec {
  readonly name?: string;
  /** `none`, `lowercase`, `uppercase`, or the text of a template. */
  readonly namingStrategy?: string;
  readonly mappings: readonly Mapping[];
  readonly services: readonly OperatorService[];
  readonly application: OperatorApplication;
  readonly detectBindingResources: boolean;
  readonly bindAsFiles: boolean;
}

export interface OperatorBinding {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly spec: OperatorBindingSpec;
  readonly status: ServiceBindingStatus;
}
