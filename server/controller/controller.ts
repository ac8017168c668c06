/**
 * @module The controller, put together: what it knows is kept on every replica, what it does is done by the leader alone.
 */
import type { ObjectSink } from '../../lib/api/sink.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import type { WorkloadLister } from '../../lib/resolve/workload-lister.ts';
import type { AccessChecker } from '../kube/access.ts';
import type { RestMapper } from '../kube/discovery.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/log.ts';
import { systemTiming, type Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import type { CacheState } from '../source/source.ts';
import type { Binding } from '../../lib/binding/binding.ts';
import type { SecretResolution } from '../../lib/resolve/secret.ts';
import { type Actor, Knowledge } from './knowledge.ts';
import type { DerivationSettings } from './deriving/derivation.ts';
import { Leader } from './leader.ts';
import type { ControllerMetrics } from './metrics.ts';
import { readyCounts } from './ready-counts.ts';

export interface ControllerOptions {
  readonly transport: Transport;
  readonly mapper: RestMapper;
  /** The webhook's store, without what is only proposed: else they decide alike. */
  readonly lister: Lister;
  readonly access: AccessChecker;
  readonly derivation: DerivationSettings;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  /** The namespace that Cleat runs in, which is left alone. */
  readonly namespace: string;
  /** Whether this replica holds the lease; asked before every write. */
  readonly isLeading: () => boolean;
  /** Whether the caches that decisions rest on (bindings, mappings, services) are complete. */
  readonly isSynced: () => boolean;
  /** Whether this replica answers admission requests. */
  readonly isServing: () => boolean;
  /** The name of both webhook configurations. */
  readonly webhooks: string;
  /** What clients have to trust, as PEM, where Cleat issues its own certificates; undefined where others see to that. */
  readonly authorities: (() => string | undefined) | undefined;
  readonly log: Log;
  readonly timing?: Timing;
}

/** How often the caches are asked whether they are complete, at the start. */
const SYNC_POLL_MS = 25;

export class Controller {
  readonly #options: ControllerOptions;
  readonly #timing: Timing;
  readonly #knowledge: Knowledge;
  readonly #leader: Leader;
  readonly #end = new AbortController();
  #synced: Promise<void> | undefined;
  #leads = false;
  /** Turns of leading and following come one after the other, however fast the lease changes hands. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ControllerOptions) {
    const { isLeading, metrics } = options;
    const timing = options.timing ?? systemTiming;
    this.#options = options;
    this.#timing = timing;
    // Whoever leads acts on what becomes known, and knows what it acts on.
    const actor: Actor = {
      enqueue: (key) => this.#leader.enqueue(key),
      renew: (key) => this.#leader.renew(key),
      suspect: (key) => this.#leader.suspect(key),
      onKinds: () => this.#leader.onKinds(),
      onDefinitions: (change) => this.#leader.onDefinitions(change),
    };
    this.#knowledge = new Knowledge({ ...options, actor, timing });
    this.#leader = new Leader({
      ...options,
      knowledge: this.#knowledge,
      mayWrite: () => isLeading() && !this.#end.signal.aborted,
      timing,
    });
    metrics.observe({
      depth: () => this.#leader.depth,
      leading: () => this.#leads && isLeading(),
      ready: () => readyCounts(this.#knowledge.bindings.all()),
    });
  }

  /** To be told of bindings, mappings and services after the store was. */
  get sink(): ObjectSink {
    return this.#knowledge.sink;
  }

  /** What `/validate` may look up. */
  get workloads(): WorkloadLister {
    return this.#knowledge.lister;
  }

  /** What came of making a binding's Secret, where this replica makes it. */
  derived(binding: Binding): SecretResolution | undefined {
    return this.#leader.derived(binding);
  }

  states(): readonly CacheState[] {
    return [...this.#knowledge.source.states(), ...this.#leader.states()];
  }

  /** Begins to know. */
  start(): void {
    this.#synced ??= this.#untilSynced();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.lead(false);
    await Promise.all([this.#turn, this.#synced, this.#knowledge.source.stop()]);
  }

  /** Begins to act, or ends it. */
  lead(leads: boolean): void {
    this.#turn = this.#turn.then(async () => await (leads ? this.#startLeading() : this.#stopLeading()));
  }

  /** The authority that clients have to trust has changed. */
  authorityChanged(): void {
    this.#leader.onKinds();
  }

  /** Workloads are looked at as soon as it is known what they are to be. */
  async #untilSynced(): Promise<void> {
    const { signal } = this.#end;
    while (!this.#options.isSynced() && !signal.aborted) await this.#timing.sleep(SYNC_POLL_MS, signal);
    if (!signal.aborted) this.#knowledge.source.start();
  }

  async #startLeading(): Promise<void> {
    if (this.#leads) return;
    await this.#synced;
    if (this.#end.signal.aborted) return;
    this.#leads = true;
    this.#options.log.info({}, 'leading: reconciling bindings');
    this.#leader.start();
  }

  async #stopLeading(): Promise<void> {
    if (!this.#leads) return;
    this.#leads = false;
    this.#options.log.info({}, 'not leading any more');
    await this.#leader.stop();
  }
}
