/**
 * @module Certificates that Cleat issues for itself into one Secret, which all of its replicas serve from. Only the
 * leader issues; each write carries the resourceVersion that was read, so that one who has just ceased to lead, or has
 * not noticed yet, never replaces what its successor issued.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { KeyPair } from '../../certs/issue.ts';
import { coalesce } from '../coalesce.ts';
import { unlessAborted } from '../kube/deadline.ts';
import { FileName } from './directory.ts';
import { holdCertificate } from './holder.ts';
import { issueWhatIsDue } from './issuing.ts';
import { parsePair, reason } from './pair.ts';
import type { NamedText, PairTexts, ServingCertificate } from './pair.ts';
import type { Issued } from './renewal.ts';
import type { CertificateSource, Log } from './source.ts';

export interface SecretContent {
  /** The texts, decoded. */
  readonly data: Readonly<Record<string, string>>;
  readonly resourceVersion: string;
}

/** The Secret as the API has it. */
export interface CertificateSecret {
  /** Undefined if there is none. */
  read(): Promise<SecretContent | undefined>;
  /** Sets these entries and leaves the others; `conflict` if the Secret is not as it was read any more. */
  write(data: Readonly<Record<string, string>>, resourceVersion: string): Promise<'written' | 'conflict'>;
}

export interface SecretSourceOptions {
  readonly secret: CertificateSecret;
  /** What a certificate that Cleat issues is valid for; the same in all replicas. */
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Whether this replica leads. */
  readonly mayIssue: () => boolean;
  readonly clock?: () => Date;
  /** How often the Secret and the clock are looked at. */
  readonly pollMs?: number;
  /** The same, as long as there is no certificate to begin with. */
  readonly startPollMs?: number;
  readonly log: Log;
  /** For messages: `Secret cleat-system/cleat-certificates`. */
  readonly describe: string;
}

export interface SecretSource extends CertificateSource {
  /** PEM: whom clients of any replica should trust. During a change of authority, the old one and the new one. */
  authorities(): string;
  /** Looks now, for example because this replica leads from now on. */
  check(): void;
}

type Options = Required<SecretSourceOptions>;

const DEFAULTS = { clock: () => new Date(), pollMs: 15_000, startPollMs: 500 };

/** How often somebody else may be quicker: another leader needs one write, and then nothing is due. */
const ATTEMPTS = 5;

/** Nothing is wrong: it is another's turn. */
class NotIssuedYet extends Error {}

/** Resolves as soon as there is a pair to serve with, whoever issued it. The signal ends the waiting for it. */
export async function openSecretSource(
  options: SecretSourceOptions,
  signal: AbortSignal,
): Promise<SecretSource> {
  const complete: Options = { ...DEFAULTS, ...options };
  const { pollMs, log, describe } = complete;
  const first = await firstPair(complete, signal);
  let stopped = false;
  const check = coalesce(async () => {
    if (stopped) return;
    try {
      holder.use(await look(complete));
    } catch (error) {
      holder.refuse(error);
    }
  });
  const poll = setInterval(check, pollMs).unref();
  const release = (): void => {
    stopped = true;
    clearInterval(poll);
  };
  const holder = holdCertificate({ first, directory: describe, log, release });
  return { ...holder, check, authorities: () => holder.current().authority ?? '' };
}

async function firstPair(options: Options, signal: AbortSignal): Promise<ServingCertificate> {
  const { log, describe, startPollMs } = options;
  let said: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await unlessAborted(look(options), signal);
    } catch (error) {
      signal.throwIfAborted();
      const why = reason(error);
      const level = error instanceof NotIssuedYet ? 'info' : 'warn';
      if (why !== said) log[level]({ secret: describe, reason: why }, 'waiting for a TLS certificate');
      said = why;
    }
    await sleep(startPollMs, undefined, { signal }).catch(() => undefined); // the signal speaks for itself
  }
}

/** The pair of this instant: what the Secret has, or what had to be issued in its place. */
async function look(options: Options): Promise<ServingCertificate> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const pair = await lookOnce(options);
    if (pair !== 'conflict') return pair;
  }
  const { describe } = options;
  throw new Error(`${describe}: was changed whenever Cleat wrote it; let nobody but Cleat write it`);
}

