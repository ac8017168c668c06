/**
 * @module An HTTP server that plays the API server, for the faults that a real one does not commit on request.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../lib/api/json.ts';

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export type Route = (exchange: Exchange) => void;

export interface FakeApiTls {
  readonly cert: string;
  readonly key: string;
}

export class FakeApi implements AsyncDisposable {
  readonly url: string;
  /** A folder that is gone when the test is over. */
  readonly directory: string;
  /** Method and path of each request, queries left out. */
  readonly requests: string[] = [];
  connections = 0;
  readonly #server: ReturnType<typeof createHttpServer>;

  private constructor(server: ReturnType<typeof createHttpServer>, url: string, directory: string) {
    this.#server = server;
    this.url = url;
    this.directory = directory;
  }

  static async start(route: Route, tls?: FakeApiTls): Promise<FakeApi> {
    const listen = (request: IncomingMessage, response: ServerResponse): void => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const method = request.method ?? 'GET';
      api.requests.push(`${method} ${url.pathname}`);
      response.on('error', () => {}); // a client that has gone is part of the game
      route({ method, path: url.pathname, query: url.searchParams, request, response });
    };
    const server = tls
      ? createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listen)
      : createHttpServer(listen);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const directory = await mkdtemp(join(tmpdir(), 'cleat-fake-api-'));
    const api = new FakeApi(server, `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, directory);
    server.on(tls ? 'secureConnection' : 'connection', () => (api.connections += 1));
    return api;
  }

  /** The path of a kubeconfig for this server. */
  async kubeconfig(user: JsonObject = {}, cluster: JsonObject = {}): Promise<string> {
    const config = {
      clusters: [{ name: 'fake', cluster: { server: this.url, ...cluster } }],
      users: [{ name: 'somebody', user }],
      contexts: [{ name: 'test', context: { cluster: 'fake', user: 'somebody' } }],
      'current-context': 'test',
    };
    return await this.file('kubeconfig', JSON.stringify(config));
  }

  async file(name: string, content: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, content);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.directory, { recursive: true });
  }
}

export function sendJson(
  { response }: Pick<Exchange, 'response'>,
  body: Json,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function sendStatus(
  exchange: Pick<Exchange, 'response'>,
  code: number,
  { reason = '', headers = {} }: { reason?: string; headers?: Record<string, string> } = {},
): void {
  sendJson(exchange, aStatus(code, reason), { status: code, headers });
}

export function aStatus(code: number, reason = ''): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: `the fake says ${code}`,
    reason,
    code,
  };
}
