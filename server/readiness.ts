/**
 * @module Ready means: the caches synced once, the certificate valid, the port listening, and not going away.
 */
import type { CertificateSource } from './tls/source.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** More than ok or not: empty if there is nothing to say. */
  readonly detail: string;
}

export interface Verdict {
  readonly ready: boolean;
  readonly checks: readonly Check[];
}

/** What a source tells of itself. */
export interface SourceHealth {
  /** Once true it stays true: losing the API server never makes a synced replica unready. */
  readonly ready: () => boolean;
  /** One line; also when it is ready, if something is amiss. */
  readonly detail: () => string;
}

export class Readiness {
  readonly #source: SourceHealth;
  readonly #certificate: () => CertificateSource | undefined;
  readonly #now: () => Date;
  #listening = false;
  #draining = false;

  /** `certificate` is undefined while it is still waited for. */
  constructor(
    source: SourceHealth,
    certificate: () => CertificateSource | undefined,
    now: () => Date = () => new Date(),
  ) {
    this.#source = source;
    this.#certificate = certificate;
    this.#now = now;
  }

  get draining(): boolean {
    return this.#draining;
  }

  listening(): void {
    this.#listening = true;
  }

  /** From here on never ready again. */
  drain(): void {
    this.#draining = true;
  }

  check(): Verdict {
    const checks = [
      { name: 'caches', ok: this.#source.ready(), detail: this.#source.detail() },
      this.#checkCertificate(),
      { name: 'listening', ok: this.#listening, detail: '' },
      { name: 'staying', ok: !this.#draining, detail: this.#draining ? 'draining before exit' : '' },
    ];
    return { ready: checks.every(({ ok }) => ok), checks };
  }

  #checkCertificate(): Check {
    const name = 'certificate';
    const certificate = this.#certificate();
    if (certificate === undefined) return { name, ok: false, detail: 'there is none yet' };
    const { notAfter } = certificate.current();
    return {
      name,
      ok: this.#now() < notAfter,
      detail: certificate.problem() ?? `valid until ${notAfter.toISOString()}`,
    };
  }
}
