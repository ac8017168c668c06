/**
 * @module A cluster with Cleat's own installation but for the Pods, for the bundle to operate, under measurement.
 */
import { isObject, type JsonObject } from '../../lib/api/json.ts';
import { type Balancer, startBalancer } from '../balancer.ts';
import { provideProgram } from '../cluster/assets.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { startControllerManager } from '../cluster/controller-manager.ts';
import { freePort } from '../cluster/processes.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { type AuditedRequests, openAudited } from './audited.ts';
import { type Server, startServer } from './server.ts';
import { credentialOf } from '../audit.ts';
import { refOf } from '../cluster/objects.ts';
import { led } from '../operated.ts';
import { installation } from '../opt-in.ts';

const NAMESPACE = 'cleat-system';
/** What only makes sense where Pods run. */
const PODS: ReadonlySet<unknown> = new Set(['Deployment', 'Service', 'PodDisruptionBudget']);
/**
 * What Node.js decides by itself where the installation limits its memory to 512 MiB. Without a limit it spends on young
 * objects alone what the aim allows for everything.
 */
const AS_LIMITED = ['--max-old-space-size=256', '--max-semi-space-size=4'];
const isWebhook = ({ kind }: JsonObject): boolean => String(kind).endsWith('WebhookConfiguration');

/** A replica under measurement. */
export interface Operator {
  readonly server: Server;
  /** What its requests are told by. */
  readonly credential: string;
}

export interface OperatedCluster extends AsyncDisposable {
  readonly cluster: ControlPlane;
  readonly requests: AuditedRequests;
  /** Takes the webhooks away: bindings cannot be created while nobody validates them. */
  readonly uninstallWebhooks: () => Promise<void>;
  readonly installWebhooks: () => Promise<void>;
  /** Starts a replica, with the flags of the installation, and waits until it is ready. Requests go to the last one. */
  readonly start: () => Promise<Operator>;
}

/** Fills the role that collects what people allow, as every cluster does; then it only takes part of the machine. */
async function aggregateRoles(cluster: ControlPlane): Promise<void> {
  const manager = await startControllerManager(cluster, await provideProgram('kube-controller-manager'));
  const roles = async (): Promise<boolean> => {
    const all = await cluster.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
    const aggregated = all.filter((role) => isObject(role['aggregationRule']));
    return aggregated.every(({ rules }) => Array.isArray(rules) && rules.length > 0);
  };
  await waitFor('the roles to be aggregated', roles, { timeoutMs: 60_000 });
  await manager.end('SIGKILL');
}

async function startOperator(bundle: string, cluster: ControlPlane, balancer: Balancer): Promise<Operator> {
  const kubeconfig = await cluster.kubeconfigFor({ namespace: NAMESPACE, name: 'cleat' });
  const port = await freePort();
  const flags = {
    kubeconfig,
    namespace: NAMESPACE,
    port: String(port),
    'ops-port': '0',
    'cert-secret': 'cleat-certificates',
    'cert-name': '127.0.0.1',
    drain: '0',
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
  const server = await startServer(bundle, ['serve', ...args], { unpinned: true, nodeArgs: AS_LIMITED });
  balancer.set([port]);
  return { server, credential: await credentialOf(kubeconfig) };
}

/** `components`: opt-in parts of the installation. */
export async function openOperatedCluster(
  bundle: string,
  components: readonly string[] = [],
): Promise<OperatedCluster> {
  const requests = await openAudited();
  const cluster = await startControlPlane({ apiServerArgs: requests.apiServerArgs });
  const balancer = await startBalancer(await freePort());
  async function close(): Promise<void> {
    await balancer.close();
    await cluster.stop();
    await requests.close();
  }
  try {
    const objects = (await installation(components)).filter(({ kind }) => !PODS.has(kind));
    const webhooks = objects.filter(isWebhook).map((object) => led(object, balancer.port));
    await cluster.apply(...objects.filter((object) => !isWebhook(object)));
    await aggregateRoles(cluster);
    return {
      cluster,
      requests,
      installWebhooks: async () => void (await cluster.apply(...webhooks)),
      async uninstallWebhooks() {
        for (const webhook of webhooks) await cluster.remove(refOf(webhook));
      },
      start: async () => await startOperator(bundle, cluster, balancer),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
