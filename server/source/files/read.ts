/**
 * @module Files and folders of manifests, read into documents that know their places.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readStream, type TextStream } from '../../text/stream.ts';

const MANIFEST = /\.(?:ya?ml|json)$/i;

export interface ManifestFile extends TextStream {
  /** As the user would name it. */
  readonly path: string;
}

/**
 * The manifests below the paths: files as they are named, folders with everything in them that ends in .yaml, .yml or
 * .json, sorted. Hidden files and folders are left out, as kubectl does. Errors: a path that does not exist.
 */
export async function listManifests(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const status = await stat(path);
    if (status.isDirectory()) found.push(...(await listFolder(path)));
    else found.push(path);
  }
  return [...new Set(found)];
}

async function listFolder(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const found: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    // Through symbolic links, since a mounted ConfigMap consists of them; what vanished meanwhile is left out.
    const status = await stat(path).catch(() => undefined);
    if (status?.isDirectory() === true) found.push(...(await listFolder(path)));
    else if (status?.isFile() === true && MANIFEST.test(name)) found.push(path);
  }
  return found;
}

export async function readManifest(path: string): Promise<ManifestFile> {
  const text = await readFile(path, 'utf8');
  return { path, ...readStream(text, { name: path }) };
}

/** Why a file system call failed, in words. */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES') return 'it may not be read';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message : String(error);
}