async function lookOnce(options: Options): Promise<ServingCertificate | 'conflict'> {
  const { describe, mayIssue, clock } = options;
  const { data, resourceVersion } = await read(options);
  const issued = issuedOf(data);
  const now = clock();
  if (!mayIssue()) return usable(issued, describe, now);
  const next = await issueWhatIsDue(issued, options, now);
  const pair = parsePair(textsOf(describe, next), now);
  if (next === issued) return pair;
  if ((await write(options, next, resourceVersion)) === 'conflict') return 'conflict';
  tell(options, { before: issued, after: next, now });
  return pair;
}

function usable(issued: Issued, describe: string, now: Date): ServingCertificate {
  if (issued.serving === undefined) {
    throw new NotIssuedYet(`${describe}: has no certificate yet; the leader issues one`);
  }
  return parsePair(textsOf(describe, issued), now);
}

async function read({ secret, describe }: Options): Promise<SecretContent> {
  let content: SecretContent | undefined;
  try {
    content = await secret.read();
  } catch (error) {
    throw new Error(
      `${describe}: cannot be read (${reason(error)}); it is tried again, but Cleat has to be allowed to get it`,
      { cause: error },
    );
  }
  if (content !== undefined) return content;
  throw new Error(`${describe}: does not exist; re-apply the installation, or create an empty ${describe}`);
}

async function write(
  { secret, describe }: Options,
  issued: Issued,
  resourceVersion: string,
): Promise<'written' | 'conflict'> {
  try {
    return await secret.write(dataOf(issued), resourceVersion);
  } catch (error) {
    throw new Error(
      `${describe}: cannot be written (${reason(error)}); it is tried again, but Cleat has to be allowed to patch it, ` +
        'and it must not be immutable',
      { cause: error },
    );
  }
}

interface Issue {
  readonly before: Issued;
  readonly after: Issued;
  readonly now: Date;
}

function tell({ log, describe }: Options, { before, after, now }: Issue): void {
  const damage = damageOf(before, describe, now);
  if (damage !== undefined) {
    log.warn(
      { secret: describe, reason: damage },
      'what the Secret had could not be used: it was issued anew',
    );
  }
  const authority = after.authority !== before.authority;
  const serving = after.serving !== before.serving;
  log.info({ secret: describe, authority, serving }, 'issued TLS certificates');
}

/** What was wrong with content that there was; undefined if it was just time for the next one. */
function damageOf(issued: Issued, describe: string, now: Date): string | undefined {
  if (issued.authority === undefined && issued.serving === undefined) return undefined;
  const texts = textsOf(describe, issued);
  const signer = {
    certificate: named(describe, FileName.authority, issued.authority?.certificate),
    key: named(describe, FileName.authorityKey, issued.authority?.key),
  };
  return whyUnusable(signer, now) ?? whyUnusable(texts, now);
}

function whyUnusable(texts: PairTexts, now: Date): string | undefined {
  try {
    parsePair(texts, now);
    return undefined;
  } catch (error) {
    return reason(error);
  }
}

/** A certificate without its key is still content: one that is damaged, or an authority that clients trust. */
function issuedOf(data: SecretContent['data']): Issued {
  const pair = (certificate: string, key: string): KeyPair | undefined => {
    const found = { certificate: textAt(data, certificate), key: textAt(data, key) };
    return found.certificate === '' && found.key === '' ? undefined : found;
  };
  return {
    authority: pair(FileName.authority, FileName.authorityKey),
    serving: pair(FileName.certificate, FileName.key),
  };
}

function dataOf({ authority, serving }: Issued): Record<string, string> {
  return {
    [FileName.authority]: authority?.certificate ?? '',
    [FileName.authorityKey]: authority?.key ?? '',
    [FileName.certificate]: serving?.certificate ?? '',
    [FileName.key]: serving?.key ?? '',
  };
}

/** The texts of a pair with the places that messages name. */
function textsOf(describe: string, { authority, serving }: Issued): PairTexts {
  return {
    certificate: named(describe, FileName.certificate, serving?.certificate),
    key: named(describe, FileName.key, serving?.key),
    authority: named(describe, FileName.authority, authority?.certificate),
  };
}

function named(describe: string, name: string, text = ''): NamedText {
  return { path: `${describe}, ${name}`, text };
}

function textAt(data: SecretContent['data'], name: string): string {
  return Object.hasOwn(data, name) ? (data[name] ?? '') : '';
}
