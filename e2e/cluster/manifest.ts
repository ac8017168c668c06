/**
 * @module Objects from YAML and JSON files, to be applied to a test cluster: the project's own manifests.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isObject, own, type JsonObject } from '../../lib/api/json.ts';

/** The objects of files and folders (with their sub-folders), in the order of paths, then of names, then of the text. */
export async function readManifests(...paths: readonly string[]): Promise<JsonObject[]> {
  const objects: JsonObject[] = [];
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) objects.push(...(await readFolder(path)));
    else objects.push(...parseManifest(await readFile(path, 'utf8'), path));
  }
  return objects;
}

/** The objects of one text, of one or several documents. Lists are taken apart, empty documents left out. */
export function parseManifest(text: string, origin = 'manifest'): JsonObject[] {
  return parseAllDocuments(text).flatMap((document, index): JsonObject[] => {
    const [error] = document.errors;
    if (error) throw new Error(`${origin}, document ${index + 1}: ${error.message}`, { cause: error });
    const value: unknown = document.toJS();
    if (value === null || value === undefined) return [];
    if (!isObject(value) || typeof own(value, 'kind') !== 'string') {
      throw new Error(`${origin}, document ${index + 1}: not a Kubernetes object`);
    }
    const items = own(value, 'items');
    return own(value, 'kind') === 'List' && Array.isArray(items) ? items.filter(isObject) : [value];
  });
}

async function readFolder(folder: string): Promise<JsonObject[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isDirectory() || isManifest(entry.name))
    .map((entry) => join(folder, entry.name));
  return await readManifests(...paths.sort());
}

/** A kustomization is for kustomize; no API server knows it. */
function isManifest(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name) && !/^kustomization\.ya?ml$/.test(name);
}
