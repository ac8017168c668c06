/**
 * @module The kube-controller-manager of a test control plane: with it Deployments roll out, namespaces end, and what is
 * owned is collected.
 */
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { freePort, type Program } from './processes.ts';
import { waitFor } from './wait-for.ts';

const BOOTSTRAP = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  namespace: 'kube-system',
  name: 'extension-apiserver-authentication-reader',
};

/** Starts the program at this path. It ends with the control plane. */
export async function startControllerManager(cluster: ControlPlane, path: string): Promise<Program> {
  const user = 'system:kube-controller-manager';
  const [kubeconfig, port] = await Promise.all([cluster.kubeconfigOf(user), freePort()]);
  // It looks for this Role once and exits without it; the API server makes it some time after it is ready.
  await waitFor('the API server to make its roles', async () => await cluster.get(BOOTSTRAP));
  return await cluster.startProgram('kube-controller-manager', path, [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--root-ca-file=${join(cluster.directory, 'ca.crt')}`,
    `--service-account-private-key-file=${join(cluster.directory, 'service-accounts.key')}`,
    '--profiling=false',
  ]);
}
