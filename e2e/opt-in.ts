/**
 * @module The installation with opt-in parts, as somebody's kustomization would have it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { JsonObject } from '../lib/api/json.ts';
import { kustomize } from '../tools/manifests.ts';
import { parseManifest } from './cluster/manifest.ts';

/** The APIs that are no part of the installation unless asked for, and what makes Secrets for them. */
export const ALL_APIS = [
  'api-v1alpha2',
  'api-service-binding-operator',
  'api-application-stacks',
  'secret-generation',
] as const;

/** `components`: names of folders in manifests/components. */
export async function installation(components: readonly string[]): Promise<readonly JsonObject[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cleat-opt-in-'));
  const manifests = join(relative(folder, process.cwd()), 'manifests');
  const kustomization = {
    resources: [join(manifests, 'overlays/self-signed')],
    components: components.map((name) => join(manifests, 'components', name)),
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  try {
    return parseManifest(await kustomize(folder), 'with components');
  } finally {
    await rm(folder, { recursive: true });
  }
}
