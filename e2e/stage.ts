/**
 * @module A real API server with Cleat as its webhook: the project's own manifests, Cleat as its own ServiceAccount.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { serve, type Serving } from '../server/commands/serve.ts';
import { createLog, silent } from '../server/log.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './cluster/control-plane.ts';
import { readManifests } from './cluster/manifest.ts';
import { freePort } from './cluster/processes.ts';
import { waitFor } from './cluster/wait-for.ts';

const NAMESPACE = 'cleat-system';
const ACCOUNT = 'cleat';

/** What the webhook needs and no more: Cleat's own kinds, and what people grant through the labelled ClusterRoles. */
const ACCESS: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: NAMESPACE } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'cleat-test' },
    rules: [
      {
        apiGroups: ['servicebinding.io'],
        resources: ['servicebindings', 'clusterworkloadresourcemappings'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: ['example.com'], resources: ['databases'], verbs: ['get', 'list', 'watch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'cleat-test' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cleat-test' },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }],
  },
];

const ruleFor = (group: string, resources: readonly string[]): JsonObject => ({
  apiGroups: [group],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources,
  scope: 'Namespaced',
});

/** The manifests have no rules: the leader writes those. Here it is the built-in kinds and the sample kind. */
const RULES: readonly JsonObject[] = [
  ruleFor('', ['pods', 'replicationcontrollers']),
  ruleFor('apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
  ruleFor('batch', ['cronjobs', 'jobs']),
  ruleFor('example.com', ['workers']),
];

export interface Stage {
  readonly cluster: ControlPlane;
  /** Where tls.crt, tls.key and ca.crt lie. */
  readonly certificates: string;
  readonly port: number;
  serving(): Serving;
  stopCleat(): Promise<void>;
  /** On the same port, with the same certificates; returns when it is ready. */
  startCleat(): Promise<void>;
  readyz(): Promise<{ readonly status: number; readonly text: string }>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export interface StageOptions extends ControlPlaneOptions {
  /** Puts certificates into the folder before Cleat starts; without it, Cleat issues them. */
  readonly prepareCertificates?: (directory: string) => Promise<void>;
}

/** The webhook configuration of the manifests, led to where Cleat listens, with rules for the first webhook. */
async function webhookConfiguration(port: number, authority: string): Promise<JsonObject> {
  const [configuration] = await readManifests('manifests/webhook');
  const webhooks = configuration === undefined ? undefined : dig(configuration, 'webhooks');
  if (configuration === undefined || !Array.isArray(webhooks)) throw new Error('no webhook configuration');
  const led = (webhooks as readonly Json[]).filter(isObject).map((webhook, index) => ({
    ...webhook,
    clientConfig: {
      url: `https://127.0.0.1:${port}/mutate`,
      caBundle: Buffer.from(authority).toString('base64'),
    },
    ...(index === 0 ? { rules: RULES } : {}),
  }));
  return { ...configuration, webhooks: led };
}

/** An API server takes a second to notice a new webhook: wait until it calls this one. */
async function untilCalled(cluster: ControlPlane): Promise<void> {
  await cluster.createNamespace('probe');
  await cluster.apply({
    apiVersion: 'servicebinding.io/v1',
    kind: 'ServiceBinding',
    metadata: { name: 'probe', namespace: 'probe' },
    spec: {
      service: { apiVersion: 'v1', kind: 'Secret', name: 'probe' },
      workload: { apiVersion: 'v1', kind: 'Pod', name: 'probe' },
    },
  });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace: 'probe' },
    spec: { containers: [{ name: 'a', image: 'a' }] },
  };
  await waitFor('the API server to call the webhook', async () => {
    const created = await cluster.create(pod, { dryRun: 'All' });
    return JSON.stringify(created).includes('SERVICE_BINDING_ROOT');
  });
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const cluster = await startControlPlane(options);
  const certificates = await mkdtemp(join(tmpdir(), 'cleat-stage-'));
  const port = await freePort();
  let serving: Serving | undefined;

  const opsUrl = (): string => serving?.opsUrl ?? '';
  const readyz = async (): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${opsUrl()}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  const kubeconfig = async (): Promise<string> =>
    cluster.kubeconfigFor({ namespace: NAMESPACE, name: ACCOUNT });
  const stopCleat = async (): Promise<void> => {
    await serving?.drain();
    serving = undefined;
  };
  const startCleat = async (): Promise<void> => {
    serving = await serve({
      origin: { type: 'kube', kubeconfig: await kubeconfig() },
      host: '127.0.0.1',
      port,
      opsHost: '127.0.0.1',
      opsPort: 0,
      certificates: { directory: certificates },
      controller: false,
      olmDescriptors: false,
      namespace: NAMESPACE,
      certNames: [],
      drainMs: 0,
      log: process.env['CLEAT_TEST_LOG'] === undefined ? silent : createLog('debug'),
    });
    await waitFor('Cleat to be ready', async () => (await readyz()).status === 200, { timeoutMs: 30_000 });
  };
  const close = async (): Promise<void> => {
    await stopCleat();
    await cluster.stop();
    await rm(certificates, { recursive: true, force: true });
  };

  try {
    await cluster.createNamespace(NAMESPACE);
    await cluster.apply(
      ...(await readManifests('manifests/crds', 'manifests/samples/1-kinds.yaml')),
      ...ACCESS,
    );
    await options.prepareCertificates?.(certificates);
    await startCleat();
    const authority = await readFile(join(certificates, 'ca.crt'), 'utf8');
    await cluster.apply(await webhookConfiguration(port, authority));
    await untilCalled(cluster);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    cluster,
    certificates,
    port,
    serving: () => {
      if (serving === undefined) throw new Error('Cleat is stopped');
      return serving;
    },
    stopCleat,
    startCleat,
    readyz,
    metrics: async () => (await fetch(`${opsUrl()}/metrics`)).text(),
    close,
  };
}
