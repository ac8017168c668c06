/**
 * @module `cleat serve`: the webhook and, on a cluster, the controller beside it, from their sources to their drain.
 */
import { buildApp } from '../app.ts';
import type { Log } from '../log.ts';
import { createMetrics, observe } from '../metrics.ts';
import { buildOps } from '../ops.ts';
import { Overlay } from '../overlay.ts';
import { Readiness } from '../readiness.ts';
import type { CacheState } from '../source/source.ts';
import { listen, swapOnChange } from './listen.ts';
import { type CertificatePlace, openCertificate, type ServingSource } from './open-certificate.ts';
import type { Sealing } from '../requester/sealing.ts';
import { openRequesterKey } from './open-requester-key.ts';
import { type OpenedSource, openSource, type Origin } from './open-source.ts';
import type { Operation } from './operate.ts';

export interface ServeOptions {
  readonly origin: Origin;
  readonly host: string;
  readonly port: number;
  readonly opsHost: string;
  readonly opsPort: number;
  readonly certificates: CertificatePlace;
  /** Names and addresses that an issued certificate is valid for, besides the host and localhost. */
  readonly certNames: readonly string[];
  /** PEM: only clients with a certificate of this authority are answered. */
  readonly clientAuthority?: string;
  /** Milliseconds to serve on after SIGTERM. */
  readonly drainMs: number;
  readonly log: Log;
  /** Whether to reconcile too, where objects come from the Kubernetes API. */
  readonly controller: boolean;
  /** Whether Secrets are made from the descriptors of ClusterServiceVersions too. */
  readonly olmDescriptors: boolean;
  /** The namespace that Cleat runs in: where its Lease and its Secret are, and that it leaves alone. */
  readonly namespace: string;
  /** Aborted when the process is asked to stop before it serves; then {@link serve} throws the reason. */
  readonly signal?: AbortSignal;
}

export interface Serving {
  /** Where the two servers listen; ports are the real ones, also if 0 was asked for. */
  readonly url: string;
  readonly opsUrl: string;
  /** Whether this replica reconciles. */
  readonly leading: () => boolean;
  /** Unready at once, serve on for the drain, then close. */
  drain(): Promise<void>;
}

/** After the drain. Together they stay well below the 30 s that Kubernetes waits by default. */
const CLOSE_MS = 5_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What was opened is closed in the reverse order, whatever became of the rest. */
class Closing {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.#steps.unshift(step);
  }

  async close(): Promise<void> {
    for (const step of this.#steps.splice(0)) await step();
  }
}

interface Beside {
  readonly opened: OpenedSource;
  readonly isServing: () => boolean;
  readonly certificate: () => ServingSource | undefined;
  readonly requesterKey: Sealing | undefined;
}

async function openBeside(
  options: ServeOptions,
  metrics: ReturnType<typeof createMetrics>,
  { opened, isServing, certificate, requesterKey }: Beside,
): Promise<Operation | undefined> {
  const { kube } = opened;
  if (kube === undefined || !options.controller) return undefined;
  const { openOperation } = await import('./operate.ts');
  return openOperation({
    kube,
    namespace: options.namespace,
    isServing,
    authorities: 'secret' in options.certificates ? () => certificate()?.authorities?.() : undefined,
    onLeading: () => certificate()?.check?.(),
    requesterKey,
    descriptors: options.olmDescriptors,
    metrics,
    log: options.log,
  });
}

async function open(options: ServeOptions, closing: Closing): Promise<Serving> {
  const { log, signal = new AbortController().signal } = options;
  const metrics = createMetrics();
  const opened = await openSource(options.origin, log, metrics);
  const { store, source, kube } = opened;
  closing.add(async () => {
    await source.stop();
    await kube?.transport.close();
  });
  const requesterKey = openRequesterKey(kube, options);
  closing.add(() => requesterKey?.stop());

  let certificate: ServingSource | undefined;
  const readiness = new Readiness(source, () => certificate);
  const isServing = (): boolean => readiness.check().ready;
  const operation = await openBeside(options, metrics, {
    opened,
    isServing,
    certificate: () => certificate,
    requesterKey,
  });
  closing.add(async () => await operation?.stop());
  kube?.source.start();
  operation?.start();

  // First what is asked whether it is ready, then what has to be.
  const ops = buildOps({ readiness, registry: metrics.registry });
  closing.add(async () => await ops.close());
  const opsUrl = await listen(ops, options.opsHost, options.opsPort, '--ops-port');

  const leadership = { kube, mayIssue: () => operation?.leading() ?? false };
  const issued = await openCertificate(options, leadership, signal);
  certificate = issued;
  closing.add(() => issued.stop());

  const overlay = new Overlay({ store });
  closing.add(() => overlay.stop());
  const app = buildApp(
    {
      lister: store,
      log,
      metrics,
      draining: () => readiness.draining,
      ...(operation === undefined ? {} : { workloads: operation.workloads }),
      ...(requesterKey === undefined ? {} : { requesterKey }),
      ...(options.clientAuthority === undefined ? {} : { clientAuthority: options.clientAuthority }),
      onAdmitted: (binding) => overlay.add(binding),
    },
    issued.current(),
  );
  closing.add(async () => {
    // A client that never finishes its request must not use up the time that the process has to end.
    const forced = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
    await app.close();
    clearTimeout(forced);
  });
  closing.add(swapOnChange(app, issued, options.clientAuthority));
  closing.add(issued.subscribe(() => operation?.authorityChanged()));
  const states = (): readonly CacheState[] => [...source.states(), ...(operation?.states() ?? [])];
  observe(metrics, { counts: () => store.counts(), caches: states, certificate: issued, ready: isServing });

  const url = await listen(app, options.host, options.port, '--port');
  readiness.listening();
  operation?.authorityChanged();
  log.info({ url, opsUrl, caches: source.detail() }, 'serving');
  return {
    url,
    opsUrl,
    leading: () => operation?.leading() ?? false,
    drain: async () => {
      readiness.drain();
      log.info({ drainMs: options.drainMs }, 'draining');
      // Another replica may reconcile while this one still answers.
      await Promise.all([operation?.stop(), wait(options.drainMs)]);
      await closing.close();
      log.info({}, 'stopped');
    },
  };
}

/** Starts everything and resolves when both ports listen. Errors: a Problem if the caller can do something about it. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const closing = new Closing();
  try {
    return await open(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}
