/**
 * @module The manifests as plain objects, for the tests beside them.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors: readonly unknown[] };
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly unknown[];
  readonly spec?: unknown;
}

const FOLDER = dirname(import.meta.dirname);

/** The objects of the files below these folders of manifests/; kustomize's own files and patches are none. */
export function manifestsBelow(...folders: readonly string[]): readonly Manifest[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.yaml`, { cwd: FOLDER }).sort())
    .filter((path) => !/(kustomization|\.promtest)\.yaml$/.test(path))
    .filter((path) => !/components\/api-[^/]*\/(requester-)?webhook\.yaml$/.test(path))
    .flatMap((path) => parseAllDocuments(readFileSync(`${FOLDER}/${path}`, 'utf8')))
    .map((document): Manifest => {
      const [error] = document.errors;
      if (error) throw error;
      const manifest: Manifest = document.toJS();
      return manifest;
    });
}
