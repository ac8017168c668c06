/**
 * @module The Kubernetes API as a source of objects: Cleat's own kinds always, those of other APIs where they are
 * installed, service kinds as bindings name them.
 */
import { groupKindKey, SECRET, SERVICE_BINDING, WORKLOAD_RESOURCE_MAPPING } from '../../../lib/api/kinds.ts';
import type { GroupKind, GroupVersionKind } from '../../../lib/api/kinds.ts';
import type { ObjectSink } from '../../../lib/api/sink.ts';
import type { RestMapper } from '../../kube/discovery.ts';
import type { Log } from '../../kube/log.ts';
import { Reflector, type ReflectorLimits, type ReflectorState } from '../../kube/reflector.ts';
import type { ReflectorOptions } from '../../kube/reflector-options.ts';
import { isOut } from '../../kube/reflector-state.ts';
import { systemTiming, type Timing } from '../../kube/timing.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Source } from '../source.ts';
import { InitialSync } from './initial-sync.ts';
import { KindReflectors } from './kind-reflectors.ts';
import type { OptionalKind } from './optional-kinds.ts';
import { trimService } from './service-trim.ts';

export interface KubeSourceOptions {
  readonly transport: Pick<Transport, 'read' | 'stream'>;
  readonly mapper: Pick<RestMapper, 'resolve'>;
  readonly sink: ObjectSink;
  readonly log: Log;
  readonly timing?: Timing;
  /** The kinds without which there is nothing to do: those of servicebinding.io unless told. */
  readonly ownKinds?: readonly GroupVersionKind[];
  /** The kinds that are followed where they are there, and Cleat may; nothing waits for them. None unless told. */
  readonly optionalKinds?: readonly OptionalKind[];
  /** How long a service kind that no binding names any more is kept. */
  readonly graceMs?: number;
  readonly limits?: Partial<ReflectorLimits>;
}

/** One kind and how its reflector is doing. Cleat's own kinds go by their name, others by `group/kind`. */
export interface KindState extends ReflectorState {
  readonly kind: string;
  readonly role: 'own' | 'optional' | 'service';
  readonly groupKind: GroupKind;
}

export const OWN_KINDS: readonly GroupVersionKind[] = [
  { ...SERVICE_BINDING, version: 'v1' },
  { ...WORKLOAD_RESOURCE_MAPPING, version: 'v1' },
];

/** A binding that is deleted and created again, as GitOps tools do, should find its services still there. */
const GRACE_MS = 60_000;

export class KubeSource implements Source {
  readonly #options: KubeSourceOptions;
  readonly #own: readonly Reflector[];
  readonly #optional: readonly Reflector[];
  readonly #services: KindReflectors;
  readonly #initialSync = new InitialSync();

