/**
 * @module Bindings with a requester, the rights of those who write them, and what the tests look for in them.
 */
import { dig, type Json, type JsonObject } from '../lib/api/json.ts';
import { CONFIRM_ANNOTATION, REQUESTER_ANNOTATION, SEAL_ANNOTATION } from '../lib/api/requester.ts';
import { merge } from '../lib/testkit/builders.ts';

export const CLEAT = { namespace: 'cleat-system', name: 'cleat' };
export const GROUP = 'binding.operators.coreos.com';
const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1' };

/** Whoever is in the group may edit bindings in `shop`; Alice alone may read the Secret in `vault`. */
export const ACCESS: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: CLEAT },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'robot' } },
  {
    ...RBAC,
    kind: 'Role',
    metadata: { name: 'editors', namespace: 'shop' },
    rules: [{ apiGroups: [GROUP], resources: ['servicebindings', 'servicebindings/status'], verbs: ['*'] }],
  },
  {
    ...RBAC,
    kind: 'RoleBinding',
    metadata: { name: 'editors', namespace: 'shop' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'editors' },
    subjects: [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'editors' },
      { kind: 'ServiceAccount', namespace: 'shop', name: 'robot' },
    ],
  },
  {
    ...RBAC,
    kind: 'Role',
    metadata: { name: 'readers', namespace: 'vault' },
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['db'], verbs: ['get'] }],
  },
  {
    ...RBAC,
    kind: 'RoleBinding',
    metadata: { name: 'readers', namespace: 'vault' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'readers' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'vault-readers' }],
  },
  {
    ...RBAC,
    kind: 'ClusterRole',
    metadata: { name: 'cleat-stage' },
    rules: [
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations'],
        resourceNames: ['cleat'],
        verbs: ['list'],
      },
    ],
  },
  {
    ...RBAC,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'cleat-stage' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cleat-stage' },
    subjects: [{ kind: 'ServiceAccount', ...CLEAT }],
  },
];

export const aBinding = (metadata: JsonObject, override: JsonObject = {}): JsonObject =>
  merge(
    {
      apiVersion: `${GROUP}/v1alpha1`,
      kind: 'ServiceBinding',
      metadata: { namespace: 'shop', ...metadata },
      spec: {
        services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db', namespace: 'vault' }],
        application: { group: 'apps', version: 'v1', resource: 'deployments', name: 'orders' },
      },
    },
    override,
  );
export const named = (name: string, override: JsonObject = {}): JsonObject => aBinding({ name }, override);
export const annotated = (annotations: JsonObject): JsonObject => ({ metadata: { annotations } });
export const annotation = (object: JsonObject, key: string): Json =>
  dig(object, 'metadata', 'annotations', key) ?? null;
export const stampOf = (object: JsonObject): JsonObject => ({
  [REQUESTER_ANNOTATION]: annotation(object, REQUESTER_ANNOTATION),
  [SEAL_ANNOTATION]: annotation(object, SEAL_ANNOTATION),
});
export const generation = (object: JsonObject): Json | undefined => dig(object, 'metadata', 'generation');
export const CONFIRM = annotated({ [CONFIRM_ANNOTATION]: 'true' });
export const LABEL: JsonObject = { metadata: { labels: { team: 'a' } } };
export const NEW_SPEC: JsonObject = { spec: { bindAsFiles: false } };
