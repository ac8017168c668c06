/**
 * @module A real API server and controller manager where Cleat's ServiceAccount has the rights by which Secrets are made,
 * for tests of the parts of Cleat that see to those Secrets.
 */
import type { JsonObject } from '../lib/api/json.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { provideProgram } from './cluster/assets.ts';
import { type ControlPlane, startControlPlane } from './cluster/control-plane.ts';
import { startControllerManager } from './cluster/controller-manager.ts';
import { readManifests } from './cluster/manifest.ts';

const NAMESPACE = 'cleat-system';

const isRight = ({ kind }: JsonObject): boolean =>
  ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'].includes(String(kind));

export interface SecretStage {
  readonly cluster: ControlPlane;
  /** As Cleat. */
  readonly transport: Transport;
  close(): Promise<void>;
}

export async function openSecretStage(): Promise<SecretStage> {
  const cluster = await startControlPlane();
  try {
    await cluster.createNamespace('shop');
    await cluster.createNamespace(NAMESPACE);
    const installed = await readManifests('manifests/install/self-signed.yaml');
    await cluster.apply(
      ...(await readManifests('manifests/crds')),
      ...installed.filter(isRight),
      ...(await readManifests('manifests/components/secret-generation/rbac.yaml')),
    );
    await startControllerManager(cluster, await provideProgram('kube-controller-manager'));
    const kubeconfig = await cluster.kubeconfigFor({ namespace: NAMESPACE, name: 'cleat' });
    const transport = openTransport({ kubeconfig });
    return {
      cluster,
      transport,
      async close() {
        await transport.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
