/**
 * @module What the tests of certificates in a Secret share: the Secret, replicas that serve from it, and a clock.
 */

import { X509Certificate } from 'node:crypto';
import type { TestContext } from 'node:test';

import { splitBundle } from './pair.ts';
import { openSecretSource } from './secret-source.ts';
import type { CertificateSecret, SecretContent, SecretSource, SecretSourceOptions } from './secret-source.ts';
import type { ServingCertificate } from './source.ts';
import { aLog, DAY } from './test-support.ts';
import type { TestLog } from './test-support.ts';

export const start = new Date('2026-11-21T12:00:00Z');
export const after = (days: number): Date => new Date(start.getTime() + days * DAY);

export const NAME = 'Secret cleat-system/cleat-certificates';

/** The Secret as several replicas see it, and faults. */
export class FakeSecret implements CertificateSecret {
  content: SecretContent | undefined = { data: {}, resourceVersion: '1' };
  failRead: Error | undefined;
  failWrite: Error | undefined;
  /** Called when a write arrives, before it is looked at. */
  onWrite: () => void = () => {};
  reads = 0;
  writes = 0;
  #version = 1;

  async read(): Promise<SecretContent | undefined> {
    this.reads += 1;
    await Promise.resolve();
    if (this.failRead) throw this.failRead;
    return this.content;
  }

  async write(data: SecretContent['data'], resourceVersion: string): Promise<'written' | 'conflict'> {
    await Promise.resolve();
    this.onWrite();
    if (this.failWrite) throw this.failWrite;
    if (this.content?.resourceVersion !== resourceVersion) return 'conflict';
    this.writes += 1;
    this.put(data);
    return 'written';
  }

  put(data: SecretContent['data']): void {
    this.content = {
      data: { ...this.content?.data, ...data },
      resourceVersion: String((this.#version += 1)),
    };
  }

  text(name: string): string {
    return this.content?.data[name] ?? '';
  }
}

export interface Replica {
  readonly source: Promise<SecretSource>;
  readonly log: TestLog;
  readonly end: AbortController;
}

export function aReplica(
  t: TestContext,
  secret: CertificateSecret,
  options: Partial<SecretSourceOptions> = {},
  signal?: AbortSignal,
): Replica {
  const log = aLog();
  const end = new AbortController();
  const source = openSecretSource(
    {
      secret,
      dnsNames: ['cleat.cleat-system.svc'],
      ipAddresses: [],
      mayIssue: () => true,
      pollMs: 20,
      startPollMs: 5,
      clock: () => start,
      log,
      describe: NAME,
      ...options,
    },
    signal ?? end.signal,
  );
  t.after(async () => {
    end.abort();
    await source.then((opened) => opened.stop()).catch(() => undefined);
  });
  return { source, log, end };
}

export const messages = ({ log }: Replica): string[] =>
  log.entries.map(({ level, message }) => `${level}: ${message}`);

export function isTrusted(pair: ServingCertificate, bundle: string): boolean {
  const leaf = new X509Certificate(pair.certificate);
  return splitBundle(bundle).some((pem) => leaf.verify(new X509Certificate(pem).publicKey));
}
