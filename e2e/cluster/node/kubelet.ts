/**
 * @module The kubelet of a node.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../control-plane.ts';
import type { Program } from '../processes.ts';
import { SOCKET } from './containerd.ts';
import type { Orders } from './orders.ts';
import { NODE_ADDRESS, NODE_NAME } from './settings.ts';

export async function startKubelet(
  cluster: ControlPlane,
  { folder, programs }: Pick<Orders, 'folder' | 'programs'>,
): Promise<Program> {
  const root = join(folder, 'kubelet');
  await mkdir(root);
  const config = join(folder, 'kubelet.json');
  await writeFile(config, JSON.stringify(configuration(root, join(cluster.directory, 'ca.crt'))));
  return await cluster.startProgram('kubelet', programs.kubelet, [
    `--config=${config}`,
    `--kubeconfig=${await cluster.kubeconfigOf(`system:node:${NODE_NAME}`, ['system:nodes'])}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--root-dir=${root}`,
    `--cert-dir=${join(root, 'pki')}`,
  ]);
}

function configuration(root: string, authority: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: authority },
    },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${SOCKET}`,
    volumePluginDir: join(root, 'plugins'),
    resolvConf: '', // there is no DNS server
    // A machine that has cgroups of version 1, or that is short of space, is a node all the same.
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    failSwapOn: false,
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'memory.available': '0%' },
    imageGCHighThresholdPercent: 100,
    // A changed Secret reaches the files of a running Pod within seconds rather than minutes.
    configMapAndSecretChangeDetectionStrategy: 'Watch',
    syncFrequency: '2s',
    nodeStatusUpdateFrequency: '2s',
  };
}
