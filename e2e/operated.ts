/**
 * @module A cluster that Cleat operates: a real API server and controller manager, the project's own installation but for
 * the Pods, and replicas of Cleat as processes, under the ServiceAccount and the roles that the installation gives them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { provideProgram } from './cluster/assets.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './cluster/control-plane.ts';
import { startControllerManager } from './cluster/controller-manager.ts';
import { readManifests } from './cluster/manifest.ts';
import { freePort } from './cluster/processes.ts';
import { waitFor } from './cluster/wait-for.ts';
import { aBinding, DEPLOYMENT } from './objects.ts';
import { installation } from './opt-in.ts';
import { type Replica, startReplica, untilReady } from './replica.ts';

const NAMESPACE = 'cleat-system';
const INSTALLATION = 'manifests/install/self-signed.yaml';
/** What only makes sense where Pods run. */
const PODS: ReadonlySet<unknown> = new Set(['Deployment', 'Service', 'PodDisruptionBudget']);

/** The port on loopback by which a replica reaches the API server, where that is not the API server's own. */
export type Way = { readonly port: number };

export interface Operated {
  readonly cluster: ControlPlane;
  readonly replicas: readonly Replica[];
  /** Applies the installation (once more). */
  install(): Promise<void>;
  /** Starts a further replica and waits until it is ready and receives requests. `through`: see {@link Way}. */
  addReplica(through?: Way): Promise<Replica>;
  /** Ends one; SIGTERM unless told. */
  removeReplica(replica: Replica, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  leader(): Promise<Replica>;
  /** The replicas that receive requests; all that run, unless told. */
  route(replicas?: readonly Replica[]): void;
  close(): Promise<void>;
}

export interface OperatedOptions extends ControlPlaneOptions {
  /** 1 unless told. */
  readonly replicas?: number;
  /** Opt-in parts of the installation: names of folders in manifests/components. */
  readonly components?: readonly string[];
  /** More of the command line of each replica. */
  readonly args?: readonly string[];
}

/** The webhooks of a configuration, led to an address instead of a Service. */
export function led(object: JsonObject, port: number): JsonObject {
  const webhooks = object['webhooks'];
  if (!Array.isArray(webhooks)) return object;
  return {
    ...object,
    webhooks: (webhooks as readonly Json[]).filter(isObject).map((webhook) => {
      const path = dig(webhook, 'clientConfig', 'service', 'path');
      return { ...webhook, clientConfig: { url: `https://127.0.0.1:${port}${String(path)}` } };
    }),
  };
}

/** The API server takes a moment to notice whom it is to trust. */
async function untilTrusted(cluster: ControlPlane): Promise<void> {
  const probe = aBinding('probe', DEPLOYMENT, { name: 'probe' });
  await waitFor('the API server to trust Cleat', async () => await cluster.create(probe, { dryRun: 'All' }), {
    timeoutMs: 30_000,
  });
}

export async function openOperated(options: OperatedOptions = {}): Promise<Operated> {
  const { replicas: wanted = 1, components = [], args = [], ...controlPlane } = options;
  const cluster = await startControlPlane(controlPlane);
  const replicas: Replica[] = [];
  let balancer: Balancer | undefined;

  async function install(): Promise<void> {
    const port = balancer?.port ?? 0;
    const all = components.length === 0 ? await readManifests(INSTALLATION) : await installation(components);
    const objects = all.filter(({ kind }) => !PODS.has(kind));
    await cluster.apply(...objects.map((object) => led(object, port)));
  }
  async function startNext(through?: Way): Promise<Replica> {
    const kubeconfig = await cluster.kubeconfigFor({ namespace: NAMESPACE, name: 'cleat' });
    if (through !== undefined) {
      const text = await readFile(kubeconfig, 'utf8');
      await writeFile(kubeconfig, text.replaceAll(cluster.url, `https://127.0.0.1:${through.port}`));
    }
    const replica = await startReplica(cluster, {
      kubeconfig,
      namespace: NAMESPACE,
      certSecret: 'cleat-certificates',
      args,
    });
    replicas.push(replica);
    return replica;
  }
  const route = (to: readonly Replica[] = replicas): void => balancer?.set(to.map(({ port }) => port));

  const operated: Operated = {
    cluster,
    replicas,
    install,
    route,
    async addReplica(through) {
      const replica = await startNext(through);
      await untilReady(replica);
      route();
      return replica;
    },
    async removeReplica(replica, signal = 'SIGTERM') {
      replicas.splice(replicas.indexOf(replica), 1);
      route();
      await replica.program.end(signal);
    },
    leader: async () =>
      await waitFor(
        'a replica to lead',
        async () => {
          for (const replica of replicas) if (await replica.isLeader()) return replica;
          return undefined;
        },
        { timeoutMs: 60_000 },
      ),
    async close() {
      await balancer?.close();
      await cluster.stop();
    },
  };
  try {
    balancer = await startBalancer(await freePort());
    // Before the webhooks, which refuse mappings as long as nobody answers.
    await cluster.createNamespace('shop');
    await cluster.apply(...(await readManifests('manifests/crds', 'manifests/samples/1-kinds.yaml')));
    await install();
    // Somebody has to fill the role that collects what people allow.
    await startControllerManager(cluster, await provideProgram('kube-controller-manager'));
    await Promise.all(Array.from({ length: wanted }, async () => await untilReady(await startNext())));
    route();
    if (wanted > 0) {
      await operated.leader();
      await untilTrusted(cluster);
    }
  } catch (error) {
    await operated.close();
    throw error;
  }
  return operated;
}
