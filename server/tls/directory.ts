/**
 * @module The certificate directory: the names of its files, reading them, and whose they are. Cleat leaves a marker
 * beside what it wrote, with the fingerprints of its certificates, so that it never overwrites somebody else's.
 */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { reason } from './pair.ts';
import type { NamedText, PairTexts } from './pair.ts';

export const FileName = {
  certificate: 'tls.crt',
  key: 'tls.key',
  authority: 'ca.crt',
  authorityKey: 'ca.key',
  marker: 'generated-by-cleat.json',
} as const;

/** `mounted`: somebody else's pair. `generated`: Cleat's own files. `empty`: none of the files, or no directory. */
export type Content = 'mounted' | 'generated' | 'empty';

/** How often a pair is read before it is given up as being written all the time. */
const READS = 5;

/** Whose certificate the directory has. Fails on half a pair. */
export async function inspectDirectory(directory: string): Promise<Content> {
  const [certificate, key, authority, authorityKey, marker] = await Promise.all([
    readOptional(directory, FileName.certificate),
    readOptional(directory, FileName.key),
    readOptional(directory, FileName.authority),
    readOptional(directory, FileName.authorityKey),
    readOptional(directory, FileName.marker),
  ]);
  if (marker !== undefined && isOwn(certificate, marker)) return 'generated';
  const present = [certificate, key, authority, authorityKey].find((file) => file !== undefined);
  if (present === undefined) return 'empty';
  if (certificate !== undefined && key !== undefined) return 'mounted';
  throw new Error(halfAPair(directory, { present, certificate, key }));
}

/** Both halves of a pair as they were at one instant, also while somebody replaces them. */
export async function readPair(directory: string): Promise<PairTexts> {
  let before: PairTexts | undefined;
  for (let read = 0; read < READS; read += 1) {
    const texts = await readOnce(directory);
    if (before !== undefined && sameTexts(before, texts)) return texts;
    before = texts;
  }
  throw new Error(`${directory}: its files change whenever they are read; write them once`);
}

/** The file's text, undefined where there is no such file or directory. */
export async function readOptional(directory: string, name: string): Promise<NamedText | undefined> {
  const path = join(directory, name);
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    const remedy = hasCode(error, 'ENOTDIR')
      ? `${directory} is a file, name a directory`
      : "make it a file that Cleat's user may read";
    throw new Error(`${path}: cannot be read (${reason(error)}); ${remedy}`, { cause: error });
  }
}

/** The fingerprints that the marker lists, none if there is no marker. */
export function markedFingerprints(marker: NamedText | undefined): string[] {
  if (marker === undefined) return [];
  try {
    const { certificates }: { certificates?: unknown } = JSON.parse(marker.text);
    if (Array.isArray(certificates)) return certificates.map(String);
    throw new TypeError('it has no list of certificates');
  } catch (error) {
    throw new Error(
      `${marker.path}: is damaged (${reason(error)}); delete it to keep the tls.crt and tls.key beside it, ` +
        'or delete all of them to have new ones issued',
      { cause: error },
    );
  }
}

async function readOnce(directory: string): Promise<PairTexts> {
  const [certificate, key, authority] = await Promise.all([
    readRequired(directory, FileName.certificate),
    readRequired(directory, FileName.key),
    readOptional(directory, FileName.authority),
  ]);
  return { certificate, key, authority };
}

async function readRequired(directory: string, name: string): Promise<NamedText> {
  const file = await readOptional(directory, name);
  if (file !== undefined) return file;
  throw new Error(`${join(directory, name)}: is gone; put ${FileName.certificate} and ${FileName.key} back`);
}

function sameTexts(a: PairTexts, b: PairTexts): boolean {
  return (
    a.certificate.text === b.certificate.text &&
    a.key.text === b.key.text &&
    a.authority?.text === b.authority?.text
  );
}

/** A certificate that the marker does not list was put there by somebody else since. */
function isOwn(certificate: NamedText | undefined, marker: NamedText): boolean {
  const own = markedFingerprints(marker);
  return certificate === undefined || own.includes(fingerprintOf(certificate.text) ?? '');
}

function fingerprintOf(text: string): string | undefined {
  try {
    return new X509Certificate(text).fingerprint256;
  } catch {
    return undefined;
  }
}

interface Half {
  readonly present: NamedText;
  readonly certificate: NamedText | undefined;
  readonly key: NamedText | undefined;
}

function halfAPair(directory: string, { present, certificate, key }: Half): string {
  const missing = [
    ...(certificate === undefined ? [FileName.certificate] : []),
    ...(key === undefined ? [FileName.key] : []),
  ];
  return (
    `${directory}: has ${present.path.slice(directory.length).replace(/^[/\\]+/, '')} but no ${missing.join(' and no ')}; ` +
    `add what is missing, or remove the rest and Cleat issues a certificate of its own`
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
