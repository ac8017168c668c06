/**
 * @module Files and folders of manifests, read into documents that know their places.
 */
import { isUtf8 } from 'node:buffer';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readStream, type TextStream } from '../../text/stream.ts';

const MANIFEST = /\.(?:ya?ml|json)$/i;

export interface ManifestFile extends TextStream {
  /** As the user would name it. */
  readonly path: string;
}

/**
 * The manifests at a path: a file as it is named, or everything in a folder that ends in .yaml, .yml or .json, sorted.
 * Hidden files and folders are left out: there editors and mounted volumes keep what is theirs. Errors: a path that does
 * not exist, or a folder that may not be read.
 */
export async function listManifests(path: string): Promise<readonly string[]> {
  const status = await stat(path);
  return status.isDirectory() ? await listFolder(path, []) : [path];
}

/** `around` are the folders that this one is in, so that a link to one of them is not followed for ever. */
async function listFolder(folder: string, around: readonly string[]): Promise<readonly string[]> {
  const real = await realpath(folder);
  if (around.includes(real)) return [];
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const found: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    try {
      // Through symbolic links, since a mounted ConfigMap consists of them.
      const status = await stat(path);
      if (status.isDirectory()) found.push(...(await listFolder(path, [...around, real])));
      else if (status.isFile() && MANIFEST.test(name)) found.push(path);
    } catch (error) {
      // Vanished meanwhile, or a link that leads nowhere.
      if (!isMissing(error)) throw error;
    }
  }
  return found;
}

/** A manifest from its bytes. Errors: bytes that are no text, which would not come out again as they were. */
export function parseManifest(path: string, bytes: Buffer): ManifestFile {
  if (!isUtf8(bytes)) throw new Error('it is not UTF-8');
  return { path, ...readStream(bytes.toString('utf8'), { name: path }) };
}

export async function readManifest(path: string): Promise<ManifestFile> {
  return parseManifest(path, await readFile(path));
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'it may not be read'],
  ['EISDIR', 'it is a folder'],
]);

/** Why a file system call failed, in words, and on which file; on the given one if the error does not tell. */
export function fileProblem(error: unknown, path: string): FileProblem {
  const message = error instanceof Error ? error.message : String(error);
  const place = error instanceof Error && 'path' in error ? String(error.path) : path;
  return { place, reason: REASONS.get(codeOf(error)) ?? message };
}

export interface FileProblem {
  readonly place: string;
  readonly reason: string;
}
