/**
 * @module Group-version-kinds: how Kubernetes names the type of an object, and the kinds that Cleat itself speaks of.
 */

/** A kind without its version: what a reference targets, since one object is served in every version of its kind. */
export interface GroupKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

export interface GroupVersionKind extends GroupKind {
  readonly version: string;
}

/** Splits `apiVersion` (`apps/v1`, `v1`); the core group is the empty string. */
export function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The inverse of {@link groupVersion}. */
export function apiVersionOf({
  group,
  version,
}: {
  readonly group: string;
  readonly version: string;
}): string {
  return group === '' ? version : `${group}/${version}`;
}

/** A text that is equal for equal group-kinds only (a group holds no slash). */
export function groupKindKey({ group, kind }: GroupKind): string {
  return `${group}/${kind}`;
}

export const SERVICE_BINDING: GroupKind = { group: 'servicebinding.io', kind: 'ServiceBinding' };
export const WORKLOAD_RESOURCE_MAPPING: GroupKind = {
  group: 'servicebinding.io',
  kind: 'ClusterWorkloadResourceMapping',
};
/** The Operator Lifecycle Manager's. */
export const CLUSTER_SERVICE_VERSION: GroupKind = {
  group: 'operators.coreos.com',
  kind: 'ClusterServiceVersion',
};

export const CUSTOM_RESOURCE_DEFINITION: GroupKind = {
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
};
export const SECRET: GroupVersionKind = { group: '', version: 'v1', kind: 'Secret' };

/** `v1alpha2`, the draft of the specification. */
export const DRAFT_SERVICE_BINDING: GroupKind = { group: 'service.binding', kind: 'ServiceBinding' };
export const APPLICATION_RESOURCE_MAPPING: GroupKind = {
  group: 'service.binding',
  kind: 'ClusterApplicationResourceMapping',
};

/** The Service Binding Operator's own API. */
export const OPERATOR_SERVICE_BINDING: GroupKind = {
  group: 'binding.operators.coreos.com',
  kind: 'ServiceBinding',
};
export const BINDABLE_KINDS: GroupVersionKind = {
  group: 'binding.operators.coreos.com',
  version: 'v1alpha1',
  kind: 'BindableKinds',
};

/** The API that the application-stacks text speaks of: that of the Service Binding Operator before it was renamed. */
export const APPLICATION_STACKS_SERVICE_BINDING: GroupKind = {
  group: 'operators.coreos.com',
  kind: 'ServiceBinding',
};
