/**
 * @module What Cleat itself may do, as the API server's authorizers say (SelfSubjectAccessReview).
 */
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { TransportError } from './errors.ts';
import { KeptAnswers } from './kept-answers.ts';
import { systemTiming, type Timing } from './timing.ts';
import type { Transport } from './transport.ts';

export interface AccessQuestion {
  readonly group: string;
  /** The plural. */
  readonly resource: string;
  readonly verb: string;
  /** Unless told: in all namespaces. */
  readonly namespace?: string;
  /** Unless told: whatever its name. */
  readonly name?: string;
  readonly subresource?: string;
}

export interface AccessCheckerOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly timing?: Timing;
  /** How long after somebody edited a role the old answer may be given. */
  readonly maxAgeMs?: number;
  /** The same for a refusal: whoever grants a right looks on. */
  readonly maxDeniedAgeMs?: number;
}

const MAX_AGE_MS = 60_000;
const MAX_DENIED_AGE_MS = 5_000;

/** More than a cluster has kinds, times what is asked of each. */
const MAX_ANSWERS = 4096;

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

export class AccessChecker {
  readonly #transport: Pick<Transport, 'request'>;
  readonly #answers: KeptAnswers;

  constructor(options: AccessCheckerOptions) {
    const { timing = systemTiming, maxAgeMs = MAX_AGE_MS, maxDeniedAgeMs = MAX_DENIED_AGE_MS } = options;
    this.#transport = options.transport;
    this.#answers = new KeptAnswers({
      limit: MAX_ANSWERS,
      maxAgeMs,
      maxDeniedAgeMs: Math.min(maxAgeMs, maxDeniedAgeMs),
      timing,
    });
  }

  /** Those who ask the same at the same time share a request. Throws if the API server cannot say; that is not kept. */
  async allowed(question: AccessQuestion): Promise<boolean> {
    return await this.#answers.get(keyOf(question), async () => await this.#ask(question));
  }

  /** For when a role is known to have changed. Answers under way reach those who wait for them, and nobody else. */
  forget(): void {
    this.#answers.clear();
  }

  async #ask(question: AccessQuestion): Promise<boolean> {
    const body = reviewOf(question);
    const allowed = dig(await this.#transport.request('POST', PATH, { body }), 'status', 'allowed');
    // An `evaluationError` beside it changes nothing: a binding of a role that is missing gives one, forever, and what
    // the other authorizers and roles say holds all the same.
    if (typeof allowed === 'boolean') return allowed;
    throw new TransportError('unreadable', `POST ${PATH}: the answer has no status.allowed`);
  }
}

function reviewOf({ group, resource, verb, namespace, name, subresource }: AccessQuestion): JsonObject {
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        group,
        resource,
        verb,
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
        ...(subresource === undefined ? {} : { subresource }),
      },
    },
  };
}

/** An absent namespace and an empty one ask the same: in all of them. */
function keyOf({
  group,
  resource,
  verb,
  namespace = '',
  name = '',
  subresource = '',
}: AccessQuestion): string {
  return JSON.stringify([group, resource, verb, namespace, name, subresource]);
}
