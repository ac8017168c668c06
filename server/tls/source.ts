/**
 * @module Where the TLS certificate comes from: files that somebody mounted, or ones that Cleat issues for itself.
 * Whoever serves asks for the pair in use and subscribes to changes; which of the two it is makes no difference there.
 */

import { inspectDirectory } from './directory.ts';
import { openFileSource } from './file-source.ts';
import type { ServingCertificate } from './pair.ts';

export type { ServingCertificate } from './pair.ts';

export interface CertificateSource {
  /** The pair in use. It has been checked, but it may have expired since: look at `notAfter`. */
  current(): ServingCertificate;
  /** Calls `listener` after each change, of the pair or of the authorities. Returns what ends that. */
  subscribe(listener: (pair: ServingCertificate) => void): () => void;
  /** Why the newest files, or the newest attempt to issue, are not in use; undefined when all is well. */
  problem(): string | undefined;
  stop(): void;
}

/** The part of pino that is used here. */
export interface Log {
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
  error(object: object, message: string): void;
}

export interface CertificateSourceOptions {
  /** With tls.crt and tls.key (and maybe ca.crt) in it, they are used. Missing or without them, it is filled. */
  readonly directory: string;
  /** What a certificate that Cleat issues is valid for. */
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly clock?: () => Date;
  /** How often the files and the clock are looked at, besides file system events. */
  readonly pollMs?: number;
  readonly log: Log;
}

/** The options with their defaults filled in. */
export type OpenOptions = Required<CertificateSourceOptions>;

const POLL_MS = 10_000;

/** Fails when there is no pair to begin with: the message says which file, what is wrong with it, and what to do. */
export async function openCertificateSource(options: CertificateSourceOptions): Promise<CertificateSource> {
  const complete: OpenOptions = { clock: () => new Date(), pollMs: POLL_MS, ...options };
  const content = await inspectDirectory(complete.directory);
  if (content === 'mounted') return openFileSource(complete);
  // Issuing needs libraries that take longer to load than all the rest of Cleat.
  const { openGeneratedSource } = await import('./generated-source.ts');
  return openGeneratedSource(complete);
}
