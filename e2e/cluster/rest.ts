/**
 * @module Raw JSON requests to an API server, over kept-alive connections.
 */
import { Agent, request as send } from 'undici';
import { dig, isObject, type Json } from '../../lib/api/json.ts';
import type { KeyPair } from './certificates.ts';

export interface RequestOptions {
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** The caller's token instead of the administrator's certificate; an empty one is an anonymous request. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The JSON document; a list of events if `watch` is in the query; a text that is no JSON as a string. */
  readonly body: Json;
}

export interface Rest {
  readonly request: (method: string, path: string, options?: RequestOptions) => Promise<ApiResponse>;
  readonly close: () => Promise<void>;
}

/** An answer that is no success. The message is the API server's own. */
export class ApiError extends Error {
  readonly status: number;
  /** The `Status` object, as a rule. */
  readonly body: Json;

  constructor(method: string, path: string, { status, body }: ApiResponse) {
    const message = dig(body, 'message');
    super(`${method} ${path}: ${status} ${typeof message === 'string' ? message : JSON.stringify(body)}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

/** Requests to the API server at this URL, as the administrator unless a token is given. */
export function connect(url: string, ca: string, admin: KeyPair): Rest {
  const asAdmin = new Agent({ connect: { ca, cert: admin.cert, key: admin.key } });
  const asNobody = new Agent({ connect: { ca } });
  return {
    async request(method, path, { body, contentType = 'application/json', token, signal } = {}) {
      const response = await send(new URL(path, url), {
        method,
        dispatcher: token === undefined ? asAdmin : asNobody,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
      const text = await response.body.text();
      return { status: response.statusCode, headers: response.headers, body: parse(text, isWatch(path)) };
    },
    async close() {
      await Promise.all([asAdmin.destroy(), asNobody.destroy()]);
    },
  };
}

/** The body of an answer that must be a success. */
export function bodyOf(method: string, path: string, response: ApiResponse): Json {
  if (response.status >= 300) throw new ApiError(method, path, response);
  return response.body;
}

function isWatch(path: string): boolean {
  return /[?&]watch=(1|true)\b/.test(path);
}

function parse(text: string, watch: boolean): Json {
  try {
    const lines = watch ? text.split('\n').filter((line) => line !== '') : [];
    // A watch that is refused outright is answered by one Status in place of events.
    const values = (watch ? lines : [text]).map((line): Json => JSON.parse(line));
    const [first = null] = values;
    return watch && !(isObject(first) && first['kind'] === 'Status') ? values : first;
  } catch {
    return text;
  }
}
