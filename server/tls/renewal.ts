/**
 * @module When what Cleat issued for itself has to be issued anew: a pure decision on texts and a clock. Authority and
 * serving certificate are renewed at two thirds of their life.
 *
 * Clients have to learn of a new authority before they meet a certificate that it signed. So a new authority is first
 * published beside the old one, the serving certificate stays, and is issued under the new authority a day later at
 * the earliest, unless it would be too late by then.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';

import { BACKDATE_MS } from '../../certs/issue.ts';
import type { KeyPair } from '../../certs/issue.ts';
import { splitBundle } from './pair.ts';

/** What Cleat has issued. The authority's text is a bundle, newest first, and its key is the newest one's. */
export interface Issued {
  readonly authority: KeyPair | undefined;
  readonly serving: KeyPair | undefined;
}

export interface Names {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

const HOUR = 60 * 60 * 1000;
export const AUTHORITY_LIFETIME_MS = 5 * 365 * 24 * HOUR;
export const SERVING_LIFETIME_MS = 90 * 24 * HOUR;
const PUBLISH_MS = 24 * HOUR;

/** Whether there is no usable authority, or it is time for the next one. */
export function authorityIsDue({ authority }: Issued, now: Date): boolean {
  const [signer] = parseAll(authority?.certificate);
  if (authority === undefined || signer === undefined || !fits(signer, authority.key)) return true;
  return !isValid(signer, now) || now >= renewalTime(signer);
}

/** Whether there is no usable serving certificate for the names, or it is time for the next one. */
export function servingIsDue({ authority, serving }: Issued, names: Names, now: Date): boolean {
  const authorities = parseAll(authority?.certificate);
  const [leaf] = parseAll(serving?.certificate);
  if (serving === undefined || leaf === undefined || !fits(leaf, serving.key)) return true;
  if (!isValid(leaf, now) || !covers(leaf, names)) return true;
  const issuer = authorities.find((one) => isIssuedBy(leaf, one));
  if (issuer === undefined) return true;
  return now >= servingRenewalTime(leaf, { issuer, newest: authorities[0] ?? issuer });
}

/** The authorities that are still worth trusting beside a new one: what they signed may be in use. */
export function unexpiredAuthorities(bundle: string | undefined, now: Date): string {
  const valid = splitBundle(bundle ?? '').filter((pem) => parseAll(pem).some((one) => now < one.validToDate));
  return valid.map((pem) => `${pem}\n`).join('');
}

/** At two thirds of its life. */
function renewalTime({ validFromDate, validToDate }: X509Certificate): Date {
  const from = validFromDate.getTime();
  return new Date(from + ((validToDate.getTime() - from) * 2) / 3);
}

function servingRenewalTime(
  leaf: X509Certificate,
  { issuer, newest }: { issuer: X509Certificate; newest: X509Certificate },
): Date {
  const due = renewalTime(leaf);
  if (issuer === newest) return due;
  const published = newest.validFromDate.getTime() + BACKDATE_MS + PUBLISH_MS;
  const tooLate = leaf.validToDate.getTime() - PUBLISH_MS;
  return new Date(Math.max(due.getTime(), Math.min(published, tooLate)));
}

function isIssuedBy(leaf: X509Certificate, authority: X509Certificate): boolean {
  return leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now < validToDate;
}

function covers(leaf: X509Certificate, { dnsNames, ipAddresses }: Names): boolean {
  const own = new Set((leaf.subjectAltName ?? '').split(', '));
  return (
    dnsNames.every((name) => own.has(`DNS:${name}`)) &&
    ipAddresses.every((address) => leaf.checkIP(address) !== undefined)
  );
}

/** Damaged files are issued anew, like missing ones. */
function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function parseAll(bundle: string | undefined): X509Certificate[] {
  try {
    return splitBundle(bundle ?? '').map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
}
