/**
 * @module An API server that has one Lease, and faults that a test may switch on for one client.
 */
import { dig, isObject, type Json, type JsonObject } from '../../../lib/api/json.ts';
import { ApiError, TransportError } from '../errors.ts';
import type { RequestOptions, Transport } from '../transport.ts';
import type { ManualTiming } from './manual-timing.ts';

export class LeaseApi {
  lease: JsonObject | undefined;
  #version = 0;

  get holder(): unknown {
    return dig(this.lease, 'spec', 'holderIdentity');
  }

  get spec(): JsonObject {
    const spec = dig(this.lease, 'spec');
    return isObject(spec) ? spec : {};
  }

  /** Any write, by whomever; checked as the API server does. */
  write(body: JsonObject): JsonObject {
    const claimed = dig(body, 'metadata', 'resourceVersion');
    const actual = dig(this.lease, 'metadata', 'resourceVersion');
    if (claimed !== actual) throw anApiError(409, 'Conflict');
    const metadata = dig(body, 'metadata');
    const resourceVersion = String((this.#version += 1));
    this.lease = { ...body, metadata: { ...(isObject(metadata) ? metadata : {}), resourceVersion } };
    return this.lease;
  }

  /** As `kubectl label` or `kubectl patch` would. */
  touch(spec: JsonObject = {}): void {
    if (this.lease) this.write({ ...this.lease, spec: { ...this.spec, ...spec } });
  }

  handle(method: string, body: Json | undefined): Json {
    if (method === 'POST' && this.lease) throw anApiError(409, 'AlreadyExists');
    if (method !== 'POST' && !this.lease) throw anApiError(404, 'NotFound');
    if (isObject(body)) return this.write(body);
    return this.lease ?? null;
  }
}

type Fault =
  /** No connection. */
  | 'refused'
  /** Nothing comes back; what was sent is not taken in. */
  | 'silent'
  /** What was sent is taken in, but the answer is lost. */
  | 'deaf'
  | 'forbidden';

/** The way of one replica to the API server. */
export class LeaseClient implements Pick<Transport, 'request'> {
  fault: Fault | undefined;
  /** Called before a request is taken in. */
  onRequest: (method: string) => void = () => {};
  /** What each request takes. */
  latencyMs = 0;
  readonly requests: string[] = [];
  readonly timeouts: number[] = [];
  readonly #api: LeaseApi;
  readonly #timing: ManualTiming;

  constructor(api: LeaseApi, timing: ManualTiming) {
    this.#api = api;
    this.#timing = timing;
  }

  async request(method: string, _path: string, options: RequestOptions = {}): Promise<Json> {
    const { body, signal, timeoutMs = 30_000 } = options;
    this.requests.push(method);
    this.timeouts.push(timeoutMs);
    signal?.throwIfAborted();
    this.onRequest(method);
    if (this.fault === 'forbidden') throw anApiError(403, 'Forbidden');
    if (this.fault === 'refused') throw new TransportError('connection', `${method}: refused`);
    const answer = this.fault === 'silent' ? null : this.#api.handle(method, body);
    const lost = this.fault !== undefined;
    const waitMs = lost ? timeoutMs : Math.min(this.latencyMs, timeoutMs);
    if (waitMs > 0) await this.#timing.sleep(waitMs, signal);
    signal?.throwIfAborted();
    if (lost || this.latencyMs > timeoutMs) throw new TransportError('timeout', `${method}: no answer`);
    return answer;
  }
}

function anApiError(status: number, reason: string): ApiError {
  return new ApiError({ status, reason, message: `HTTP ${status}: ${reason}` });
}
