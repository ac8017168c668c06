/**
 * @module Issues a private certificate authority and serving certificates under it. EC P-256 and SHA-256 throughout:
 * the package's own defaults are RSA and SHA-1, so nothing here relies on a default.
 */

import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

import { generate } from 'selfsigned';

import { addKeyIdentifiers } from './key-identifiers.ts';

/** PEM texts. `certificate` may be a chain: its first certificate is the one that `key` belongs to. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface AuthorityOptions {
  /** What people read in a certificate viewer; a random suffix keeps it unique. */
  readonly commonName?: string;
  readonly now: Date;
  readonly lifetimeMs: number;
}

export interface ServingOptions {
  readonly authority: KeyPair;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly now: Date;
  readonly lifetimeMs: number;
}

/** Clocks of machines differ: what is issued now is also valid for a client that is this far behind. */
export const BACKDATE_MS = 60 * 60 * 1000;

const EC_SHA256 = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
/** `ub-common-name` of RFC 5280 is 64, and the suffix takes 9. */
const LONGEST_COMMON_NAME = 55;
const DNS_NAME = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

/** A new certificate authority that can sign serving certificates and no further authorities. */
export async function issueAuthority(options: AuthorityOptions): Promise<KeyPair> {
  // Clients look an issuer up by its name. Two authorities of one name, in a bundle during a rotation, mislead them.
  const commonName = `${plainName(options.commonName ?? 'Cleat')} ${randomBytes(4).toString('hex')}`;
  const issued = await generate([{ name: 'commonName', value: commonName }], {
    ...EC_SHA256,
    ...validity(options),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    certificate: await addKeyIdentifiers({
      certificate: issued.cert,
      issuer: issued.cert,
      issuerKey: issued.private,
    }),
    key: issued.private,
  };
}

/** A TLS server certificate for the names. It never outlives its authority. */
export async function issueServing(options: ServingOptions): Promise<KeyPair> {
  const altNames = subjectAltNames(options);
  const { authority } = options;
  // An authority may come as a bundle; its first certificate is the one whose key it has.
  const issuer = new X509Certificate(authority.certificate);
  const issued = await generate([{ name: 'commonName', value: 'Cleat serving certificate' }], {
    ...EC_SHA256,
    ...validity(options, issuer.validToDate),
    ca: { cert: issuer.toString(), key: authority.key },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return {
    certificate: await addKeyIdentifiers({
      certificate: issued.cert,
      issuer: issuer.toString(),
      issuerKey: authority.key,
    }),
    key: issued.private,
  };
}

function validity(
  { now, lifetimeMs }: { now: Date; lifetimeMs: number },
  latest?: Date,
): { notBeforeDate: Date; notAfterDate: Date } {
  if (!(lifetimeMs > 0))
    throw new RangeError(`a certificate's lifetime must be positive, not ${lifetimeMs} ms`);
  const notAfter = new Date(Math.min(now.getTime() + lifetimeMs, latest?.getTime() ?? Infinity));
  if (notAfter <= now) throw new RangeError(`the certificate authority expired at ${notAfter.toISOString()}`);
  return { notBeforeDate: new Date(now.getTime() - BACKDATE_MS), notAfterDate: notAfter };
}

type AltName = { type: 2; value: string } | { type: 7; ip: string };

function subjectAltNames({ dnsNames, ipAddresses }: ServingOptions): AltName[] {
  if (dnsNames.length + ipAddresses.length === 0) {
    throw new TypeError('a serving certificate needs at least one DNS name or IP address');
  }
  for (const name of dnsNames) {
    if (!DNS_NAME.test(name) || isIP(name) !== 0)
      throw new TypeError(`${JSON.stringify(name)} is not a DNS name`);
  }
  for (const address of ipAddresses) {
    if (isIP(address) === 0) throw new TypeError(`${JSON.stringify(address)} is not an IP address`);
  }
  return [
    ...dnsNames.map((value) => ({ type: 2 as const, value })),
    ...ipAddresses.map((ip) => ({ type: 7 as const, ip })),
  ];
}

/** The package builds the subject as text, `CN=…`, where these characters have a meaning. */
function plainName(name: string): string {
  return (
    name
      .replaceAll(/[^\w .-]/g, ' ')
      .slice(0, LONGEST_COMMON_NAME)
      .trim() || 'Cleat'
  );
}
