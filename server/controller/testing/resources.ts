/**
 * @module Where the API server serves the kinds that tests speak of.
 */
import type { ApiResource } from '../../kube/discovery.ts';

export const DEPLOYMENTS: ApiResource = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  verbs: [],
};
