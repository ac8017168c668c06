/**
 * @module A certificate and its key, checked. Nothing that fails here reaches a server, where it would break new
 * connections. Messages name the file, what is wrong, and what to do; none quotes content.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

export interface ServingCertificate {
  /** PEM: the certificate, and its chain if there is one. */
  readonly certificate: string;
  /** PEM. Never to be logged. */
  readonly key: string;
  /** PEM: the authorities that a client has to trust, where known. */
  readonly authority: string | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, as openssl prints it. */
  readonly fingerprint: string;
}

export interface NamedText {
  readonly path: string;
  readonly text: string;
}

export interface PairTexts {
  readonly certificate: NamedText;
  readonly key: NamedText;
  readonly authority?: NamedText | undefined;
}

/** The texts as a pair that a server can use at this instant, or an error that says why not. */
export function parsePair(texts: PairTexts, now: Date): ServingCertificate {
  const leaf = parseCertificate(texts.certificate);
  checkKey(leaf, texts);
  checkValidity(leaf, texts.certificate.path, now);
  checkContext(texts);
  return {
    certificate: texts.certificate.text,
    key: texts.key.text,
    authority: parseAuthority(texts.authority),
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
    fingerprint: leaf.fingerprint256,
  };
}

/** The first certificate of a PEM text. */
export function parseCertificate({ path, text }: NamedText): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Error(
      `${path}: is not a certificate in PEM; write one that begins with -----BEGIN CERTIFICATE-----`,
      {
        cause: error,
      },
    );
  }
}

/** Every certificate of a PEM text, in its order. */
export function splitBundle(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** Whether two pairs are the same to a server and to those who hand its authority on. */
export function samePair(a: ServingCertificate, b: ServingCertificate): boolean {
  return a.certificate === b.certificate && a.key === b.key && a.authority === b.authority;
}

function checkKey(leaf: X509Certificate, { certificate, key }: PairTexts): void {
  if (leaf.checkPrivateKey(parseKey(key))) return;
  throw new Error(`${key.path}: does not belong to ${certificate.path}; write both from the same issue`);
}

function parseKey({ path, text }: NamedText): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const encrypted = text.includes('ENCRYPTED');
    throw new Error(
      encrypted
        ? `${path}: is encrypted; write it without a passphrase`
        : `${path}: is not a private key in PEM; write one that begins with -----BEGIN PRIVATE KEY-----`,
      { cause: error },
    );
  }
}

/** The messages are the same at every look, so that each is logged once. */
function checkValidity(leaf: X509Certificate, path: string, now: Date): void {
  if (now >= leaf.validToDate)
    throw new Error(`${path}: expired at ${leaf.validToDate.toISOString()}; renew it`);
  if (now >= leaf.validFromDate) return;
  throw new Error(
    `${path}: is not valid before ${leaf.validFromDate.toISOString()}; check the clocks of this machine and of the issuer`,
  );
}

/** What only OpenSSL finds: a broken certificate further down the chain, a key that is too short for its rules. */
function checkContext({ certificate, key }: PairTexts): void {
  try {
    createSecureContext({ cert: certificate.text, key: key.text });
  } catch (error) {
    throw new Error(`${certificate.path}: cannot be used for TLS (${reason(error)}); issue it anew`, {
      cause: error,
    });
  }
}

function parseAuthority(authority: NamedText | undefined): string | undefined {
  // cert-manager writes an empty ca.crt for issuers whose authority it does not know.
  if (authority === undefined || authority.text.trim() === '') return undefined;
  parseCertificate(authority);
  return authority.text;
}

/** The text of whatever was thrown. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
