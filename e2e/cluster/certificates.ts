/**
 * @module Certificates and keys of a test control plane. Each has its own authority, made when it starts.
 */
import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { generate } from 'selfsigned';

/** PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const KEYS = { keyType: 'ec', algorithm: 'sha256' } as const;

export async function createAuthority(commonName: string): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    ...KEYS,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

/** A certificate for a server reached under these host names and addresses. */
export async function issueServer(ca: KeyPair, hosts: readonly string[]): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: hosts[0] ?? 'server' }], {
    ...KEYS,
    ca,
    extensions: [
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
      },
    ],
  });
  return { cert, key };
}

/** A certificate for a client: Kubernetes takes the common name as the user and the organizations as its groups. */
export async function issueClient(ca: KeyPair, user: string, groups: readonly string[]): Promise<KeyPair> {
  const subject = [
    { name: 'commonName', value: user },
    ...groups.map((value) => ({ name: 'organizationName', value })),
  ];
  const { cert, private: key } = await generate(subject, {
    ...KEYS,
    ca,
    extensions: [
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', clientAuth: true },
    ],
  });
  return { cert, key };
}

/** The key pair that signs the tokens of service accounts. */
export function serviceAccountKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** Under what an API server on this machine can be reached: from here, from pods, and through its Service. */
export function apiServerHosts(serviceAddress: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  return [...new Set([...names, '127.0.0.1', serviceAddress, ...own])];
}
