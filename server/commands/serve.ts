/**
 * @module `cleat serve`: the webhook, from its sources to its drain.
 */
import type { FastifyInstance } from 'fastify';
import { isIP } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { ObjectIdentity } from '../../lib/api/sink.ts';
import type { FieldError } from '../../lib/parse/field.ts';
import { Store } from '../../lib/store/store.ts';
import { buildApp } from '../app.ts';
import type { Log } from '../log.ts';
import { createMetrics, observe } from '../metrics.ts';
import { buildOps } from '../ops.ts';
import { Readiness } from '../readiness.ts';
import { FileSource } from '../source/files/file-source.ts';
import type { Source } from '../source/source.ts';
import { type CertificateSource, openCertificateSource } from '../tls/source.ts';
import { Problem } from './problem.ts';

export interface ServeOptions {
  /** Where objects come from. */
  readonly origin:
    | { readonly type: 'files'; readonly paths: readonly string[] }
    | { readonly type: 'kube'; readonly kubeconfig?: string; readonly context?: string };
  readonly host: string;
  readonly port: number;
  readonly opsHost: string;
  readonly opsPort: number;
  readonly certDirectory: string;
  /** Names and addresses that an issued certificate is valid for, besides the host and localhost. */
  readonly certNames: readonly string[];
  /** Milliseconds to serve on after SIGTERM. */
  readonly drainMs: number;
  readonly log: Log;
}

export interface Serving {
  /** Where the two servers listen; ports are the real ones, also if 0 was asked for. */
  readonly url: string;
  readonly opsUrl: string;
  /** Unready at once, serve on for the drain, then close. */
  drain(): Promise<void>;
}

/** An address cannot be a DNS name in a certificate, nor the other way round; a wildcard host is neither. */
function namesFor({ host, certNames }: ServeOptions): {
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
} {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', host, ...certNames])].filter(
    (name) => name !== '0.0.0.0' && name !== '::',
  );
  return {
    dnsNames: names.filter((name) => isIP(name) === 0),
    ipAddresses: names.filter((name) => isIP(name) !== 0),
  };
}

interface Opened {
  readonly store: Store;
  readonly source: Source;
}

type OnInvalid = (
  identity: ObjectIdentity,
  errors: readonly FieldError[],
  placeOf?: FileSource['placeOf'],
) => void;

async function openFiles(paths: readonly string[], log: Log, onInvalid: OnInvalid): Promise<Opened> {
  let source: FileSource | undefined;
  // At the first load the source is not there yet, and so no places: what is invalid then is told afterwards.
  const early: [ObjectIdentity, readonly FieldError[]][] = [];
  const store = new Store({
    closedWorld: true,
    onInvalid: (identity, errors) => {
      if (source === undefined) early.push([identity, errors]);
      else onInvalid(identity, errors, (...place) => source?.placeOf(...place));
    },
  });
  const opened = await FileSource.open({ paths, sink: store, log });
  source = opened;
  for (const [identity, errors] of early) onInvalid(identity, errors, (...place) => opened.placeOf(...place));
  return { store, source: opened };
}

async function openSource({ origin, log }: ServeOptions, onInvalid: OnInvalid): Promise<Opened> {
  if (origin.type === 'files') return openFiles(origin.paths, log, onInvalid);
  // client-node takes a third of a second to load: only those who need it wait.
  const { openKube } = await import('../source/kube/open.ts');
  return openKube({ ...origin, log, onInvalid });
}

/** Binds a port. Errors: what is wrong with the address, and what to do. */
async function listen(app: FastifyInstance, host: string, port: number, flag: string): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reasons = new Map<unknown, string>([
      ['EADDRINUSE', 'another process listens there'],
      ['EACCES', 'it may not be used by this user'],
      ['EADDRNOTAVAIL', 'this machine has no such address'],
    ]);
    const reason = reasons.get(code) ?? String(error);
    throw new Problem(`cannot listen on ${host}:${port}: ${reason}; choose another with ${flag}`);
  }
}

/** New connections get the new pair; those that are open keep theirs, so no request fails. */
function swapOnChange(app: FastifyInstance, certificate: CertificateSource): () => void {
  return certificate.subscribe((pair) => {
    if (!(app.server instanceof TlsServer)) return;
    app.server.setSecureContext({
      cert: pair.certificate,
      key: pair.key,
      minVersion: 'TLSv1.2',
    });
  });
}

/** After the drain. Together they stay well below the 30 s that Kubernetes waits by default. */
const CLOSE_MS = 5_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts everything and resolves when both ports listen. Errors: a Problem if the caller can do something about it. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { log } = options;
  const metrics = createMetrics();
  const onInvalid: OnInvalid = (identity, errors, placeOf) => {
    const { kind, namespace, name } = identity;
    metrics.invalid(kind);
    for (const { path, message } of errors) {
      const place = placeOf?.(identity, path);
      log.warn(
        { kind, namespace, name, field: path, reason: message, ...(place === undefined ? {} : { place }) },
        'object cannot be used',
      );
    }
  };
  const certificate = await openCertificateSource({
    directory: options.certDirectory,
    ...namesFor(options),
    log,
  });
  const { store, source } = await openSource(options, onInvalid).catch((error: unknown) => {
    certificate.stop();
    throw error;
  });
  const readiness = new Readiness(source, certificate);
  const app = buildApp(
    { lister: store, log, metrics, draining: () => readiness.draining },
    certificate.current(),
  );
  const ops = buildOps({ readiness, registry: metrics.registry });
  const unsubscribe = swapOnChange(app, certificate);
  observe(metrics, {
    counts: () => store.counts(),
    caches: () => source.states(),
    certificate,
    ready: () => readiness.check().ready,
  });

  const close = async (): Promise<void> => {
    unsubscribe();
    certificate.stop();
    // A client that never finishes its request must not use up the time that the process has to end.
    const forced = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
    await Promise.all([app.close(), ops.close(), source.stop()]);
    clearTimeout(forced);
  };
  try {
    // First what is asked whether it is ready, then what has to be.
    const opsUrl = await listen(ops, options.opsHost, options.opsPort, '--ops-port');
    const url = await listen(app, options.host, options.port, '--port');
    readiness.listening();
    log.info({ url, opsUrl, caches: source.detail() }, 'serving');
    return {
      url,
      opsUrl,
      drain: async () => {
        readiness.drain();
        log.info({ drainMs: options.drainMs }, 'draining');
        await wait(options.drainMs);
        await close();
        log.info({}, 'stopped');
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
