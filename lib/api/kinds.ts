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
export const SECRET: GroupVersionKind = { group: '', version: 'v1', kind: 'Secret' };
