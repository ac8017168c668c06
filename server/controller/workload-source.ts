/**
 * @module Reflects the workload kinds that bindings target, and the namespaces.
 */
import { groupKindKey, type GroupKind, type GroupVersionKind } from '../../lib/api/kinds.ts';
import type { JsonObject } from '../../lib/api/json.ts';
import type { ObjectIdentity, ObjectSink } from '../../lib/api/sink.ts';
import type { KindStanding } from '../../lib/reconcile/plan.ts';
import type { ApiResource, RestMapper } from '../kube/discovery.ts';
import type { Log } from '../kube/log.ts';
import { Reflector, type ReflectorState } from '../kube/reflector.ts';
import type { Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import { KindReflectors } from '../source/kube/kind-reflectors.ts';
import type { CacheState } from '../source/source.ts';

export interface WorkloadEvents {
  readonly onWorkload: (object: JsonObject, resource: ApiResource) => void;
  readonly onWorkloadGone: (identity: ObjectIdentity) => void;
  /** The objects of a workload kind are completely known. */
  readonly onKindSynced: (kind: GroupKind) => void;
  readonly onNamespace: (object: JsonObject) => void;
  readonly onNamespaceGone: (name: string) => void;
  /** The set of kinds, or where one of them is served, changed. */
  readonly onKinds: () => void;
}

export interface WorkloadSourceOptions {
  readonly transport: Pick<Transport, 'read' | 'stream'>;
  readonly mapper: Pick<RestMapper, 'resolve'>;
  readonly events: WorkloadEvents;
  readonly log: Log;
  readonly timing: Timing;
}

/** A binding that is deleted and created again, as GitOps tools do, finds its kind still there, and intercepted. */
const GRACE_MS = 60_000;

/** An API server that has just started answers by 503 and 403 for a moment. */
const STUCK_MS = 10_000;

const NAMESPACES: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  verbs: [],
};

export class WorkloadSource {
  readonly #options: WorkloadSourceOptions;
  readonly #kinds: KindReflectors;
  readonly #namespaces: Reflector;
  readonly #resources = new Map<string, ApiResource>();
  #wanted: readonly GroupVersionKind[] = [];
  #isStarted = false;

  constructor(options: WorkloadSourceOptions) {
    this.#options = options;
    this.#kinds = new KindReflectors({
      timing: options.timing,
      graceMs: GRACE_MS,
      create: (kind, version) => this.#reflector(kind, version),
    });
    this.#namespaces = new Reflector({
      ...this.#common(),
      kind: { group: '', kind: 'Namespace' },
      locate: async () => NAMESPACES,
      sink: {
        upsert: (object) => options.events.onNamespace(object),
        remove: ({ name }) => options.events.onNamespaceGone(name),
        synced: () => {},
      },
    });
  }

  /** Not before bindings, mappings and services are known: the verdict on each workload is made as it arrives. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#namespaces.start();
    this.setKinds(this.#wanted);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#kinds.stop(), this.#namespaces.stop()]);
  }

  /** The kinds that bindings target now, all of them. */
  setKinds(kinds: readonly GroupVersionKind[]): void {
    this.#wanted = kinds;
    if (!this.#isStarted) return;
    this.#kinds.set(kinds);
    this.#options.events.onKinds();
  }

  standing(kind: GroupKind): KindStanding {
    const state = this.#kinds.state(kind);
    if (state === undefined) return 'pending';
    if (!state.synced && state.phase === 'forbidden') return 'forbidden';
    if (!state.synced && this.#isStuck(state)) return 'unreachable';
    if (!state.synced) return 'pending';
    return state.phase === 'absent' ? 'absent' : 'known';
  }

  /** A moment of trouble is no news. */
  #isStuck({ phase, since }: ReflectorState): boolean {
    return phase === 'retrying' && this.#options.timing.now() - since > STUCK_MS;
  }

  /** Where a kind that bindings target, or did a moment ago, is served. */
  resources(): readonly ApiResource[] {
    return this.#kinds
      .reflectors()
      .flatMap(({ kind }) => (this.standing(kind) === 'absent' ? [] : (this.resource(kind) ?? [])));
  }

  /** Whether it is known where each of them is served, or that it is not. */
  areAllLocated(): boolean {
    return this.#kinds
      .reflectors()
      .every(({ kind }) => this.resource(kind) !== undefined || this.standing(kind) === 'absent');
  }

  resource(kind: GroupKind): ApiResource | undefined {
    return this.#resources.get(groupKindKey(kind));
  }

  states(): readonly CacheState[] {
    const stateOf = (kind: string, { phase, synced }: ReflectorState): CacheState => ({
      kind,
      phase,
      synced,
    });
    return [
      stateOf('Namespace', this.#namespaces.state()),
      ...this.#kinds
        .reflectors()
        .map((reflector) => stateOf(`workload ${groupKindKey(reflector.kind)}`, reflector.state())),
    ];
  }

  #common() {
    const { transport, log, timing } = this.#options;
    return { transport, log, timing };
  }

  #reflector(kind: GroupKind, version: () => string | undefined): Reflector {
    const { mapper, events } = this.#options;
    const key = groupKindKey(kind);
    const sink: ObjectSink = {
      upsert: (object) => {
        const resource = this.#resources.get(key);
        if (resource !== undefined) events.onWorkload(object, resource);
      },
      remove: (identity) => events.onWorkloadGone(identity),
      synced: (_kind, synced) => {
        if (synced) events.onKindSynced(kind);
      },
    };
    const locate = async ({ fresh }: { readonly fresh: boolean }): Promise<ApiResource | undefined> => {
      const found = await mapper.resolve(kind, { version: version(), fresh });
      const before = this.#resources.get(key);
      // One that is not found may only be missed for a moment: whether it is gone, its standing tells.
      if (found !== undefined) this.#resources.set(key, found);
      if (found !== undefined && found.plural !== before?.plural) events.onKinds();
      return found;
    };
    return new Reflector({ ...this.#common(), kind: { group: kind.group, kind: kind.kind }, locate, sink });
  }
}
