/**
 * @module Certificates that Cleat issues for itself, into a directory that had none. The clock is looked at every few
 * seconds: one timer until the renewal would overflow after 24 days, and sleep through the time of a suspended machine.
 */

import { coalesce } from '../coalesce.ts';
import { holdCertificate } from './holder.ts';
import { issueWhatIsDue } from './issuing.ts';
import { loadIssued, saveIssued, textsOf } from './own-files.ts';
import { parsePair } from './pair.ts';
import type { ServingCertificate } from './pair.ts';
import type { CertificateSource, OpenOptions } from './source.ts';

export async function openGeneratedSource(options: OpenOptions): Promise<CertificateSource> {
  const { directory, clock, pollMs, log } = options;
  let issued = await loadIssued(directory);

  /** The pair of this instant: what there is, or what had to be issued in its place. */
  async function renew(): Promise<ServingCertificate> {
    const now = clock();
    const next = await issueWhatIsDue(issued, options, now);
    const pair = parsePair(textsOf(directory, next), now);
    if (next !== issued) await saveIssued(directory, issued, next);
    issued = next;
    return pair;
  }

  const first = await renew();
  const check = coalesce(async () => {
    try {
      holder.use(await renew());
    } catch (error) {
      holder.refuse(error);
    }
  });
  const poll = setInterval(check, pollMs).unref();
  const holder = holdCertificate({ first, directory, log, release: () => clearInterval(poll) });
  return holder;
}
