/**
 * @module What `cleat inject` reads: files, folders and standard input.
 */
import type { Readable } from 'node:stream';
import { buffer as readAll } from 'node:stream/consumers';
import {
  fileProblem,
  listManifests,
  type ManifestFile,
  parseManifest,
  readManifest,
} from '../source/files/read.ts';
import { Problem } from './problem.ts';

const STDIN = '-';
const STDIN_NAME = 'standard input';

export interface Input {
  readonly files: readonly ManifestFile[];
  readonly resources: readonly ManifestFile[];
}

/** What a call of the file system comes to. Errors: a Problem that names the file. */
async function attempt<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path);
  } catch (error) {
    const { place, reason } = fileProblem(error, path);
    throw new Problem(`${place}: ${reason}`);
  }
}

async function readPath(path: string, stdin: Readable): Promise<readonly ManifestFile[]> {
  if (path === STDIN)
    return [await attempt(STDIN_NAME, async (name) => parseManifest(name, await readAll(stdin)))];
  const listing = await attempt(path, listManifests);
  const blocked = [...listing.blocked.values()].map(({ place, reason }) => `${place}: ${reason}`);
  if (blocked.length > 0) throw new Problem(blocked.join('\n'));
  const files: ManifestFile[] = [];
  for (const file of listing.files) files.push(await attempt(file, readManifest));
  return files;
}

async function readPaths(paths: readonly string[], stdin: Readable): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of paths) files.push(...(await readPath(path, stdin)));
  return files;
}

/** Errors end the command before anything is printed: half a stream must not reach kubectl. */
function check(files: readonly ManifestFile[], warn: (text: string) => void): void {
  const errors: string[] = [];
  for (const { path, problems } of files) {
    for (const { line, column, message, severity } of problems) {
      const text = `${path}:${line}:${column}: ${message}`;
      if (severity === 'error') errors.push(text);
      else warn(text);
    }
  }
  if (errors.length > 0) throw new Problem(errors.join('\n'));
}

/** Reads everything, in the order in which it was named. Errors: a Problem for what is missing or cannot be parsed. */
export async function readInput(
  paths: { readonly filename: readonly string[]; readonly resources: readonly string[] },
  stdin: Readable,
  warn: (text: string) => void,
): Promise<Input> {
  if ([...paths.filename, ...paths.resources].filter((path) => path === STDIN).length > 1)
    throw new Problem(`${STDIN_NAME} can be read only once: give - only once`);
  const files = await readPaths(paths.filename, stdin);
  const resources = await readPaths(paths.resources, stdin);
  check([...files, ...resources], warn);
  return { files, resources };
}
