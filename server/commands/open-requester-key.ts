/**
 * @module The key that requesters are sealed with, where objects come from the Kubernetes API.
 */
import { randomBytes } from 'node:crypto';
import { CertificateSecretClient } from '../kube/certificate-secret.ts';
import type { Log } from '../log.ts';
import { RequesterKey } from '../requester/key-source.ts';
import { Sealing } from '../requester/sealing.ts';
import { stampingWebhook } from '../requester/stamping-webhook.ts';
import type { OpenedKube } from '../source/kube/open.ts';

/** Part of the installation, wherever bindings with a requester are. */
const NAME = 'cleat-requester-key';

export interface RequesterKeyPlace {
  /** The namespace that Cleat runs in. */
  readonly namespace: string;
  readonly log: Log;
}

/** Reads nothing yet: see {@link RequesterKey}. */
export function openRequesterKey(
  kube: Pick<OpenedKube, 'transport'> | undefined,
  { namespace, log }: RequesterKeyPlace,
): Sealing | undefined {
  if (kube === undefined) return undefined;
  const { transport } = kube;
  const key = new RequesterKey({
    secret: new CertificateSecretClient({ transport, namespace, name: NAME }),
    describe: `Secret ${namespace}/${NAME}`,
    randomBytes,
    log,
  });
  return new Sealing({ key, webhook: async () => await stampingWebhook(transport) });
}
