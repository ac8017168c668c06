/**
 * `make manifests`: renders what people install from what people edit: one file an overlay below manifests/install, and
 * the chart's copies of the manifests. `rendered()` says what each file has to be, so that a test can compare.
 */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { provideProgram } from '../e2e/cluster/assets.ts';

export const OVERLAYS = ['self-signed', 'cert-manager', 'kind'] as const;
export type Overlay = (typeof OVERLAYS)[number];

const CHART_FILES = 'charts/cleat/files';

/** What the chart takes over as it is: the files of a folder, or one file under a name of its own. */
const COPIES: Readonly<Record<string, string>> = {
  'manifests/crds': 'crds',
  'manifests/rbac': 'rbac',
  'manifests/webhook': 'webhook',
  'manifests/overlays/self-signed': 'self-signed',
  'manifests/deployment/namespace.yaml': 'deployment/namespace.yaml',
  'manifests/deployment/pdb.yaml': 'deployment/pdb.yaml',
  'manifests/deployment/service.yaml': 'deployment/service.yaml',
  'manifests/deployment/serviceaccount.yaml': 'deployment/serviceaccount.yaml',
  'manifests/overlays/cert-manager/certificates.yaml': 'cert-manager/certificates.yaml',
  'manifests/components/api-application-stacks': 'api-application-stacks',
  'manifests/components/api-service-binding-operator': 'api-service-binding-operator',
  'manifests/components/api-v1alpha2': 'api-v1alpha2',
  'manifests/components/network-policy/network-policy.yaml': 'components/network-policy.yaml',
  'manifests/components/secret-check/rbac.yaml': 'components/secret-check.yaml',
  'manifests/components/secret-generation/rbac.yaml': 'components/secret-generation.yaml',
  'manifests/components/olm-descriptors/rbac.yaml': 'components/olm-descriptors.yaml',
  'manifests/monitoring/cleat.json': 'monitoring/cleat.json',
  'manifests/monitoring/prometheus-rule.yaml': 'monitoring/prometheus-rule.yaml',
  'manifests/monitoring/service-monitor.yaml': 'monitoring/service-monitor.yaml',
};

const run = promisify(execFile);

/** The output of `kubectl kustomize` for a folder. */
export async function kustomize(folder: string): Promise<string> {
  const kubectl = await provideProgram('kubectl');
  return (await run(kubectl, ['kustomize', folder], { maxBuffer: 16 * 1024 * 1024 })).stdout;
}

export const installFile = (overlay: Overlay): string => `manifests/install/${overlay}.yaml`;

async function renderOverlay(overlay: Overlay): Promise<string> {
  const folder = `manifests/overlays/${overlay}`;
  return `# Rendered by make manifests from ${folder}: edit there, not here.\n${await kustomize(folder)}`;
}

/** The files that a chart's file is copied from, by the paths of the copies. */
function copies(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [source, target] of Object.entries(COPIES)) {
    const isFile = /\.(yaml|json)$/.test(source);
    for (const path of isFile ? [source] : globSync(`${source}/*.yaml`)) {
      const name = basename(path);
      if (name !== 'kustomization.yaml')
        files.set(isFile ? `${CHART_FILES}/${target}` : `${CHART_FILES}/${target}/${name}`, path);
    }
  }
  return files;
}

/** Every file that is made, and its text. */
export async function rendered(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const overlay of OVERLAYS) files.set(installFile(overlay), await renderOverlay(overlay));
  for (const [target, source] of copies()) files.set(target, await readFile(source, 'utf8'));
  return files;
}

/** The files that are there now, where only rendered ones may be. */
export function presentFiles(): readonly string[] {
  return [...globSync('manifests/install/*'), ...globSync(`${CHART_FILES}/*/*`)].sort();
}

if (import.meta.main) {
  const files = await rendered();
  for (const path of presentFiles()) if (!files.has(path)) await rm(path);
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  console.log(`rendered ${files.size} files: manifests/install and ${CHART_FILES}`);
}
