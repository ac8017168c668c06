/**
 * @module The controller, put together: what it knows is kept on every replica, what it does is done by the leader alone.
 */
import type { Finding } from '../../lib/api/condition.ts';
import type { GroupKind } from '../../lib/api/kinds.ts';
import type { ObjectSink } from '../../lib/api/sink.ts';
import { isImmutableKind } from '../../lib/resolve/guard.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import type { WorkloadLister } from '../../lib/resolve/workload-lister.ts';
import type { AccessChecker } from '../kube/access.ts';
import type { ApiResource, RestMapper } from '../kube/discovery.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/log.ts';
import type { ReflectorLimits } from '../kube/reflector.ts';
import { systemTiming, type Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import type { CacheState } from '../source/source.ts';
import { Applier } from './applier.ts';
import { type BindingRecord, Bindings } from './bindings.ts';
import { BindingWriter } from './binding-writer.ts';
import type { ControllerMetrics } from './metrics.ts';
import { Narrator } from './narrator.ts';
import { Namespaces } from './namespaces.ts';
import { ObjectClient } from './object-client.ts';
import { Observer } from './observer.ts';
import { OrphanCollector } from './orphan-collector.ts';
import { readyCounts } from './ready-counts.ts';
import { Reconciler } from './reconciler.ts';
import { Router } from './router.ts';
import { SecretReader } from './secret-reader.ts';
import { SecretResync } from './secret-resync.ts';
import { WebhookKeeper } from './webhook-keeper.ts';
import { LATER, SOON, WorkQueue } from './work-queue.ts';
import { WorkloadSource } from './workload-source.ts';
import { Workloads } from './workloads.ts';

/**
 * Bindings that are worked on at a time. As many requests are under way at most as there are connections; more would only
 * wait for each other.
 */
const WORKERS = 6;

export interface ControllerOptions {
  readonly transport: Transport;
  readonly mapper: RestMapper;
  /** The very lister of the webhook: what it decides and what the controller decides is the same. */
  readonly lister: Lister;
  readonly access: AccessChecker;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  /** The namespace that Cleat runs in, which is left alone. */
  readonly namespace: string;
  /** Asked before every write. */
  readonly isLeading: () => boolean;
  /** Whether the caches that decisions rest on (bindings, mappings, services) are complete. */
  readonly isSynced: () => boolean;
  /** Whether this replica answers admission requests. */
  readonly isServing: () => boolean;
  /** The name of both webhook configurations. */
  readonly webhooks: string;
  /** See {@link WebhookKeeper}. */
  readonly authorities: (() => string | undefined) | undefined;
  readonly log: Log;
  readonly timing?: Timing;
  readonly limits?: Partial<ReflectorLimits>;
}

/** How often the caches are asked whether they are complete, at the start. */
const SYNC_POLL_MS = 25;

export class Controller {
  readonly #options: ControllerOptions;
  readonly #timing: Timing;
  readonly #bindings: Bindings;
  readonly #workloads: Workloads;
  readonly #namespaces: Namespaces;
  readonly #source: WorkloadSource;
  readonly #router: Router;
  readonly #reconciler: Reconciler;
  readonly #queue: WorkQueue;
  readonly #orphans: OrphanCollector;
  readonly #keeper: WebhookKeeper;
  readonly #resync: SecretResync;
  readonly #end = new AbortController();
  #starting: Promise<void> | undefined;
  #leads = false;
  /** Turns of leading and following come one after the other, however fast the lease changes hands. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ControllerOptions) {
    const { transport, lister, log, metrics, events } = options;
    const timing = options.timing ?? systemTiming;
    this.#options = options;
    this.#timing = timing;
    const now = (): number => timing.now();
    this.#bindings = new Bindings(now);
    this.#workloads = new Workloads({ lister, now });
    this.#namespaces = new Namespaces(options.namespace);
    const client = new ObjectClient({ transport, mayWrite: options.isLeading });
    const narrator = new Narrator(events, (uid) => this.#bindings.byUid(uid));
    const applier = new Applier({
      client,
      lister,
      workloads: this.#workloads,
      onChanged: (before, after) => narrator.changed(before, after),
    });
    this.#queue = new WorkQueue({
      workers: WORKERS,
      timing,
      work: async (key) => await this.#work(key),
      onFault: (binding, err) => {
        metrics.reconciled('error', 0);
        log.error({ binding, err }, 'reconciling a binding failed');
      },
    });
    this.#orphans = new OrphanCollector({
      transport,
      workloads: this.#workloads,
      namespaces: this.#namespaces,
      isKnown: (uid) => this.#bindings.byUid(uid) !== undefined,
      applier,
      onRemoved: (record, uids) => {
        metrics.orphansRemoved(uids.length);
        narrator.orphansRemoved(record, uids);
      },
      log,
      timing,
    });
    this.#source = new WorkloadSource({
      transport,
      mapper: options.mapper,
      // The router knows what happened, and it is made of what is made here.
      events: {
        onWorkload: (...event) => this.#router.onWorkload(...event),
        onWorkloadGone: (identity) => this.#router.onWorkloadGone(identity),
        onKindSynced: (kind) => this.#router.onKindSynced(kind),
        onNamespace: (object) => this.#router.onNamespace(object),
        onNamespaceGone: (name) => this.#router.onNamespaceGone(name),
        onKinds: () => this.#router.onKinds(),
      },
      log,
      timing,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    this.#keeper = new WebhookKeeper({
      transport,
      client,
      name: options.webhooks,
      resources: () => this.#source.resources(),
      mayPatch: async (resource) => await this.#mayPatch(resource),
      authorities: options.authorities,
      isServing: options.isServing,
      onRules: (kinds) => metrics.intercepted(kinds),
      log,
      timing,
    });
    this.#resync = new SecretResync({
      access: options.access,
      keys: () => [...this.#bindings.all()].map(({ key }) => key),
      enqueueAfter: (key, ms) => this.#queue.addAfter(key, ms),
      log,
      timing,
    });
    this.#router = new Router({
      bindings: this.#bindings,
      workloads: this.#workloads,
      namespaces: this.#namespaces,
      lister,
      resources: () => this.#source.resources(),
      enqueue: (key) => this.#queue.add(key),
      suspect: (key) => this.#orphans.suspect(key),
      onTargets: () => this.#source.setKinds(this.#bindings.workloadKinds()),
      onKinds: () => this.#keeper.poke(),
    });
    this.#reconciler = new Reconciler({
      bindings: this.#bindings,
      lister,
      observer: new Observer({
        lister,
        workloads: this.#workloads,
        namespaces: this.#namespaces,
        standingOf: (kind) => this.#source.standing(kind),
      }),
      applier,
      writer: new BindingWriter(client, this.#bindings),
      secrets: new SecretReader(transport, options.access),
      lackingOn: async (kind) => await this.#lackingOn(kind),
      onReady: (record, before, ready) => this.#onReady(narrator, record, before, ready),
      log,
      timestamp: () => `${new Date().toISOString().slice(0, 19)}Z`,
    });
    metrics.observe({
      depth: () => this.#queue.depth,
      leading: () => this.#leads && options.isLeading(),
      ready: () => readyCounts(this.#bindings.all()),
    });
  }

  /** To be told of bindings, mappings and services after the store was. */
  get sink(): ObjectSink {
    return this.#router;
  }

  /** What `/validate` may look up. */
  get workloads(): WorkloadLister {
    return {
      workloadsOf: (binding) =>
        this.#source.standing(binding.workload) === 'known' ? this.#workloads.targetsOf(binding) : undefined,
      serves: (kind) => {
        const standing = this.#source.standing(kind);
        return standing === 'known' ? true : standing === 'absent' ? false : undefined;
      },
    };
  }

  states(): readonly CacheState[] {
    return this.#source.states();
  }

  /** Begins to know: workloads are looked at as soon as it is known what they are to be. */
  start(): void {
    this.#starting ??= this.#begin();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.lead(false);
    await Promise.all([this.#turn, this.#starting, this.#source.stop()]);
  }

  /** Begins to act, or ends it. */
  lead(leads: boolean): void {
    this.#turn = this.#turn.then(async () => await (leads ? this.#startLeading() : this.#stopLeading()));
  }

  /** The authority has changed. */
  authorityChanged(): void {
    this.#keeper.poke();
  }

  async #begin(): Promise<void> {
    const { signal } = this.#end;
    while (!this.#options.isSynced() && !signal.aborted) await this.#timing.sleep(SYNC_POLL_MS, signal);
    if (!signal.aborted) this.#source.start();
  }

  async #startLeading(): Promise<void> {
    if (this.#leads || this.#end.signal.aborted) return;
    this.#leads = true;
    this.#options.log.info({}, 'leading: reconciling bindings');
    this.#keeper.start();
    await this.#starting;
    this.#queue.start();
    for (const { key } of this.#bindings.all()) this.#queue.add(key);
    this.#orphans.start();
    this.#resync.start();
  }

  async #stopLeading(): Promise<void> {
    if (!this.#leads) return;
    this.#leads = false;
    this.#options.log.info({}, 'not leading any more');
    await Promise.all([this.#queue.stop(), this.#orphans.stop(), this.#keeper.stop(), this.#resync.stop()]);
  }

  async #work(key: string): Promise<void> {
    const { metrics } = this.#options;
    const start = performance.now();
    const again = await this.#reconciler.reconcile(key);
    if (again === undefined) this.#queue.forgive(key);
    else this.#queue.addAgain(key, again === 'soon' ? SOON : LATER);
    if (again !== undefined) metrics.retried();
    metrics.reconciled(again === 'soon' ? 'retry' : 'success', (performance.now() - start) / 1000);
  }

  #onReady(narrator: Narrator, record: BindingRecord, before: Finding | undefined, ready: Finding): void {
    narrator.ready(record, before, ready);
    this.#options.log.info(
      { binding: record.key, ready: ready.status, reason: ready.reason, message: ready.message },
      'binding status written',
    );
  }

  async #mayPatch({ group, plural }: ApiResource): Promise<boolean> {
    return await this.#options.access.allowed({ group, resource: plural, verb: 'patch' });
  }

  async #lackingOn(kind: GroupKind): Promise<readonly string[]> {
    if (this.#source.standing(kind) === 'forbidden') return ['list'];
    const resource = this.#source.resource(kind);
    if (resource === undefined || this.#source.standing(kind) === 'absent') return [];
    // These are bound when they are created, which takes no right to change them.
    if (isImmutableKind(kind)) return [];
    const verbs = ['get', 'patch'];
    const { group, plural } = resource;
    const answers = await Promise.all(
      verbs.map(async (verb) => await this.#options.access.allowed({ group, resource: plural, verb })),
    );
    return verbs.filter((_verb, index) => answers[index] !== true);
  }
}
