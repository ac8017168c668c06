/**
 * @module What a release of servicebinding/runtime installs: kinds, roles, a Deployment, webhook configurations.
 */
import { dig, type JsonObject, textOf } from '../../lib/api/json.ts';
import { readManifests } from '../cluster/manifest.ts';

const SYSTEM = 'servicebinding-system';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

/** Its release, with the CustomResourceDefinitions storing (and, before v1, only serving) a version. */
export async function runtimeRelease(storage: 'v1' | 'v1beta1'): Promise<JsonObject[]> {
  const definitions = (await readManifests('manifests/crds')).map((definition) => {
    const { shortNames: _, categories: __, ...names } = dig(definition, 'spec', 'names') as JsonObject;
    const served = (dig(definition, 'spec', 'versions') as readonly JsonObject[]).filter(
      ({ name }) => storage === 'v1' || name !== 'v1',
    );
    const versions = served.map((version) => ({ ...version, storage: version['name'] === storage }));
    return {
      ...definition,
      metadata: {
        name: textOf(dig(definition, 'metadata', 'name')),
        annotations: { 'controller-gen.kubebuilder.io/version': 'v0.14.0' },
      },
      spec: { ...(definition['spec'] as JsonObject), names, versions },
    };
  });
  const [namespace, ...rest] = program();
  return [namespace ?? {}, ...definitions, ...rest, ...webhooks()];
}

function program(): JsonObject[] {
  const labels = { 'control-plane': 'controller-manager' };
  const account = { kind: 'ServiceAccount', name: 'servicebinding-controller-manager', namespace: SYSTEM };
  const template = {
    metadata: { labels },
    spec: {
      containers: [{ name: 'manager', image: 'registry.example.com/runtime:1', args: ['--leader-elect'] }],
    },
  };
  const role = (name: string, body: JsonObject): JsonObject => ({
    apiVersion: RBAC,
    kind: 'ClusterRole',
    metadata: { name: `servicebinding-${name}` },
    ...body,
  });
  const allowed = (name: string): JsonObject => ({
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: { name: `servicebinding-${name}-rolebinding` },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: `servicebinding-${name}-role`,
    },
    subjects: [account],
  });
  const selectors = ['servicebinding.io/controller', 'service.binding/controller'].map((key) => ({
    matchLabels: { [key]: 'true' },
  }));
  const verbs = ['get', 'list', 'watch', 'update', 'patch'];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name, namespace: SYSTEM } },
    role('aggregate-role', { aggregationRule: { clusterRoleSelectors: selectors } }),
    {
      ...role('k8s-workloads-role', {}),
      metadata: {
        name: 'servicebinding-k8s-workloads-role',
        labels: { 'servicebinding.io/controller': 'true' },
      },
      rules: [
        {
          apiGroups: ['apps'],
          resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
          verbs,
        },
        { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs },
      ],
    },
    role('manager-role', {
      rules: [{ apiGroups: ['servicebinding.io'], resources: ['servicebindings'], verbs: ['update'] }],
    }),
    role('metrics-reader', { rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] }),
    role('proxy-role', {
      rules: [{ apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] }],
    }),
    ...['aggregate', 'manager', 'proxy'].map(allowed),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'servicebinding-webhook-service', namespace: SYSTEM },
      spec: { ports: [{ port: 443, targetPort: 9443 }], selector: labels },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'servicebinding-controller-manager', namespace: SYSTEM, labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    },
  ];
}

function webhooks(): JsonObject[] {
  const webhook = (name: string, path: string, failurePolicy: string, rules: readonly JsonObject[]) => ({
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name: 'servicebinding-webhook-service', namespace: SYSTEM, path } },
    failurePolicy,
    sideEffects: 'None',
    namespaceSelector: {
      matchExpressions: [
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [SYSTEM, 'kube-system'] },
      ],
    },
    rules,
  });
  const rule = (group: string, ...resources: readonly string[]): JsonObject => ({
    apiGroups: [group],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources,
  });
  const configuration = (kind: string, name: string, one: JsonObject): JsonObject => ({
    apiVersion: ADMISSION,
    kind,
    metadata: { name, annotations: { 'webhook.servicebinding.io/dynamic-rules': '' } },
    webhooks: [one],
  });
  const workloads = [
    rule('apps', 'daemonsets', 'deployments', 'statefulsets'),
    rule('batch', 'cronjobs'),
    rule('bare.example.dev', 'apps'),
    rule('rc.example.dev', 'runtimecomponents'),
  ];
  return [
    configuration(
      'MutatingWebhookConfiguration',
      'servicebinding-admission-projector',
      webhook('interceptor.servicebinding.io', '/interceptor', 'Fail', workloads),
    ),
    configuration(
      'ValidatingWebhookConfiguration',
      'servicebinding-trigger',
      webhook('trigger.servicebinding.io', '/trigger', 'Ignore', workloads),
    ),
    configuration(
      'ValidatingWebhookConfiguration',
      'servicebinding-validating-webhook-configuration',
      webhook('v1beta1.servicebindings.servicebinding.io', '/validate', 'Fail', [
        rule('servicebinding.io', 'servicebindings'),
      ]),
    ),
  ];
}
