/**
 * @module What `/metrics` shows. One registry a process, made by the composition root.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../lib/patch/response.ts';
import type { CertificateSource } from './tls/source.ts';

/** Seconds. An admission takes some ten microseconds; the API server gives up after 10 s. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 10];

/** The paths that answer reviews. */
export const WEBHOOKS = ['mutate', 'stamp', 'validate'] as const;
export type Webhook = (typeof WEBHOOKS)[number];

export interface Metrics {
  readonly registry: Registry;
  /** Counts one answer and how long it took, in seconds. */
  readonly admission: (webhook: Webhook, outcome: Outcome, seconds: number) => void;
  /** Counts a binding object, a mapping or a file that could not be used. */
  readonly invalid: (what: string) => void;
}

export interface Observed {
  /** Objects in the caches by kind. */
  readonly counts: () => readonly { readonly kind: string; readonly count: number }[];
  /** The state of each cache: 1 for the phase that it is in. */
  readonly caches: () => readonly {
    readonly kind: string;
    readonly phase: string;
    readonly synced: boolean;
  }[];
  readonly certificate: CertificateSource;
  readonly ready: () => boolean;
}

interface Child {
  readonly count: Counter.Internal;
  readonly time: Histogram.Internal<'webhook' | 'outcome'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'cleat_admission_duration_seconds',
    help: 'Time from a read body to its answer, by webhook and outcome.',
    labelNames: ['webhook', 'outcome'],
    buckets: BUCKETS,
    registers,
  });
  const requests = new Counter({
    name: 'cleat_admission_requests_total',
    help: 'Admission requests answered, by webhook (mutate, stamp, validate) and outcome: allowed, patched, denied, errored.',
    labelNames: ['webhook', 'outcome'],
    registers,
  });
  const invalid = new Counter({
    name: 'cleat_invalid_objects_total',
    help: 'Objects and files that were read and could not be used, by what they are.',
    labelNames: ['what'],
    registers,
  });
  // One child for each pair of labels, looked up once: labels cost more than the increment.
  const children: Readonly<Record<Webhook, Map<Outcome, Child>>> = {
    mutate: new Map(),
    stamp: new Map(),
    validate: new Map(),
  };
  const childOf = (webhook: Webhook, outcome: Outcome): Child => {
    const known = children[webhook].get(outcome);
    if (known !== undefined) return known;
    const child = { count: requests.labels(webhook, outcome), time: duration.labels(webhook, outcome) };
    children[webhook].set(outcome, child);
    return child;
  };
  return {
    registry,
    admission: (webhook, outcome, seconds) => {
      const { count, time } = childOf(webhook, outcome);
      count.inc();
      time.observe(seconds);
    },
    invalid: (what) => invalid.inc({ what }),
  };
}

const seconds = (date: Date): number => date.getTime() / 1000;

/** Gauges that are read when somebody asks: nothing is counted twice, and nothing is stale. */
export function observe({ registry }: Metrics, observed: Observed): void {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    collect: (gauge: Gauge) => void,
    labelNames: readonly string[] = [],
  ): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect: () => collect(made),
    });
  };
  gauge(
    'cleat_cached_objects',
    'Objects held in memory, by kind (ServiceBinding counts the bindings).',
    (made) => {
      made.reset();
      for (const { kind, count } of observed.counts()) made.set({ kind }, count);
    },
    ['kind'],
  );
  gauge(
    'cleat_cache_synced',
    'Whether the objects of a kind are completely known, with the phase that their source is in.',
    (made) => {
      made.reset();
      for (const { kind, phase, synced } of observed.caches()) made.set({ kind, phase }, synced ? 1 : 0);
    },
    ['kind', 'phase'],
  );
  gauge('cleat_ready', 'Whether /readyz says so.', (made) => made.set(observed.ready() ? 1 : 0));
  gauge(
    'cleat_certificate_expiry_seconds',
    'When the serving certificate expires, in seconds since 1970.',
    (made) => made.set(seconds(observed.certificate.current().notAfter)),
  );
  gauge('cleat_certificate_problem', 'Whether a newer certificate is there but cannot be used.', (made) =>
    made.set(observed.certificate.problem() === undefined ? 0 : 1),
  );
}
