/**
 * @module The node itself: what runs inside an enclosure, on the word of the process that made it.
 *
 * It is sent its orders together with the gate, answers once, and ends with that process unless that lets it go.
 * Connections that arrive at the gate, a server on the machine's own loopback, go on to the API server in here.
 */
import { writeFile } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import { dig } from '../../../lib/api/json.ts';
import { startControlPlane, type ControlPlane } from '../control-plane.ts';
import { startControllerManager } from '../controller-manager.ts';
import { waitFor } from '../wait-for.ts';
import { importImage, startContainerd } from './containerd.ts';
import { startKubelet } from './kubelet.ts';
import type { Answer, Orders } from './orders.ts';
import { NODE_ADDRESS, NODE_NAME, POD_RANGE } from './settings.ts';

async function startNode(orders: Orders): Promise<ControlPlane> {
  const { port, programs, apiServerArgs } = orders;
  const cluster = await startControlPlane({
    port,
    advertiseAddress: NODE_ADDRESS,
    apiServerArgs,
  });
  await Promise.all([
    startControllerManager(cluster, programs.controllerManager),
    startScheduler(cluster, programs.scheduler),
    startProxy(cluster, orders),
    startPods(cluster, orders),
  ]);
  const node = { apiVersion: 'v1', kind: 'Node', name: NODE_NAME };
  await waitFor('the node to be ready', async () => await cluster.get(node), {
    until: (found) => JSON.stringify(dig(found, 'status', 'conditions')).includes('KubeletReady'),
    timeoutMs: 90_000,
  });
  return cluster;
}

async function startPods(cluster: ControlPlane, orders: Orders): Promise<void> {
  await startContainerd(orders.folder, orders.sandbox.name, cluster.startProgram);
  await importImage(orders.sandbox.archive);
  await startKubelet(cluster, orders);
}

async function startScheduler(cluster: ControlPlane, program: string): Promise<void> {
  const kubeconfig = await cluster.kubeconfigOf('system:kube-scheduler');
  await cluster.startProgram('kube-scheduler', program, [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
  ]);
}

async function startProxy(cluster: ControlPlane, { folder, programs }: Orders): Promise<void> {
  const config = join(folder, 'kube-proxy.json');
  const configuration = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: await cluster.kubeconfigOf('system:kube-proxy') },
    hostnameOverride: NODE_NAME,
    clusterCIDR: POD_RANGE,
    conntrack: { maxPerCore: 0 }, // the limit is the machine's, which is none of ours
    iptables: { minSyncPeriod: '0s' },
  };
  await writeFile(config, JSON.stringify(configuration));
  await cluster.startProgram('kube-proxy', programs.proxy, [`--config=${config}`]);
}

/** The gate itself belongs to the machine's network; what is opened here belongs to that of the enclosure. */
function openGate(gate: Server, port: number): void {
  gate.on('connection', (outer) => {
    const inner = connect(port, '127.0.0.1');
    outer.pipe(inner).pipe(outer);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
  });
}

async function obey(orders: Orders, gate: Server): Promise<Answer> {
  try {
    const { admin, ca, kubeconfig, directory } = await startNode(orders);
    openGate(gate, orders.port);
    return { ready: { admin, ca, kubeconfig, directory } };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

const abandoned = (): never => process.exit(0);
process.once('disconnect', abandoned);
process.once('message', (orders: Orders, gate: Server) => {
  process.once('message', () => {
    process.off('disconnect', abandoned);
    process.send?.({ left: true });
  });
  void obey(orders, gate).then((answer) => process.send?.(answer));
});
