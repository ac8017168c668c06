/**
 * @module The contract cases: in each folder of `cases`, what is given and what is expected of it.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { JsonObject } from '../lib/api/json.ts';
import { inject } from '../lib/index.ts';
import { identityOf } from '../lib/parse/meta.ts';
import { parseManifest } from './cluster/manifest.ts';

const FOLDER = new URL('cases/', import.meta.url);
const OWN_KINDS = new Set(['ServiceBinding', 'ClusterWorkloadResourceMapping']);

export interface Case {
  readonly name: string;
  /** Bindings and mappings. */
  readonly world: readonly JsonObject[];
  readonly workload: JsonObject;
  /** The workload, bound; undefined if nobody has written it yet. */
  readonly expected: JsonObject | undefined;
}

async function readCase(name: string): Promise<Case> {
  const objects = parseManifest(await readFile(new URL(`${name}/given.yaml`, FOLDER), 'utf8'), name);
  const isOwn = (object: JsonObject): boolean => OWN_KINDS.has(identityOf(object)?.kind ?? '');
  const [workload, ...others] = objects.filter((object) => !isOwn(object));
  if (workload === undefined || others.length > 0) throw new Error(`${name}: a case has one workload`);
  const text = await readFile(new URL(`${name}/expected.yaml`, FOLDER), 'utf8').catch(() => undefined);
  const [expected] = text === undefined ? [] : parseManifest(text, name);
  return { name, world: objects.filter(isOwn), workload, expected };
}

/** All of them: no folder can be forgotten. */
export async function readCases(): Promise<readonly Case[]> {
  const names = (await readdir(FOLDER)).sort();
  return Promise.all(names.map(readCase));
}

/** The workload of a case as `inject` has it. */
export function injected({ world, workload }: Case): JsonObject {
  const { objects } = inject({ objects: [workload], resources: world });
  return objects[0]?.after ?? workload;
}

/** Writes what is expected anew. For `make update-golden` only: read the difference before you commit it. */
export async function updateCases(): Promise<void> {
  for (const each of await readCases()) {
    await writeFile(
      new URL(`${each.name}/expected.yaml`, FOLDER),
      stringify(injected(each), { lineWidth: 0 }),
    );
  }
}

if (import.meta.main) await updateCases();