  constructor(options: KubeSourceOptions) {
    const { ownKinds = OWN_KINDS, optionalKinds = [], timing = systemTiming, graceMs = GRACE_MS } = options;
    this.#options = options;
    this.#own = ownKinds.map((kind) => this.#reflector(kind, () => kind.version));
    this.#optional = optionalKinds.map((kind) => this.#optionalReflector(kind));
    this.#services = new KindReflectors({
      graceMs,
      timing,
      create: (kind, version) => this.#reflector(kind, version, { trim: trimService }),
    });
  }

  /** Begins to fill the sink. */
  start(): void {
    for (const reflector of [...this.#own, ...this.#optional]) reflector.start();
  }

  /**
   * The service kinds that bindings name now, all of them, Secrets left out: a binding that names a Secret directly needs
   * no look at it. Kinds that are new are reflected at once; one that is not there (yet) or may not be listed is asked for
   * again and again and holds up nothing. Kinds that are left out are forgotten after a while.
   *
   * Call it at once when they change, from within the sink: `ready` waits for the kinds that are named when it is first
   * asked after the last ServiceBinding has been taken in.
   */
  setServiceKinds(kinds: readonly GroupVersionKind[]): void {
    const own = new Set([...this.#own, ...this.#optional].map(({ kind }) => groupKindKey(kind)));
    this.#services.set(kinds.filter((kind) => !isSecret(kind) && !own.has(groupKindKey(kind))));
  }

  /**
   * True from the moment on when everything that was named at the start is known: its own kinds synced (one that does not
   * exist has no objects, so it is), and each optional and each service kind synced, or known to be impossible to sync
   * for now. Once true
   * it stays true: what is interrupted later leaves a cache that is old, which is better than none.
   */
  ready(): boolean {
    const stateOf = (reflector: Reflector): ReflectorState => reflector.state();
    return this.#initialSync.check(this.#own.map(stateOf), this.#optional.map(stateOf), this.#services);
  }

  /** Why the objects of a service kind are not known. A kind that fails has been tried: it is not pending. */
  whyUnknown(kind: GroupKind): 'forbidden' | 'pending' | undefined {
    const phase = (this.#optionalState(kind) ?? this.#services.state(kind))?.phase;
    if (phase === 'forbidden') return 'forbidden';
    return phase === undefined || phase === 'listing' ? 'pending' : undefined;
  }

  /** Without the optional kinds that nobody has installed, or granted, yet: there is nothing amiss with them. */
  states(): readonly KindState[] {
    const optional = this.#optional.map((each) => stateOf(each, 'optional', groupKindKey(each.kind)));
    return [
      ...this.#own.map((each) => stateOf(each, 'own', each.kind.kind)),
      ...optional.filter(({ phase, objects }) => !isOut(phase) || objects > 0),
      ...this.#services.reflectors().map((each) => stateOf(each, 'service', groupKindKey(each.kind))),
    ];
  }

  /** What is amiss, kind by kind, or that nothing is. */
  detail(): string {
    const states = this.states();
    const amiss = states.filter(({ lastError }) => lastError !== undefined);
    if (amiss.length === 0) return `${states.length} kinds, ${sum(states)} objects`;
    return amiss.map(({ kind, phase, lastError }) => `${kind} is ${phase}: ${lastError}`).join('; ');
  }

  /** Ends all loops; returns when they have ended. The sink keeps what it has. */
  async stop(): Promise<void> {
    const reflectors = [...this.#own, ...this.#optional];
    await Promise.all([...reflectors.map((reflector) => reflector.stop()), this.#services.stop()]);
  }

  #optionalState(kind: GroupKind): ReflectorState | undefined {
    const key = groupKindKey(kind);
    return this.#optional.find((reflector) => groupKindKey(reflector.kind) === key)?.state();
  }

  #optionalReflector({ trim, firstLimit, ...kind }: OptionalKind): Reflector {
    const { limits } = this.#options;
    return this.#reflector(kind, () => kind.version, {
      optional: true,
      ...(trim === undefined ? {} : { trim }),
      ...(firstLimit === undefined ? {} : { limits: { ...limits, firstLimit } }),
    });
  }

  #reflector(
    kind: GroupKind,
    version: () => string | undefined,
    special: Pick<ReflectorOptions, 'trim' | 'optional' | 'limits'> = {},
  ): Reflector {
    const { transport, mapper, sink, log, timing = systemTiming, limits = {} } = this.#options;
    return new Reflector({
      kind: { group: kind.group, kind: kind.kind },
      locate: async ({ fresh }) => await mapper.resolve(kind, { version: version(), fresh }),
      transport,
      sink,
      log,
      timing,
      limits,
      ...special,
    });
  }
}

function stateOf(reflector: Reflector, role: KindState['role'], kind: string): KindState {
  return { ...reflector.state(), role, kind, groupKind: reflector.kind };
}

function sum(states: readonly KindState[]): number {
  return states.reduce((total, { objects }) => total + objects, 0);
}

/** Core operation reads no user's Secret. */
function isSecret({ group, kind }: GroupKind): boolean {
  return group === SECRET.group && kind === SECRET.kind;
}
