/**
 * @module `make cluster-up`: a cluster of one real node with Cleat installed, which runs until `make cluster-down`.
 *
 * `node e2e/cluster/node/up.ts [--bare] [--state FILE]`; a bare cluster is one without Cleat.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { IMAGE_FILE } from '../../../tools/image.ts';
import { install } from './install.ts';
import { isRoot, missingPackages } from './machine.ts';
import { startNode } from './node.ts';
import { isUp, readState, STATE_FILE, writeState, type ClusterState } from './state.ts';
import { takeDown } from './take-down.ts';

const { values } = parseArgs({
  options: { bare: { type: 'boolean', default: false }, state: { type: 'string', default: STATE_FILE } },
});

/** What Debian has and this machine lacks; elsewhere `startNode` says what is missing. */
async function installPackages(): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0 || !isRoot()) return;
  console.log(`installing ${missing.join(', ')} ...`);
  const script = 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"';
  const child = spawn('/bin/sh', ['-c', script, 'install', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'exit');
}

async function up(): Promise<ClusterState> {
  await installPackages();
  const node = await startNode();
  try {
    console.log('the node is ready');
    if (!values.bare) await install(node, IMAGE_FILE);
    const { pid, folder, cgroup } = node.enclosure;
    const state = { pid, folder, cgroup, kubeconfig: node.kubeconfig };
    await writeState(values.state, state);
    await node.leave();
    return state;
  } catch (error) {
    console.error(await node.logs());
    await node.stop();
    throw error;
  }
}

function tell(news: string, { kubeconfig, folder }: ClusterState): void {
  console.log(`${news}. Use it:

  export KUBECONFIG=${kubeconfig}
  kubectl get pods --all-namespaces

Images come in as archives:
  ctr --address ${folder}/root/run/containerd/containerd.sock --namespace k8s.io images import FILE
make cluster-down takes it down.`);
}

try {
  const state = await readState(values.state);
  if (state !== undefined && (await isUp(state))) tell('The cluster is up already', state);
  else {
    if (state !== undefined) await takeDown(state); // it has ended by itself, and may have left something
    tell('The cluster is up', await up());
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
