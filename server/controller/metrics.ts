/**
 * @module What `/metrics` shows of the controller. Followers show it too: zeros, but for what they know.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EventResult } from '../kube/events.ts';
import type { ReadyCount } from './ready-counts.ts';

/** Seconds. Without a change a binding takes a fraction of a millisecond, with one some round trips to the API server. */
const BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];

export interface ControllerObserved {
  readonly depth: () => number;
  readonly leading: () => boolean;
  readonly ready: () => readonly ReadyCount[];
}

export interface ControllerMetrics {
  /** One binding was looked at, and how long that took, in seconds. */
  readonly reconciled: (result: 'success' | 'retry' | 'error', seconds: number) => void;
  readonly retried: () => void;
  readonly orphansRemoved: (count: number) => void;
  /** How many kinds the webhook is asked about. */
  readonly intercepted: (kinds: number) => void;
  readonly event: (result: EventResult) => void;
  /** What is read when somebody asks. */
  readonly observe: (observed: ControllerObserved) => void;
}

export function createControllerMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry];
  const reconciles = new Counter({
    name: 'cleat_reconcile_total',
    help: 'Bindings looked at, by result: success (done, or to be mended by somebody), retry (comes again at once), error (a fault of Cleat).',
    labelNames: ['result'],
    registers,
  });
  const duration = new Histogram({
    name: 'cleat_reconcile_duration_seconds',
    help: 'Time that one look at a binding took.',
    buckets: BUCKETS,
    registers,
  });
  const retries = new Counter({
    name: 'cleat_reconcile_retries_total',
    help: 'Bindings that have to be looked at again after a pause.',
    registers,
  });
  const orphans = new Counter({
    name: 'cleat_orphans_removed_total',
    help: 'Projections taken away because their binding does not exist any more.',
    registers,
  });
  const rules = new Gauge({
    name: 'cleat_webhook_rules',
    help: 'Workload kinds that bindings target, of which the webhook is told; 0 on followers.',
    registers,
  });
  const events = new Counter({
    name: 'cleat_events_total',
    help: 'Events, by result: sent, suppressed (told before), dropped (too many), failed.',
    labelNames: ['result'],
    registers,
  });
  return {
    reconciled: (result, seconds) => {
      reconciles.inc({ result });
      duration.observe(seconds);
    },
    retried: () => retries.inc(),
    orphansRemoved: (count) => orphans.inc(count),
    intercepted: (kinds) => rules.set(kinds),
    event: (result) => events.inc({ result }),
    observe: (observed) => observeController(registry, observed),
  };
}

function observeController(registry: Registry, { depth, leading, ready }: ControllerObserved): void {
  const registers = [registry];
  const queue: Gauge = new Gauge({
    name: 'cleat_queue_depth',
    help: 'Bindings that wait for their turn or are being looked at.',
    registers,
    collect: () => queue.set(depth()),
  });
  const leader: Gauge = new Gauge({
    name: 'cleat_leader',
    help: 'Whether this replica reconciles.',
    registers,
    collect: () => leader.set(leading() ? 1 : 0),
  });
  const bindings: Gauge<'ready' | 'reason'> = new Gauge({
    name: 'cleat_bindings',
    help: 'ServiceBindings, by the status of their Ready condition and its reason.',
    labelNames: ['ready', 'reason'],
    registers,
    collect: () => {
      bindings.reset();
      for (const { ready: status, reason, count } of ready()) bindings.set({ ready: status, reason }, count);
    },
  });
}
