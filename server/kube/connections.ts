/**
 * @module The connections to the API server: made once, kept, and replaced when the certificates in them change.
 *
 * HTTP/1.1, not HTTP/2. A watch then has a connection of its own, so that one that breaks, stalls or fills up takes no
 * other with it, and a dead peer is noticed per connection; undici neither survives every end of an HTTP/2 session
 * (measured: a destroyed one stays in use) nor lets the window of one stream be managed apart from the others. The price
 * is a connection per watched kind, of which there are a dozen.
 */
import { isDeepStrictEqual } from 'node:util';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { ConnectionOptions } from './credentials.ts';
import { TransportError } from './errors.ts';

/** Requests beyond these wait for one of them: a burst shares a few handshakes. Watches are counted apart. */
const REQUEST_CONNECTIONS = 6;

/** Less than the 60 s after which load balancers, and the 90 s after which kube-apiserver, forget an idle connection. */
const IDLE_MS = 45_000;

const CONNECT_TIMEOUT_MS = 10_000;

/** Probes an idle peer; a dead one is noticed some 10 s later. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 30_000 };

export interface Dispatchers {
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

interface Generation extends Dispatchers {
  readonly options: ConnectionOptions;
}

export class Connections {
  readonly #open = new Set<Dispatcher>();
  #current: Generation | undefined;
  #closed = false;

  /** The connections for these settings: the ones at hand, unless a certificate, the authority or the proxy changed. */
  for(options: ConnectionOptions): Dispatchers {
    if (this.#closed) throw new TransportError('connection', 'the connections to the API server are closed');
    const current = this.#current;
    if (current && isDeepStrictEqual(current.options, options)) return current;
    const next = {
      options,
      requests: this.#make(options, REQUEST_CONNECTIONS),
      watches: this.#make(options, null),
    };
    this.#current = next;
    if (current) for (const old of [current.requests, current.watches]) this.#retire(old);
    return next;
  }

  /** Breaks off whatever is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map(async (dispatcher) => dispatcher.destroy()));
  }

  #make(options: ConnectionOptions, connections: number | null): Dispatcher {
    const dispatcher = dispatcherFor(options, connections);
    this.#open.add(dispatcher);
    return dispatcher;
  }

  /** Lets what is under way end by itself. */
  #retire(dispatcher: Dispatcher): void {
    dispatcher
      .close()
      .catch(() => {}) // destroyed meanwhile: just as well
      .finally(() => this.#open.delete(dispatcher));
  }
}

function dispatcherFor({ tls, proxy }: ConnectionOptions, connections: number | null): Dispatcher {
  const common = { connections, allowH2: false, keepAliveTimeout: IDLE_MS, pipelining: 1 };
  const basics = { ...KEEP_ALIVE, timeout: CONNECT_TIMEOUT_MS };
  if (proxy === undefined) return new Agent({ ...common, connect: { ...tls, ...basics } });
  if (/^https?:/.test(proxy))
    return new ProxyAgent({ ...common, uri: proxy, requestTls: tls, connect: basics });
  const message = `the proxy-url ${proxy} is not supported; name an HTTP proxy, http://host:port`;
  throw new TransportError('connection', message);
}
