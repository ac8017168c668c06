/**
 * @module Cleat in a cluster of one node: its image, and what people apply.
 */
import { join } from 'node:path';
import { dig, type JsonObject } from '../../../lib/api/json.ts';
import { readManifests } from '../manifest.ts';
import { waitFor } from '../wait-for.ts';
import type { ClusterNode } from './node.ts';

export const INSTALL = join(import.meta.dirname, '../../../manifests/install/self-signed.yaml');

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'cleat-system', name: 'cleat' };

/** Returns when every replica is ready. */
export async function install(node: ClusterNode, image: string): Promise<void> {
  await node.importImage(image);
  await node.apply(...(await readManifests(INSTALL)));
  await waitFor('Cleat to be ready', async () => await node.get(DEPLOYMENT), {
    until: (found) => isRolledOut(found),
    timeoutMs: 120_000,
  });
}

/** A status of the present generation that counts every replica as ready. */
export function isRolledOut(deployment: JsonObject): boolean {
  const status = dig(deployment, 'status');
  const replicas = dig(deployment, 'spec', 'replicas');
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas'].map((name) => dig(status ?? null, name));
  return (
    dig(status ?? null, 'observedGeneration') === dig(deployment, 'metadata', 'generation') &&
    counts.every((count) => count === replicas)
  );
}
