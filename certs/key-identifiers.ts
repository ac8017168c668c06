/**
 * @module Completes what `selfsigned` issues with the subject and authority key identifiers of RFC 5280 (4.2.1.1 and
 * 4.2.1.2). The package neither writes them nor lets a caller add an extension that it does not know, and strict
 * verifiers (`openssl verify -x509_strict`, Python from 3.13 on) refuse a certificate without them. So the certificate
 * is built once more with the library under `selfsigned`, the same in everything else, and signed anew.
 */

import { createPrivateKey } from 'node:crypto';

import {
  AuthorityKeyIdentifierExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface IdentifierOptions {
  /** PEM, as issued. */
  readonly certificate: string;
  /** PEM of the certificate that signs it: the same one for an authority. */
  readonly issuer: string;
  readonly issuerKey: string;
}

/** The same certificate, PEM, with both key identifiers and a new signature by the issuer. */
export async function addKeyIdentifiers(options: IdentifierOptions): Promise<string> {
  const issued = new X509Certificate(options.certificate);
  const issuer = new X509Certificate(options.issuer);
  const signingKey = createPrivateKey(options.issuerKey).toCryptoKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const completed = await X509CertificateGenerator.create({
    serialNumber: issued.serialNumber,
    subject: issued.subjectName,
    issuer: issued.issuerName,
    notBefore: issued.notBefore,
    notAfter: issued.notAfter,
    publicKey: issued.publicKey,
    signingKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      ...issued.extensions,
      await SubjectKeyIdentifierExtension.create(issued.publicKey),
      await authorityKeyIdentifier(issuer),
    ],
  });
  return `${completed.toString('pem')}\n`;
}

/** What the issuer calls its own key; computed where it does not say, as for an authority that is being completed. */
async function authorityKeyIdentifier(issuer: X509Certificate): Promise<AuthorityKeyIdentifierExtension> {
  const own = issuer.getExtension(SubjectKeyIdentifierExtension);
  if (own !== null) return new AuthorityKeyIdentifierExtension(own.keyId);
  return AuthorityKeyIdentifierExtension.create(issuer.publicKey);
}
