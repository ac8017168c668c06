/**
 * @module What the requester of a binding may do, as the API server's authorizers say (SubjectAccessReview).
 */
import { dig, type JsonObject } from '../../lib/api/json.ts';
import type { Requester } from '../../lib/api/requester.ts';
import { canonical } from '../../lib/requester/canonical.ts';
import type { Right } from '../../lib/requester/messages.ts';
import { TransportError } from '../kube/errors.ts';
import { KeptAnswers } from '../kube/kept-answers.ts';
import { systemTiming, type Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';

export interface RequesterAccessOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly timing?: Timing;
}

/**
 * A binding leads to the same few objects again and again while it settles. Whoever takes a right away, or grants it,
 * looks on.
 */
const MAX_AGE_MS = 10_000;

/** Each holds the groups of a user: some kilobytes in the worst case. */
const MAX_ANSWERS = 2048;

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

export class RequesterAccess {
  readonly #transport: Pick<Transport, 'request'>;
  readonly #answers: KeptAnswers;

  constructor({ transport, timing = systemTiming }: RequesterAccessOptions) {
    this.#transport = transport;
    this.#answers = new KeptAnswers({
      limit: MAX_ANSWERS,
      maxAgeMs: MAX_AGE_MS,
      maxDeniedAgeMs: MAX_AGE_MS,
      timing,
    });
  }

  /**
   * Those who ask the same at the same time share a request. Throws if the API server cannot say: that is neither a yes
   * nor a no, and is not kept.
   */
  async allowed(requester: Requester, right: Right): Promise<boolean> {
    const spec = specOf(requester, right);
    return await this.#answers.get(canonical(spec), async () => await this.#ask(spec));
  }

  async #ask(spec: JsonObject): Promise<boolean> {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const status = dig(await this.#transport.request('POST', PATH, { body }), 'status');
    const allowed = dig(status, 'allowed');
    // Whoever has no opinion does not allow. An `evaluationError` beside it changes nothing: see AccessChecker.
    if (typeof allowed === 'boolean') return allowed && dig(status, 'denied') !== true;
    throw new TransportError('unreadable', `POST ${PATH}: the answer has no status.allowed`);
  }
}

function specOf(
  { username, uid, groups, extra }: Requester,
  { group, resource, verb, namespace, name }: Right,
): JsonObject {
  return {
    user: username,
    groups,
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
    resourceAttributes: {
      group,
      resource,
      verb,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    },
  };
}
