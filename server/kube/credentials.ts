/**
 * @module What each request needs to be let in: headers, and the TLS settings of the connection that carries it.
 */
import type { RequestOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { describeError, TransportError } from './errors.ts';
import { loadKubeconfig, type KubeconfigOptions, type LoadedConfig } from './kubeconfig.ts';

/** Content, not file names: it differs exactly when a connection made with it would differ. */
export interface ConnectionOptions {
  readonly tls: Pick<SecureContextOptions & ConnectionTls, 'ca' | 'cert' | 'key' | keyof ConnectionTls>;
  /** The URL of a proxy. */
  readonly proxy?: string;
}

interface ConnectionTls {
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

export interface Session {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly connection: ConnectionOptions;
}

/**
 * Asks client-node anew for each request, which is how rotated files, expired tokens and exec plugins come in: it reads
 * certificate files each time, token files each minute, and runs a plugin when its token has expired.
 */
export class Credentials {
  readonly #options: KubeconfigOptions;
  #loaded: LoadedConfig;
  #pending: Promise<Session> | undefined;

  constructor(options: KubeconfigOptions) {
    this.#options = options;
    this.#loaded = loadKubeconfig(options);
  }

  get server(): URL {
    return new URL(this.#loaded.cluster.server);
  }

  /** Requests of one moment share the answer, so that a slow exec plugin runs once and not once for each of them. */
  async session(): Promise<Session> {
    const pending = (this.#pending ??= this.#ask());
    try {
      return await pending;
    } finally {
      if (this.#pending === pending) this.#pending = undefined;
    }
  }

  /**
   * Forgets every token and reads everything again: for a kubeconfig that was rewritten, and for plugins whose token
   * ended before its time, both of which client-node would never notice. What was there stays if that fails.
   */
  reload(): void {
    this.#loaded = loadKubeconfig(this.#options);
    this.#pending = undefined;
  }

  async #ask(): Promise<Session> {
    const { config, cluster } = this.#loaded;
    const server = new URL(cluster.server);
    // As kubectl has it: no credentials over a connection that anybody can read. (client-node refuses it altogether.)
    if (server.protocol === 'http:') return { server, headers: {}, connection: { tls: {} } };
    try {
      const options: RequestOptions = { headers: {} };
      await config.applyToHTTPSOptions(options);
      const connection = { tls: tlsOf(options), ...(cluster.proxyUrl ? { proxy: cluster.proxyUrl } : {}) };
      return { server, headers: headersOf(options), connection };
    } catch (error) {
      const message = `no credentials for ${cluster.server}: ${describeError(error)}`;
      throw new TransportError('credentials', message, { cause: error });
    }
  }
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const found: Record<string, string> = {};
  // A token file may end in a line end, which no header can hold.
  for (const [name, value] of Object.entries(headers ?? {})) found[name.toLowerCase()] = String(value).trim();
  if (typeof auth === 'string') found['authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`;
  return found;
}

function tlsOf({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): ConnectionOptions['tls'] {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
}
