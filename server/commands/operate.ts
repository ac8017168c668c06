/**
 * @module The controller beside the webhook: its lease, its rights, its events.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { WorkloadLister } from '../../lib/resolve/workload-lister.ts';
import { Controller } from '../controller/controller.ts';
import { createControllerMetrics } from '../controller/metrics.ts';
import { AccessChecker } from '../kube/access.ts';
import { EventRecorder } from '../kube/events.ts';
import { LeaseElection } from '../kube/lease.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Sealing } from '../requester/sealing.ts';
import { RequesterAccess } from '../requester/requester-access.ts';
import type { OpenedKube } from '../source/kube/open.ts';
import type { CacheState } from '../source/source.ts';

/** The Lease, and both webhook configurations, are named so. */
const NAME = 'cleat';

export interface OperationOptions {
  readonly kube: OpenedKube;
  /** The namespace that Cleat runs in. */
  readonly namespace: string;
  /** Whether this replica answers admission requests. */
  readonly isServing: () => boolean;
  /** What clients have to trust, where Cleat issues its own certificates. */
  readonly authorities: (() => string | undefined) | undefined;
  /** This replica leads now. */
  readonly onLeading: () => void;
  /** What requesters are sealed with; undefined where there are none. */
  readonly requesterKey: Sealing | undefined;
  /** Whether Secrets are made from the descriptors of ClusterServiceVersions too. */
  readonly descriptors: boolean;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface Operation {
  readonly workloads: WorkloadLister;
  readonly states: () => readonly CacheState[];
  readonly leading: () => boolean;
  readonly authorityChanged: () => void;
  /** Takes part in the election. */
  readonly start: () => void;
  /** Finishes what is under way and gives the lease up, so that another takes over at once. */
  readonly stop: () => Promise<void>;
}

export function openOperation(options: OperationOptions): Operation {
  const { kube, namespace, log, isServing, authorities, onLeading } = options;
  const { transport, mapper, store, source } = kube;
  const identity = `${hostname()}_${randomUUID()}`;
  const metrics = createControllerMetrics(options.metrics.registry);
  const events = new EventRecorder({
    transport,
    log,
    component: NAME,
    instance: identity,
    onResult: (result) => metrics.event(result),
  });
  const election = new LeaseElection({
    transport,
    namespace,
    name: NAME,
    identity,
    log,
    onChange: (leading) => {
      controller.lead(leading);
      if (leading) onLeading();
    },
  });
  const controller = new Controller({
    transport,
    mapper,
    lister: store.stored,
    access: new AccessChecker({ transport }),
    events,
    metrics,
    namespace,
    isLeading: () => election.leading(),
    isSynced: () => source.ready(),
    isServing,
    webhooks: NAME,
    authorities,
    derivation: {
      requesters: new RequesterAccess({ transport }),
      requesterKey: options.requesterKey,
      descriptors: options.descriptors,
    },
    log,
  });
  kube.follow(controller.sink);
  kube.derive((binding) => controller.derived(binding));
  return {
    workloads: controller.workloads,
    states: () => controller.states(),
    leading: () => election.leading(),
    authorityChanged: () => controller.authorityChanged(),
    start: () => {
      controller.start();
      election.start();
    },
    stop: async () => {
      // The lease goes last: until then nobody else may act.
      await controller.stop();
      await election.stop();
      await events.stop();
    },
  };
}
