/**
 * @module Keeps what Cleat issued for itself in the certificate directory, so that a restart goes on with the same
 * authority. Each file is replaced by a rename, and the order of writing leaves nothing behind that the next start
 * would misread: the marker before what it speaks of, keys before their certificates.
 */

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import type { KeyPair } from '../../certs/issue.ts';
import { FileName, inspectDirectory, markedFingerprints, readOptional } from './directory.ts';
import { reason } from './pair.ts';
import type { PairTexts } from './pair.ts';
import type { Issued } from './renewal.ts';

const NOTE = 'Cleat issued the certificates in this directory and replaces them when they are due.';
const SECRET = 0o600;
const PUBLIC = 0o644;
const PRIVATE_DIRECTORY = 0o700;

export async function loadIssued(directory: string): Promise<Issued> {
  const [certificate, key, authority, authorityKey] = await Promise.all([
    readOptional(directory, FileName.certificate),
    readOptional(directory, FileName.key),
    readOptional(directory, FileName.authority),
    readOptional(directory, FileName.authorityKey),
  ]);
  return {
    authority: keyPair(authority?.text, authorityKey?.text),
    serving: certificate && key && { certificate: certificate.text, key: key.text },
  };
}

/** Writes what differs from `before`. */
export async function saveIssued(directory: string, before: Issued, after: Issued): Promise<void> {
  if ((await inspectDirectory(directory)) === 'mounted') {
    throw new Error(
      `${directory}: has a certificate that Cleat did not issue and does not overwrite; restart Cleat to use it, ` +
        `or remove ${FileName.certificate} and ${FileName.key}`,
    );
  }
  try {
    await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    await writeMarker(directory, after.serving);
    if (after.authority !== before.authority) await writeAuthority(directory, after.authority);
    if (after.serving !== before.serving) await writeServing(directory, after.serving);
  } catch (error) {
    throw new Error(
      `${directory}: certificates cannot be written (${reason(error)}); make it a directory that Cleat's user may write, ` +
        `or mount ${FileName.certificate} and ${FileName.key} there`,
      { cause: error },
    );
  }
}

/** The texts of a pair with the paths that messages name. */
export function textsOf(directory: string, { authority, serving }: Issued): PairTexts {
  const named = (name: string, text = ''): { path: string; text: string } => ({
    path: join(directory, name),
    text,
  });
  return {
    certificate: named(FileName.certificate, serving?.certificate),
    key: named(FileName.key, serving?.key),
    authority: named(FileName.authority, authority?.certificate),
  };
}

/** A bundle without its key still tells whom clients trust. */
function keyPair(certificate: string | undefined, key = ''): KeyPair | undefined {
  return certificate === undefined ? undefined : { certificate, key };
}

/** Lists the certificate that is about to be written and the one that it replaces. */
async function writeMarker(directory: string, serving: KeyPair | undefined): Promise<void> {
  const marked = markedFingerprints(await readOptional(directory, FileName.marker));
  const fingerprint = serving && new X509Certificate(serving.certificate).fingerprint256;
  if (fingerprint === undefined || marked[0] === fingerprint) return;
  const certificates = [fingerprint, ...marked.slice(0, 1)];
  await replace(directory, FileName.marker, {
    text: `${JSON.stringify({ note: NOTE, certificates }, undefined, 2)}\n`,
    mode: PUBLIC,
  });
}

async function writeAuthority(directory: string, authority: KeyPair | undefined): Promise<void> {
  await replace(directory, FileName.authorityKey, { text: authority?.key ?? '', mode: SECRET });
  await replace(directory, FileName.authority, { text: authority?.certificate ?? '', mode: PUBLIC });
}

async function writeServing(directory: string, serving: KeyPair | undefined): Promise<void> {
  await replace(directory, FileName.key, { text: serving?.key ?? '', mode: SECRET });
  await replace(directory, FileName.certificate, { text: serving?.certificate ?? '', mode: PUBLIC });
}

/** A reader finds the old file or the new one, and a file that is left over from a crash does not stand in the way. */
async function replace(
  directory: string,
  name: string,
  content: { text: string; mode: number },
): Promise<void> {
  const temporary = join(directory, `.${name}.${process.pid}.tmp`);
  try {
    await rm(temporary, { force: true });
    await writeFile(temporary, content.text, { flag: 'wx', flush: true, mode: content.mode });
    await rename(temporary, join(directory, name));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
