/**
 * @module Issues what is due of a self-issued authority and serving certificate, wherever they are kept.
 */

import { issueAuthority, issueServing } from '../../certs/issue.ts';
import {
  AUTHORITY_LIFETIME_MS,
  authorityIsDue,
  SERVING_LIFETIME_MS,
  servingIsDue,
  unexpiredAuthorities,
} from './renewal.ts';
import type { Issued, Names } from './renewal.ts';

/** The very same object when nothing is due. */
export async function issueWhatIsDue(issued: Issued, names: Names, now: Date): Promise<Issued> {
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
