/**
 * @module Raw JSON to and from the API server. Nothing is turned into typed models, so no field is lost on the way.
 */
import { errors, type Dispatcher } from 'undici';
import type { Json } from '../../lib/api/json.ts';
import { Connections } from './connections.ts';
import { Credentials, type Session } from './credentials.ts';
import { ApiError, apiErrorFromBody, describeError, hasStatus, TransportError } from './errors.ts';
import { Deadline, unlessAborted } from './deadline.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';
import { linesOf } from './lines.ts';
import { systemTiming, type Timing } from './timing.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: Json;
  /** Of the body: `application/json` unless told. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** For the whole request, credentials included; 30 s unless told. */
  readonly timeoutMs?: number;
}

export interface StreamOptions {
  readonly query?: Query;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** The longest silence after which the stream counts as dead. */
  readonly inactivityMs: number;
}

/** Failures are thrown as `ApiError` (an answer) or `TransportError` (none); an aborted signal as its own reason. */
export interface Transport {
  /** For logs and messages. */
  readonly server: string;
  request(method: string, path: string, options?: RequestOptions): Promise<Json>;
  /** The same with the answer as text, for who wants to know its size before parsing. */
  read(method: string, path: string, options?: RequestOptions): Promise<string>;
  /** The lines of an answer without an end. Fulfilled once the server has accepted; iterate it, or connections leak. */
  stream(path: string, options: StreamOptions): Promise<AsyncIterable<string>>;
  /** Breaks off whatever is under way. */
  close(): Promise<void>;
}

export interface TransportOptions extends KubeconfigOptions {
  /** Cleat's, for the User-Agent. */
  readonly version?: string;
  readonly timing?: Timing;
}

const TIMEOUT_MS = 30_000;

/** After a 401 credentials are read again, but not more often than this: they may simply be wrong. */
const RELOAD_INTERVAL_MS = 10_000;

/** Throws if the kubeconfig, its context or the ServiceAccount cannot be read; the API server is not asked yet. */
export function openTransport(options: TransportOptions = {}): Transport {
  return new KubeTransport(options);
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly watch: boolean;
  readonly inactivityMs: number;
  readonly signal: AbortSignal;
}

class KubeTransport implements Transport {
  readonly #credentials: Credentials;
  readonly #connections = new Connections();
  readonly #userAgent: string;
  readonly #timing: Timing;
  #reloadedAt = -Infinity;

  constructor({ version = 'dev', timing = systemTiming, ...kubeconfig }: TransportOptions) {
    this.#credentials = new Credentials(kubeconfig);
    this.#userAgent = `cleat/${version}`;
    this.#timing = timing;
  }

  get server(): string {
    return this.#credentials.server.href;
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Json> {
    const text = await this.read(method, path, options);
    try {
      return text === '' ? null : JSON.parse(text);
    } catch {
      // Without its cause: that quotes the text, which may be a Secret's.
      throw new TransportError('unreadable', `${method} ${path}: the answer is no JSON`);
    }
  }

  async read(method: string, path: string, options: RequestOptions = {}): Promise<string> {
    const { timeoutMs = TIMEOUT_MS } = options;
    const deadline = new Deadline(timeoutMs, `${method} ${path}`, options.signal);
    try {
      const response = await this.#send({
        method,
        path,
        query: options.query,
        headers: headersOf(options),
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        watch: false,
        inactivityMs: timeoutMs,
        signal: deadline.signal,
      });
      return await response.body.text();
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : explain(error, `${method} ${path}`);
    } finally {
      deadline.clear();
    }
  }

  async stream(path: string, options: StreamOptions): Promise<AsyncIterable<string>> {
    const what = `watch ${path}`;
    const deadline = new Deadline(TIMEOUT_MS, what, options.signal);
    try {
      const { query, accept, inactivityMs } = options;
      const { signal } = deadline;
      const headers = headersOf(accept === undefined ? {} : { accept });
      const response = await this.#send({
        method: 'GET',
        path,
        query,
        headers,
        watch: true,
        inactivityMs,
        signal,
      });
      deadline.lift();
      response.body.on('error', () => {}); // it reaches the reader; this is for the moment before there is one
      return explained(response.body, what, deadline);
    } catch (error) {
      deadline.clear();
      throw deadline.signal.aborted ? deadline.signal.reason : explain(error, what);
    }
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  /** Sends, and once more with credentials read anew if they are not accepted. */
  async #send(call: Call): Promise<Dispatcher.ResponseData> {
    const readAt = this.#reloadedAt;
    const response = await this.#sendOnce(call);
    if (response.statusCode < 300) return response;
    const refusal = await failure(call, response);
    if (!hasStatus(refusal, 401) || !this.#reload(readAt)) throw refusal;
    const second = await this.#sendOnce(call);
    if (second.statusCode < 300) return second;
    throw await failure(call, second);
  }

  async #sendOnce(call: Call): Promise<Dispatcher.ResponseData> {
    const session = await unlessAborted(this.#credentials.session(), call.signal);
    const { requests, watches } = this.#connections.for(session.connection);
    return await (call.watch ? watches : requests).request({
      origin: session.server.origin,
      path: targetOf(session, call),
      method: call.method,
      headers: { ...call.headers, ...session.headers, 'user-agent': this.#userAgent },
      body: call.body ?? null,
      signal: call.signal,
      headersTimeout: Math.max(TIMEOUT_MS, call.inactivityMs),
      bodyTimeout: call.inactivityMs,
    });
  }

  /**
   * Reads the credentials again, unless another request has done so since `readAt`. False if there is nothing new to be
   * had: it was just done, or the kubeconfig cannot be read any more.
   */
  #reload(readAt: number): boolean {
    if (this.#reloadedAt !== readAt) return true;
    if (this.#timing.now() - this.#reloadedAt < RELOAD_INTERVAL_MS) return false;
    this.#reloadedAt = this.#timing.now();
    try {
      this.#credentials.reload();
      return true;
    } catch {
      return false; // the refusal itself is what the caller should see
    }
  }
}

function headersOf({ accept = 'application/json', body, contentType = 'application/json' }: RequestOptions) {
  return { accept, ...(body === undefined ? {} : { 'content-type': contentType }) };
}

/** The server's URL may have a path of its own, when it stands behind a proxy that tells clusters apart. */
function targetOf({ server }: Session, { path, query = {} }: Call): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const prefix = server.pathname.replace(/\/+$/, '');
  return `${prefix}${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
}

async function failure({ method, path }: Call, { statusCode, headers, body }: Dispatcher.ResponseData) {
  const retryAfter = headers['retry-after'];
  const text = await body.text();
  return apiErrorFromBody(
    `${method} ${path}`,
    statusCode,
    text,
    Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
  );
}

function explain(error: unknown, what: string): unknown {
  if (error instanceof ApiError || error instanceof TransportError) return error;
  const timedOut = error instanceof errors.BodyTimeoutError || error instanceof errors.HeadersTimeoutError;
  const kind = timedOut ? 'timeout' : 'connection';
  return new TransportError(kind, `${what}: ${describeError(error)}`, { cause: error });
}

async function* explained(
  body: AsyncIterable<Uint8Array>,
  what: string,
  deadline: Deadline,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* linesOf(body);
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : explain(error, what);
  } finally {
    deadline.clear();
  }
}
