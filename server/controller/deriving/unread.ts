/**
 * @module Why a source could not be read, and what to do.
 */
import type { SourceReference, SourceState } from '../../../lib/generate/generation.ts';
import type { Right } from '../../../lib/requester/messages.ts';
import { type ApiError, hasStatus } from '../../kube/errors.ts';
import { describeRefusal } from '../refusal.ts';

/** The ClusterRoles of the installation that let Cleat read what Secrets are made from, by the resource. */
const ROLES: ReadonlyMap<string, string> = new Map([
  ['secrets', 'cleat-secret-generation'],
  ['configmaps', 'cleat-secret-sources'],
  ['services', 'cleat-secret-sources'],
  ['ingresses.networking.k8s.io', 'cleat-secret-sources'],
  ['routes.route.openshift.io', 'cleat-secret-sources'],
  ['customresourcedefinitions.apiextensions.k8s.io', 'cleat-secret-sources'],
  ['clusterserviceversions.operators.coreos.com', 'cleat-olm-descriptors'],
]);

/** As messages name it. */
export function titleOf(reference: SourceReference): string {
  if (reference.source === 'descriptors') return `ClusterServiceVersions in ${reference.namespace}`;
  const kind = reference.kind || ('resource' in reference ? reference.resource : '');
  switch (reference.source) {
    case 'object':
      return `${kind} ${reference.namespace}/${reference.name}`;
    case 'definition':
      return `the CustomResourceDefinition of ${kind}`;
    case 'owned':
      return `${kind} in ${reference.namespace}`;
  }
}

/** Absent, or what has to be granted. Throws everything else. */
export function explained(error: unknown, { verb, resource, group, namespace }: Right): SourceState {
  if (hasStatus(error, 404, 410)) return { state: 'absent' };
  if (!hasStatus(error, 403)) throw error;
  const what = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const role = ROLES.get(what);
  const how =
    role === undefined
      ? 'grant get, list and watch with a ClusterRole labelled servicebinding.io/controller=true'
      : `install the ClusterRole ${role}`;
  return { state: 'denied', message: `Cleat may not ${verb} ${what}${where}: ${how}` };
}

/** The API server cannot give it, or will not. */
export const inTrouble = (title: string, error: ApiError): string =>
  `${title} cannot be read at present: ${describeRefusal(error)}; see whether the API service or the conversion webhook behind it is available`;
