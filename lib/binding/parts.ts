/**
 * @module What the adapters have in common.
 */
import type { DataMapping } from '../api/application-stacks.ts';
import { groupVersion } from '../api/kinds.ts';
import type { LabelSelector, ObjectMeta } from '../api/meta.ts';
import type { TypeReference } from '../api/reference.ts';
import type { OperatorApplication } from '../api/service-binding-operator.ts';
import type { ServiceBindingStatus } from '../api/service-binding.ts';
import type {
  Binding,
  BindingKey,
  MappedItem,
  PublishedSecret,
  WorkloadReference,
  WorkloadTarget,
} from './binding.ts';

/** One for all: most bindings have none. */
export const NO_PATHS: Binding['paths'] = {};

interface SpecificationWorkload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly selector?: LabelSelector;
}

/** The specification's way: apiVersion and kind, and always a target. */
export function specificationWorkload({
  apiVersion,
  kind,
  name,
  selector,
}: SpecificationWorkload): WorkloadReference {
  const target = name === undefined ? { selector: selector ?? [] } : { name };
  return { ...groupVersion(apiVersion), kind, target };
}

/** The members that say which type is meant, and no others. */
export function typeOfReference({ group, version, kind, resource }: TypeReference): TypeReference {
  return { group, version, kind, ...(resource === undefined ? {} : { resource }) };
}

function operatorTarget({ name, selector }: OperatorApplication): WorkloadTarget {
  if (name !== undefined) return { name };
  return selector === undefined ? { nothing: true } : { selector };
}

/** The Service Binding Operator's way: group, version and kind or resource, and perhaps no target at all. */
export function operatorWorkload(application: OperatorApplication): WorkloadReference {
  return { ...typeOfReference(application), target: operatorTarget(application) };
}

export function pathsOf({ bindingPath }: OperatorApplication): Binding['paths'] {
  const { containersPath, secretPath } = bindingPath;
  return {
    ...(containersPath === undefined ? {} : { containers: containersPath }),
    ...(secretPath === undefined ? {} : { secret: secretPath }),
  };
}

export function mappedItems(mappings: readonly DataMapping[]): readonly MappedItem[] {
  return mappings.map(({ name, value, bindAs }) => ({
    name,
    template: value,
    ...(bindAs === undefined ? {} : { bindAs }),
  }));
}

interface Reporting {
  readonly metadata: Pick<ObjectMeta, 'generation'>;
  readonly status: ServiceBindingStatus;
}

/** The Secret that the status names counts only if it was named for the spec as it is now. */
export function publishedSecret(
  { metadata, status }: Reporting,
  keys?: readonly BindingKey[],
): PublishedSecret | undefined {
  const { secretName, observedGeneration } = status;
  if (secretName === undefined || observedGeneration !== metadata.generation) return undefined;
  return { name: secretName, ...(keys === undefined ? {} : { keys }) };
}
