/**
 * @module Watches what the Secrets of bindings were made from. It keeps no object, and no value of a Secret ever comes
 * here: the API server is asked for metadata alone.
 */
import { dig, type JsonObject, listAt, only, textOf } from '../../../lib/api/json.ts';
import { type GroupKind, groupKindKey, SECRET } from '../../../lib/api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../../../lib/api/sink.ts';
import type { RestMapper } from '../../kube/discovery.ts';
import type { Trim } from '../../kube/inventory.ts';
import type { Log } from '../../kube/log.ts';
import { METADATA, NOTHING_BUT_METADATA } from '../../kube/object-form.ts';
import { Reflector } from '../../kube/reflector.ts';
import { isOut } from '../../kube/reflector-state.ts';
import type { Timing } from '../../kube/timing.ts';
import type { Transport } from '../../kube/transport.ts';
import { KindReflectors } from '../../source/kube/kind-reflectors.ts';
import type { CacheState } from '../../source/source.ts';
import type { BindingKey } from '../bindings.ts';
import { type Dependencies, type DependencyKey, onAll, onObject, onOwned } from './dependencies.ts';

/** A binding that is changed, or read for the first time in vain, names its kinds again in a moment. */
const GRACE_MS = 60_000;

export interface DependencySourceOptions {
  readonly transport: Pick<Transport, 'read' | 'stream'>;
  readonly mapper: Pick<RestMapper, 'resolve'>;
  readonly dependencies: Pick<Dependencies, 'concerned' | 'missing'>;
  readonly enqueue: (binding: BindingKey) => void;
  /** An object of the kind is new, changed or gone, or told of once more. Before bindings are enqueued. */
  readonly onChange?: (kind: GroupKind, namespace: string) => void;
  readonly log: Log;
  readonly timing: Timing;
}

/** What an object had to do with others when it was seen last. */
interface Seen {
  readonly version: string;
  /** Their uids. */
  readonly owners: readonly string[];
}

const METADATA_MEMBERS = ['name', 'namespace', 'uid', 'resourceVersion', 'ownerReferences'] as const;

const trim: Trim = (object) => ({ metadata: only(dig(object, 'metadata'), METADATA_MEMBERS) });

function ownersOf(object: JsonObject): readonly string[] {
  const owners = listAt(object, 'metadata', 'ownerReferences');
  return owners.map((owner) => textOf(dig(owner, 'uid'))).filter((uid) => uid !== '');
}

function keyOf(kind: GroupKind, object: JsonObject): DependencyKey {
  const metadata = dig(object, 'metadata');
  return onObject(kind, {
    namespace: textOf(dig(metadata, 'namespace')),
    name: textOf(dig(metadata, 'name')),
  });
}

export class DependencySource {
  readonly #options: DependencySourceOptions;
  #kinds: KindReflectors | undefined;
  #wanted: readonly GroupKind[] = [];
  #wantedKeys: ReadonlySet<string> = new Set();

