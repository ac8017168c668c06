/**
 * @module What the leader does, and nobody else: reconcile bindings, collect orphans, keep the webhook configurations.
 */
import type { Finding } from '../../lib/api/condition.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import type { AccessChecker } from '../kube/access.ts';
import type { RestMapper } from '../kube/discovery.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/log.ts';
import type { Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import type { Binding } from '../../lib/binding/binding.ts';
import type { SecretResolution } from '../../lib/resolve/secret.ts';
import type { CacheState } from '../source/source.ts';
import { Applier } from './applier.ts';
import type { DefinitionChange } from './definitions.ts';
import { Derivation, type DerivationSettings } from './deriving/derivation.ts';
import type { BindingKey, BindingRecord } from './bindings.ts';
import { BindingWriter } from './binding-writer.ts';
import type { Actor, Knowledge } from './knowledge.ts';
import type { ControllerMetrics } from './metrics.ts';
import { Narrator } from './narrator.ts';
import { ObjectClient } from './object-client.ts';
import { Observer } from './observer.ts';
import { OrphanCollector } from './orphan-collector.ts';
import { OrphanSweep, resourceNameOf } from './orphan-sweep.ts';
import { Reconciler } from './reconciler.ts';
import { Rights } from './rights.ts';
import { SecretReader } from './secret-reader.ts';
import { SecretResync } from './secret-resync.ts';
import { WebhookKeeper } from './webhook-keeper.ts';
import { LATER, SOON, WorkQueue } from './work-queue.ts';

/**
 * Bindings that are worked on at a time. As many requests are under way at most as there are connections; more would only
 * wait for each other.
 */
const WORKERS = 6;

export interface LeaderOptions {
  readonly knowledge: Knowledge;
  readonly transport: Transport;
  readonly mapper: RestMapper;
  readonly lister: Lister;
  readonly access: AccessChecker;
  readonly derivation: DerivationSettings;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  /** Asked before every write. */
  readonly mayWrite: () => boolean;
  /** Whether this replica answers admission requests. */
  readonly isServing: () => boolean;
  /** The name of both webhook configurations. */
  readonly webhooks: string;
  /** See {@link WebhookKeeper}. */
  readonly authorities: (() => string | undefined) | undefined;
  readonly log: Log;
  readonly timing: Timing;
}

const timestamp = (): string => `${new Date().toISOString().slice(0, 19)}Z`;

export class Leader implements Actor {
  readonly #options: LeaderOptions;
  readonly #narrator: Narrator;
  readonly #queue: WorkQueue;
  readonly #reconciler: Reconciler;
  readonly #orphans: OrphanCollector;
  readonly #sweep: OrphanSweep;
  readonly #keeper: WebhookKeeper;
  readonly #resync: SecretResync;
  readonly #derivation: Derivation;

  constructor(options: LeaderOptions) {
    const { knowledge, transport, access, mayWrite, log, timing } = options;
    const { bindings } = knowledge;
    this.#options = options;
    const client = new ObjectClient({ transport, mayWrite });
    const rights = new Rights(access, knowledge.source);
    this.#narrator = new Narrator(options.events, (uid) => bindings.byUid(uid));
    const applier = new Applier({
      client,
      lister: options.lister,
      workloads: knowledge.workloads,
      now: () => timing.now(),
      onChanged: (before, after) => this.#narrator.changed(before, after),
    });
    this.#queue = new WorkQueue({
      workers: WORKERS,
      timing,
      work: async (key) => await this.#work(key),
      onFault: (binding, err) => {
        options.metrics.reconciled('error', 0);
        log.error({ binding, err }, 'reconciling a binding failed');
      },
    });
    this.#derivation = new Derivation({
      ...options.derivation,
      bindings,
      definitions: knowledge.definitions,
      transport,
      mapper: options.mapper,
      client,
      access,
      lister: options.lister,
      enqueue: (key) => this.#queue.add(key),
      onWarnings: (record, warnings) => this.#narrator.warned(record, warnings),
      log,
      timing,
    });
    this.#reconciler = this.#makeReconciler(client, applier, rights);
    this.#orphans = this.#makeCollector(applier);
    this.#keeper = new WebhookKeeper({
      transport,
      client,
      name: options.webhooks,
      resources: () => knowledge.source.resources(),
      areAllLocated: () => knowledge.source.areAllLocated(),
      mayPatch: async (resource) => await rights.mayPatch(resource),
      authorities: options.authorities,
      isServing: options.isServing,
      onRules: (kinds) => options.metrics.intercepted(kinds),
      log,
      timing,
    });
    this.#sweep = new OrphanSweep({
      transport,
      mapper: options.mapper,
      remembered: () => [...[...knowledge.mappings].map(resourceNameOf), ...this.#keeper.remembered()],
      isReflected: (kind) => knowledge.source.standing(kind) === 'known',
      isKnown: (...binding) => knowledge.isKnown(...binding),
      namespaces: knowledge.namespaces,
      onKinds: (kinds) => knowledge.reflectToo(kinds),
      log,
      timing,
    });
    this.#resync = new SecretResync({
      access,
      keys: () => [...bindings.all()].map(({ key }) => key),
      enqueueAfter: (key, ms) => this.#queue.addAfter(key, ms),
      log,
      timing,
    });
  }

  /** What came of making a binding's Secret; undefined if it is not made, or not by this replica. */
  derived(binding: Binding): SecretResolution | undefined {
    return this.#derivation.find(binding)?.resolution;
  }

  get depth(): number {
    return this.#queue.depth;
  }

  readonly enqueue = (key: BindingKey): void => this.#queue.add(key);
  readonly renew = (key: BindingKey): void => {
    this.#queue.forgive(key);
    this.#queue.add(key);
  };
  readonly suspect = (key: string): void => this.#orphans.suspect(key);
  readonly onKinds = (): void => this.#keeper.poke();

  readonly onDefinitions = (change: DefinitionChange | undefined): void =>
    this.#derivation.onDefinitions(change);

  /** What Secrets are made from, as far as it is watched. */
  states(): readonly CacheState[] {
    return this.#derivation.states();
  }

  start(): void {
    this.#keeper.start();
    this.#queue.start();
    for (const { key } of this.#options.knowledge.bindings.all()) this.#queue.add(key);
    this.#orphans.start();
    this.#sweep.start();
    this.#resync.start();
    this.#derivation.start();
  }

  async stop(): Promise<void> {
    const parts = [this.#queue, this.#orphans, this.#sweep, this.#keeper, this.#resync, this.#derivation];
    await Promise.all(parts.map(async (part) => await part.stop()));
    // Whoever leads next makes the Secrets, and says by the status of the bindings what they are called.
    this.#derivation.clear();
  }

  #makeReconciler(client: ObjectClient, applier: Applier, rights: Rights): Reconciler {
    const { knowledge, lister, transport, access, log } = this.#options;
    const { bindings, workloads, namespaces, source } = knowledge;
    return new Reconciler({
      bindings,
      lister,
      observer: new Observer({ lister, workloads, namespaces, standingOf: (kind) => source.standing(kind) }),
      applier,
      writer: new BindingWriter(client, bindings),
      secrets: new SecretReader(transport, access),
      deriver: this.#derivation,
      namespaces,
      lackingOn: async (kind) => await rights.lackingOn(kind),
      onReady: (...news) => this.#onReady(...news),
      log,
      timestamp,
    });
  }

  #makeCollector(applier: Applier): OrphanCollector {
    const { knowledge, transport, metrics, log, timing } = this.#options;
    return new OrphanCollector({
      transport,
      mapper: this.#options.mapper,
      workloads: knowledge.workloads,
      namespaces: knowledge.namespaces,
      isKnown: (...binding) => knowledge.isKnown(...binding),
      applier,
      onRemoved: (record, uids) => {
        metrics.orphansRemoved(uids.length);
        this.#narrator.orphansRemoved(record, uids);
      },
      log,
      timing,
    });
  }

  async #work(key: BindingKey): Promise<void> {
    const { metrics } = this.#options;
    const start = performance.now();
    const again = await this.#reconciler.reconcile(key);
    if (again === undefined) this.#queue.forgive(key);
    else {
      this.#queue.addAgain(key, again === 'soon' ? SOON : LATER);
      metrics.retried();
    }
    metrics.reconciled(again === 'soon' ? 'retry' : 'success', (performance.now() - start) / 1000);
  }

  #onReady(record: BindingRecord, before: Finding | undefined, ready: Finding): void {
    this.#narrator.ready(record, before, ready);
    const { status, reason, message } = ready;
    this.#options.log.info({ binding: record.key, ready: status, reason, message }, 'binding status written');
  }
}
