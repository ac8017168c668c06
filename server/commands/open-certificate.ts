/**
 * @module The serving certificate, from a folder or from a Secret.
 */
import { isIP } from 'node:net';
import type { Log } from '../log.ts';
import type { OpenedKube } from '../source/kube/open.ts';
import { openCertificateSource, type CertificateSource } from '../tls/source.ts';
import { Problem } from './problem.ts';

/** A folder with the certificates, or a Secret in Cleat's own namespace, which takes the Kubernetes API. */
export type CertificatePlace = { readonly directory: string } | { readonly secret: string };

export interface CertificateOptions {
  readonly certificates: CertificatePlace;
  readonly host: string;
  /** Names and addresses that an issued certificate is valid for, besides the host and localhost. */
  readonly certNames: readonly string[];
  /** The namespace that Cleat runs in. */
  readonly namespace: string;
  readonly log: Log;
}

export interface Leadership {
  readonly kube: OpenedKube | undefined;
  /** Whether this replica may issue: only the leader writes the Secret. */
  readonly mayIssue: () => boolean;
}

export interface ServingSource extends CertificateSource {
  /** What clients have to trust, as PEM, where Cleat issued it into a Secret. */
  readonly authorities?: () => string;
  /** Looks at once whether something is to be issued. */
  readonly check?: () => void;
}

/** The Service of the installation, as the API server addresses it. */
const SERVICE = 'cleat';

/** An address cannot be a DNS name in a certificate, nor the other way round; a wildcard host is neither. */
function namesFor(names: readonly string[]): {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
} {
  const unique = [...new Set(names)].filter((name) => name !== '0.0.0.0' && name !== '::');
  return {
    dnsNames: unique.filter((name) => isIP(name) === 0),
    ipAddresses: unique.filter((name) => isIP(name) !== 0),
  };
}

/** Resolves when there is a certificate to serve with; that of a Secret may first have to be issued by whoever leads. */
export async function openCertificate(
  { certificates, host, certNames, namespace, log }: CertificateOptions,
  { kube, mayIssue }: Leadership,
  signal: AbortSignal,
): Promise<ServingSource> {
  if ('directory' in certificates) {
    const names = namesFor(['localhost', '127.0.0.1', '::1', host, ...certNames]);
    return openCertificateSource({ directory: certificates.directory, ...names, log });
  }
  if (kube === undefined)
    throw new Problem('--cert-secret needs the Kubernetes API: with --resources, use --cert-dir');
  const { openSecretSource } = await import('../tls/secret-source.ts');
  const { CertificateSecretClient } = await import('../kube/certificate-secret.ts');
  const name = certificates.secret;
  const service = `${SERVICE}.${namespace}.svc`;
  return openSecretSource(
    {
      secret: new CertificateSecretClient({ transport: kube.transport, namespace, name }),
      // Not the host: it differs from replica to replica, and the Secret is the same for all of them.
      ...namesFor([service, `${service}.cluster.local`, ...certNames]),
      mayIssue,
      log,
      describe: `Secret ${namespace}/${name}`,
    },
    signal,
  );
}
