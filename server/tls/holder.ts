/**
 * @module What both sources share: the pair in use, who is told when it changes, and why a newer one is not in use.
 */

import { reason, samePair } from './pair.ts';
import type { ServingCertificate } from './pair.ts';
import type { CertificateSource, Log } from './source.ts';

export interface Holder extends CertificateSource {
  /** Puts a checked pair in use, the present one included: whatever was wrong is over. */
  use(pair: ServingCertificate): void;
  /** Stays with the present pair. */
  refuse(why: unknown): void;
}

export interface HolderOptions {
  readonly first: ServingCertificate;
  readonly directory: string;
  readonly log: Log;
  /** Ends the timers and watchers of the source. */
  readonly release: () => void;
}

export function holdCertificate({ first, directory, log, release }: HolderOptions): Holder {
  const listeners = new Set<{ readonly call: (pair: ServingCertificate) => void }>();
  let current = first;
  let problem: string | undefined;
  let stopped = false;
  log.info(summary(directory, first), 'TLS certificate loaded');

  function notify(): void {
    for (const listener of listeners) {
      try {
        listener.call(current);
      } catch (error) {
        log.error({ directory, reason: reason(error) }, 'a listener failed on the new TLS certificate');
      }
    }
  }

  function use(pair: ServingCertificate): void {
    if (stopped) return;
    if (problem !== undefined) log.info({ directory }, 'the problem with the TLS certificate is over');
    problem = undefined;
    if (samePair(pair, current)) return;
    current = pair;
    log.info(summary(directory, pair), 'TLS certificate changed');
    notify();
  }

  function refuse(why: unknown): void {
    if (stopped || problem === reason(why)) return;
    problem = reason(why);
    log.warn({ ...summary(directory, current), problem }, 'the TLS certificate stays as it is');
  }

  return {
    use,
    refuse,
    current: () => current,
    problem: () => problem,
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      stopped = true;
      listeners.clear();
      release();
    },
  };
}

/** What a log may know of a pair. */
function summary(directory: string, { fingerprint, notAfter }: ServingCertificate): object {
  return { directory, fingerprint, notAfter: notAfter.toISOString() };
}
