/**
 * @module Certificates that Cleat issues for itself, into a directory that had none. The clock is looked at every few
 * seconds: one timer until the renewal would overflow after 24 days, and sleep through the time of a suspended machine.
 */

import { issueAuthority, issueServing } from '../../certs/issue.ts';
import { coalesce } from '../coalesce.ts';
import { holdCertificate } from './holder.ts';
import { loadIssued, saveIssued, textsOf } from './own-files.ts';
import { parsePair } from './pair.ts';
import type { ServingCertificate } from './pair.ts';
import {
  AUTHORITY_LIFETIME_MS,
  authorityIsDue,
  SERVING_LIFETIME_MS,
  servingIsDue,
  unexpiredAuthorities,
} from './renewal.ts';
import type { Issued, Names } from './renewal.ts';
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

/** The very same object when nothing is due. */
async function issueWhatIsDue(issued: Issued, names: Names, now: Date): Promise<Issued> {
  const trusted = authorityIsDue(issued, now) ? await withAuthority(issued, now) : issued;
  return servingIsDue(trusted, names, now) ? withServing(trusted, names, now) : trusted;
}

async function withAuthority(issued: Issued, now: Date): Promise<Issued> {
  const { certificate, key } = await issueAuthority({ now, lifetimeMs: AUTHORITY_LIFETIME_MS });
  const old = unexpiredAuthorities(issued.authority?.certificate, now);
  return { ...issued, authority: { certificate: certificate + old, key } };
}

async function withServing(issued: Issued, { dnsNames, ipAddresses }: Names, now: Date): Promise<Issued> {
  const { authority } = issued;
  if (authority === undefined) throw new Error('there is no authority to sign with');
  const serving = await issueServing({
    authority,
    dnsNames,
    ipAddresses,
    now,
    lifetimeMs: SERVING_LIFETIME_MS,
  });
  return { ...issued, serving };
}
