/**
 * @module What the tests of this folder share: directories, pairs, a log that remembers, and waiting for a condition.
 */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { issueAuthority, issueServing } from '../../certs/issue.ts';
import type { KeyPair } from '../../certs/issue.ts';
import type { CertificateSourceOptions, Log } from './source.ts';

export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

/** Long enough for a machine that is busy with something else. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 10;

export interface Entry {
  readonly level: keyof Log;
  readonly object: object;
  readonly message: string;
}

export interface TestLog extends Log {
  readonly entries: Entry[];
  /** Everything that was logged, as text. */
  text(): string;
}

export function aLog(): TestLog {
  const entries: Entry[] = [];
  const at =
    (level: keyof Log) =>
    (object: object, message: string): void =>
      void entries.push({ level, object, message });
  return {
    entries,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    text: () => entries.map((entry) => JSON.stringify(entry)).join('\n'),
  };
}

/** No line of the key, but for the one that says that it is one, is in the text. */
export function assertUnsaid(key: string, text: string): void {
  const secret = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  assert.ok(secret.length > 1);
  for (const line of secret) assert.ok(!text.includes(line), 'a private key was logged');
}

export async function aDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cleat-tls-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function sourceOptions(
  directory: string,
  options: Partial<CertificateSourceOptions> = {},
): CertificateSourceOptions & { log: Log } {
  return {
    directory,
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    pollMs: 20,
    log: aLog(),
    ...options,
  };
}

export interface TestPair extends KeyPair {
  readonly authority: string;
}

/** A serving certificate under an authority of its own. */
export async function aPair(options: { now?: Date; lifetimeMs?: number } = {}): Promise<TestPair> {
  const { now = new Date(), lifetimeMs = 10 * DAY } = options;
  const authority = await issueAuthority({ commonName: 'Test', now, lifetimeMs });
  const pair = await issueServing({
    authority,
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    now,
    lifetimeMs,
  });
  return { ...pair, authority: authority.certificate };
}

/** The files of a Secret; what is undefined is left out. */
export interface Files {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly authority?: string | undefined;
}

export async function writeFiles(directory: string, files: Files): Promise<string[]> {
  const texts = { 'tls.crt': files.certificate, 'tls.key': files.key, 'ca.crt': files.authority };
  const present = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  await Promise.all(present.map(([name, text]) => writeFile(join(directory, name), text)));
  return present.map(([name]) => name);
}

let mounts = 0;

/** Puts files into an empty volume as the kubelet does: a folder, the link `..data` to it, and links through that. */
export async function mountAsKubelet(directory: string, files: Files): Promise<void> {
  const names = await swapAsKubelet(directory, files);
  await Promise.all(names.map((name) => symlink(join('..data', name), join(directory, name))));
}

/** Changes the files of a volume as the kubelet does: a new folder, and a rename that points `..data` at it. */
export async function swapAsKubelet(directory: string, files: Files): Promise<string[]> {
  mounts += 1;
  const folder = `..2026_11_21_${mounts}`;
  await mkdir(join(directory, folder));
  const names = await writeFiles(join(directory, folder), files);
  await symlink(folder, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  return names;
}

/** Waits for something that happens by itself; how long it takes is no part of any test. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `gave up waiting: ${what}`);
    await sleep(AGAIN_MS);
  }
}
