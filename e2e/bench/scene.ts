/**
 * @module What is measured: one review of a Deployment as an API server sends it, and bindings for it in a namespace
 * full of others.
 */
import type { JsonObject } from '../../lib/api/json.ts';

export const NAMESPACE = 'shop';
export const WORKLOAD = 'orders';

const LABELS = {
  app: WORKLOAD,
  'app.kubernetes.io/instance': 'orders-prod',
  'app.kubernetes.io/part-of': NAMESPACE,
  tier: 'backend',
};

function probe(path: string): JsonObject {
  return {
    httpGet: { path, port: 'http', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
}

function container(name: string, index: number): JsonObject {
  return {
    name,
    image: `registry.example.com/shop/${name}:1.2.${index}`,
    ports: [{ name: 'http', containerPort: 8080 + index, protocol: 'TCP' }],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    ],
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
    ...(index === 0 ? { livenessProbe: probe('/live'), readinessProbe: probe('/ready') } : {}),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

/** A Deployment with three containers, as it is stored: every default filled in. */
export function aDeployment(namespace: string = NAMESPACE): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: WORKLOAD, namespace, labels: LABELS },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: WORKLOAD } },
      template: {
        metadata: { labels: LABELS, annotations: { 'prometheus.io/scrape': 'true' } },
        spec: {
          volumes: [{ name: 'scratch', emptyDir: {} }],
          containers: ['orders', 'exporter', 'proxy'].map(container),
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          dnsPolicy: 'ClusterFirst',
          serviceAccountName: 'orders',
          securityContext: { runAsNonRoot: true },
          schedulerName: 'default-scheduler',
        },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
  };
}

/** The AdmissionReview of its creation, 3.5 KB. */
export function aReview(): JsonObject {
  const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const resource = { group: 'apps', version: 'v1', resource: 'deployments' };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '0df28fbd-5f5f-11e8-bc74-36e6bb280816',
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: WORKLOAD,
      namespace: NAMESPACE,
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:ci:deployer',
        uid: '014fbff9-a072-4b8a-9d3b-b1c0d5c3a001',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'],
      },
      object: aDeployment(),
      oldObject: null,
      dryRun: false,
      options: {
        kind: 'CreateOptions',
        apiVersion: 'meta.k8s.io/v1',
        fieldManager: 'kubectl-client-side-apply',
      },
    },
  };
}

type Target = { readonly name: string } | { readonly selector: JsonObject };

/** A binding with one variable; uids and creation times follow the number. */
function aBinding(number: number, name: string, target: Target): JsonObject {
  return {
    apiVersion: 'servicebinding.io/v1',
    kind: 'ServiceBinding',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `6d1f0f5e-7c1c-4a4e-9a70-${number.toString(16).padStart(12, '0')}`,
      generation: 1,
      creationTimestamp: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString().replace('.000', ''),
    },
    spec: {
      service: { apiVersion: 'v1', kind: 'Secret', name: `${name}-secret` },
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', ...target },
      env: [{ name: `${name.toUpperCase().replaceAll('-', '_')}_URL`, key: 'url' }],
    },
  };
}

/** Bindings for the workload, by name and by selector in turn; the first by name. */
export function matching(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) =>
    aBinding(
      index,
      `db-${index}`,
      index % 2 === 0 ? { name: WORKLOAD } : { selector: { matchLabels: { app: WORKLOAD } } },
    ),
  );
}

/**
 * Bindings for other workloads of the same namespace, by name and by selector in turn. Every second selector asks for
 * a label, too, that the workload has, as labels for a whole application do.
 */
export function others(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const other = `app-${index}`;
    const labels = index % 4 === 1 ? { app: other } : { app: other, 'app.kubernetes.io/part-of': NAMESPACE };
    return aBinding(
      100_000 + index,
      other,
      index % 2 === 0 ? { name: other } : { selector: { matchLabels: labels } },
    );
  });
}

/** One file of them all. */
export function listText(items: readonly JsonObject[]): string {
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 1)}\n`;
}
