/**
 * @module The webhook configuration by which the API server has every binding stamped that has a requester.
 */
import { dig, listAt, textOf } from '../../lib/api/json.ts';
import { pagesOf } from '../kube/list.ts';
import { LIMITS } from '../kube/reflector-options.ts';
import type { Transport } from '../kube/transport.ts';

const PATH = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const NAME = 'cleat';
const WEBHOOK = 'requesters.webhook.cleat.dev';

/** What is under way ends with the process, or with its timeout. */
const NEVER = new AbortController().signal;

/**
 * Its uid; undefined if there is none, or if its webhook is not one that refuses what cannot be stamped. It is listed by
 * its name: so much the installation grants.
 */
export async function stampingWebhook(transport: Pick<Transport, 'read'>): Promise<string | undefined> {
  const options = {
    query: { fieldSelector: `metadata.name=${NAME}` },
    signal: NEVER,
    timeoutMs: LIMITS.pageTimeoutMs,
  };
  for await (const { items } of pagesOf(transport, PATH, options)) {
    for (const item of items) {
      const stamps = listAt(item, 'webhooks').some(
        (webhook) => dig(webhook, 'name') === WEBHOOK && dig(webhook, 'failurePolicy') === 'Fail',
      );
      if (stamps) return textOf(dig(item, 'metadata', 'uid'));
    }
  }
  return undefined;
}
