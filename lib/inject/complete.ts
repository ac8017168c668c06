/**
 * @module An object as it would be once it is created: what a file leaves out is filled in, for Cleat's eyes only.
 */
import { dig, isObject, type JsonObject } from '../api/json.ts';
import { stableUid } from '../identity/uid.ts';
import { identityOf } from '../parse/meta.ts';

/** The API server counts from here. */
export const FIRST_GENERATION = 1;
/** Where kubectl puts what names no namespace. */
export const DEFAULT_NAMESPACE = 'default';

/** Kinds of the API that have no namespace; those that a CustomResourceDefinition of the input declares come on top. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/Namespace',
  '/Node',
  '/PersistentVolume',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'service.binding/ClusterApplicationResourceMapping',
  'servicebinding.io/ClusterWorkloadResourceMapping',
  'binding.operators.coreos.com/BindableKinds',
  'storage.k8s.io/StorageClass',
]);

export type IsClusterScoped = (groupKind: string) => boolean;

export const isBuiltInClusterScoped: IsClusterScoped = (groupKind) => CLUSTER_SCOPED.has(groupKind);

/**
 * A copy with namespace, a stable uid and generation 1 where the file says nothing. Undefined for what has no
 * kind or no name: it is no object that could be created. A `generateName` alone is a name that nobody can know yet.
 */
export function complete(
  object: JsonObject,
  isClusterScoped: IsClusterScoped = isBuiltInClusterScoped,
): JsonObject | undefined {
  const identity = identityOf(object);
  const metadata = dig(object, 'metadata');
  if (identity === undefined || !isObject(metadata)) return undefined;
  const scoped = isClusterScoped(`${identity.group}/${identity.kind}`);
  const namespace = scoped ? '' : identity.namespace || DEFAULT_NAMESPACE;
  const { uid, generation } = metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(scoped ? {} : { namespace }),
      uid: typeof uid === 'string' && uid !== '' ? uid : stableUid({ ...identity, namespace }),
      generation: typeof generation === 'number' ? generation : FIRST_GENERATION,
    },
  };
}
