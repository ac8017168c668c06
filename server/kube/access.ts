/**
 * @module What Cleat itself may do, as the API server's authorizers say (SelfSubjectAccessReview).
 */
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { BoundedMap } from './bounded-map.ts';
import { TransportError } from './errors.ts';
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

interface Asked {
  readonly at: number;
  readonly answer: Promise<boolean>;
  /** Known to be a refusal. */
  isDenied: boolean;
}

export class AccessChecker {
  readonly #transport: Pick<Transport, 'request'>;
  readonly #timing: Timing;
  readonly #maxAgeMs: number;
  readonly #maxDeniedAgeMs: number;
  readonly #asked = new BoundedMap<Asked>(MAX_ANSWERS);

  constructor(options: AccessCheckerOptions) {
    const { maxAgeMs = MAX_AGE_MS, maxDeniedAgeMs = MAX_DENIED_AGE_MS } = options;
    this.#transport = options.transport;
    this.#timing = options.timing ?? systemTiming;
    this.#maxAgeMs = maxAgeMs;
    this.#maxDeniedAgeMs = Math.min(maxAgeMs, maxDeniedAgeMs);
  }

  /** Those who ask the same at the same time share a request. Throws if the API server cannot say; that is not kept. */
  async allowed(question: AccessQuestion): Promise<boolean> {
    const key = keyOf(question);
    const known = this.#asked.get(key);
    const maxAgeMs = known?.isDenied === true ? this.#maxDeniedAgeMs : this.#maxAgeMs;
    if (known && this.#timing.now() - known.at < maxAgeMs) return await known.answer;
    const asked: Asked = { at: this.#timing.now(), answer: this.#ask(question), isDenied: false };
    this.#asked.set(key, asked);
    try {
      const allowed = await asked.answer;
      asked.isDenied = !allowed;
      return allowed;
    } catch (error) {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
      throw error;
    }
  }

  /** For when a role is known to have changed. Answers under way reach those who wait for them, and nobody else. */
  forget(): void {
    this.#asked.clear();
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
