/**
 * @module Files and folders of manifests, read into documents that know their places.
 */
import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { readStream, type TextStream } from '../../text/stream.ts';

const MANIFEST = /\.(?:ya?ml|json)$/i;

export interface ManifestFile extends TextStream {
  /** As the user would name it. */
  readonly path: string;
}

/** What is at a path. */
export interface Listing {
  /** Of a file, whatever else is in its folder is of no concern. */
  readonly isFolder: boolean;
  readonly files: readonly string[];
  /** The folders that are to be watched, each with what tells it from another one of the same name. */
  readonly folders: ReadonlyMap<string, string>;
  /** Why something below the path could not be looked at. */
  readonly blocked: ReadonlyMap<string, FileProblem>;
}

/**
 * Whether what happens to something in a folder may change a listing. Where a single file is named, its folder may be a busy
 * one; a mounted ConfigMap swaps a hidden link in it.
 */
export function concerns(
  listings: ReadonlyMap<string, Listing>,
  folder: string,
  name: string | null,
): boolean {
  if (name === null || name.startsWith('.')) return true;
  return [...listings].some(([root, { isFolder, folders }]) =>
    isFolder ? folders.has(folder) : basename(root) === name,
  );
}

interface Draft {
  isFolder: boolean;
  /** The files that were found before. */
  readonly before: readonly string[];
  readonly files: string[];
  readonly folders: Map<string, string>;
  readonly blocked: Map<string, FileProblem>;
}

/**
 * The manifests at a path: a file as it is named, or everything in a folder that ends in .yaml, .yml or .json, sorted.
 * Hidden files and folders are left out: there editors and mounted volumes keep what is theirs. Of what cannot be looked
 * at those that were found before are found again. Errors: a path that does not exist.
 */
export async function listManifests(path: string, before: readonly string[] = []): Promise<Listing> {
  const draft: Draft = { isFolder: false, before, files: [], folders: new Map(), blocked: new Map() };
  try {
    const status = await stat(path);
    draft.isFolder = status.isDirectory();
    if (draft.isFolder) await listFolder(draft, path, status, []);
    else await listFile(draft, path);
  } catch (error) {
    if (isMissing(error)) throw error;
    draft.blocked.set(path, fileProblem(error, path));
    draft.files.push(...before);
  }
  return draft;
}

/** With the folder that it lies in, since who replaces a file by renaming another one changes nothing about the old one. */
async function listFile({ files, folders }: Draft, path: string): Promise<void> {
  const folder = dirname(path);
  folders.set(folder, identityOf(await stat(folder)));
  files.push(path);
}

/** `around` are the folders that this one is in, so that a link to one of them is not followed for ever. */
async function listFolder(
  draft: Draft,
  folder: string,
  status: Stats,
  around: readonly string[],
): Promise<void> {
  const real = await realpath(folder);
  if (around.includes(real)) return;
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  draft.folders.set(folder, identityOf(status));
  for (const name of names) await listEntry(draft, join(folder, name), [...around, real]);
}

async function listEntry(draft: Draft, path: string, around: readonly string[]): Promise<void> {
  try {
    // Through symbolic links, since a mounted ConfigMap consists of them.
    const status = await stat(path);
    if (status.isDirectory()) await listFolder(draft, path, status, around);
    else if (status.isFile() && MANIFEST.test(path)) draft.files.push(path);
  } catch (error) {
    // Vanished meanwhile, or a link that leads nowhere.
    if (isMissing(error)) return;
    draft.blocked.set(path, fileProblem(error, path));
    draft.files.push(...draft.before.filter((file) => file === path || file.startsWith(`${path}${sep}`)));
  }
}

/** With the time of birth, since a new folder often gets the number of the one that was removed just before. */
const identityOf = ({ dev, ino, birthtimeMs }: Stats): string => [dev, ino, birthtimeMs].join('/');

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
  ['ELOOP', 'its symbolic links lead in a circle'],
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