  constructor(options: DependencySourceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#kinds ??= new KindReflectors({
      timing: this.#options.timing,
      graceMs: GRACE_MS,
      create: (kind) => this.#reflector(kind),
    });
    this.#apply();
  }

  async stop(): Promise<void> {
    const kinds = this.#kinds;
    this.#kinds = undefined;
    await kinds?.stop();
  }

  /** The kinds that Secrets depend on now, all of them. */
  setKinds(kinds: readonly GroupKind[]): void {
    const keys = new Set(kinds.map(groupKindKey));
    if (keys.size === this.#wantedKeys.size && [...keys].every((key) => this.#wantedKeys.has(key))) return;
    this.#wanted = kinds;
    this.#wantedKeys = keys;
    this.#apply();
  }

  /** Which watch of the kind it is by which each change is noticed at once; undefined while there is none. */
  watchOf(kind: GroupKind): number | undefined {
    const state = this.#kinds?.state(kind);
    return state?.phase === 'watching' ? state.since : undefined;
  }

  states(): readonly CacheState[] {
    const states = (this.#kinds?.reflectors() ?? []).map((reflector) => {
      const { phase, synced } = reflector.state();
      return { kind: `source ${groupKindKey(reflector.kind)}`, phase, synced };
    });
    // Nothing is amiss with those that nobody has installed, or granted, yet.
    return states.filter(({ phase }) => !isOut(phase));
  }

  #apply(): void {
    // Any version will do: metadata is alike in all of them.
    this.#kinds?.set(this.#wanted.map(({ group, kind }) => ({ group, kind, version: '' })));
  }

  #reflector({ group, kind }: GroupKind): Reflector {
    const { transport, mapper, log, timing } = this.#options;
    return new Reflector({
      kind: { group, kind },
      locate: async ({ fresh }) => await mapper.resolve({ group, kind }, { fresh }),
      transport,
      form: groupKindKey({ group, kind }) === groupKindKey(SECRET) ? NOTHING_BUT_METADATA : METADATA,
      trim,
      // Whoever has read it in vain has said so in the condition of the binding.
      optional: true,
      sink: this.#sink({ group, kind }),
      log,
      timing,
    });
  }

  #sink(kind: GroupKind): ObjectSink {
    /** Only of those that are owned, or counted with all others of their kind. */
    const seen = new Map<string, Seen>();
    /** What the first list has: of what was deleted between its being read and that list nobody tells. */
    let listed: Set<DependencyKey> | undefined = new Set();
    return {
      upsert: (object) => {
        listed?.add(keyOf(kind, object));
        this.#changed(kind, object, seen);
      },
      remove: (identity) => this.#gone(kind, identity, seen),
      synced: (_kind, synced) => {
        if (!synced || listed === undefined) return;
        this.#enqueueAll(this.#options.dependencies.missing(kind, listed));
        listed = undefined;
      },
    };
  }

  #changed(kind: GroupKind, object: JsonObject, seen: Map<string, Seen>): void {
    const metadata = dig(object, 'metadata');
    const namespace = textOf(dig(metadata, 'namespace'));
    const version = textOf(dig(metadata, 'resourceVersion'));
    this.#options.onChange?.(kind, namespace);
    const key = keyOf(kind, object);
    const before = seen.get(key);
    const owners = ownersOf(object);
    const news = this.#options.dependencies.concerned(key, version);
    this.#enqueueAll(news);
    // A list that is made anew tells again what is known.
    if (before?.version === version) return;
    const together = this.#together(kind, namespace, [...owners, ...(before?.owners ?? [])]);
    if (owners.length > 0 || together.length > 0) seen.set(key, { version, owners });
    else seen.delete(key);
    this.#enqueueAll(this.#without(together, key, news));
  }

  #gone(kind: GroupKind, { namespace, name }: ObjectIdentity, seen: Map<string, Seen>): void {
    const key = onObject(kind, { namespace, name });
    this.#options.onChange?.(kind, namespace);
    const owners = seen.get(key)?.owners ?? [];
    seen.delete(key);
    this.#enqueueAll(this.#options.dependencies.concerned(key));
    this.#enqueueAll(this.#together(kind, namespace, owners));
  }

  /** Those that look at objects of the kind whichever they are. */
  #together(kind: GroupKind, namespace: string, owners: readonly string[]): readonly BindingKey[] {
    const { dependencies } = this.#options;
    return [
      ...owners.flatMap((owner) => dependencies.concerned(onOwned(kind, owner))),
      ...dependencies.concerned(onAll(kind, namespace)),
    ];
  }

  /** Without those that have read the object itself, and to whom it is no news. */
  #without(bindings: readonly BindingKey[], key: string, news: readonly BindingKey[]): readonly BindingKey[] {
    if (bindings.length === 0) return bindings;
    const readers = new Set(this.#options.dependencies.concerned(key));
    const told = new Set(news);
    return bindings.filter((binding) => told.has(binding) || !readers.has(binding));
  }

  #enqueueAll(bindings: readonly BindingKey[]): void {
    for (const binding of bindings) this.#options.enqueue(binding);
  }
}
