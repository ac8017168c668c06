/**
 * @module What every replica knows: bindings, workloads, namespaces. A new leader begins with a complete picture.
 */
import type { GroupVersionKind } from '../../lib/api/kinds.ts';
import type { ObjectSink } from '../../lib/api/sink.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import type { WorkloadLister } from '../../lib/resolve/workload-lister.ts';
import type { RestMapper } from '../kube/discovery.ts';
import type { Log } from '../kube/log.ts';
import type { Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import { tee } from '../source/kube/tee.ts';
import { type BindingKey, bindingKey, Bindings, keyOfBinding } from './bindings.ts';
import { type DefinitionChange, Definitions } from './definitions.ts';
import { Namespaces } from './namespaces.ts';
import { Router } from './router.ts';
import type { WorkloadKey } from './workload-record.ts';
import { WorkloadSource } from './workload-source.ts';
import { Workloads } from './workloads.ts';

/** Who acts on what became known. */
export interface Actor {
  /** The binding has to be looked at. */
  readonly enqueue: (key: BindingKey) => void;
  /** The same, and what failed before says nothing any more: the user wants something else of it. */
  readonly renew: (key: BindingKey) => void;
  /** The workload may carry projections of bindings that are gone. */
  readonly suspect: (key: WorkloadKey) => void;
  /** The kinds that bindings target, or where they are served, may have changed. */
  readonly onKinds: () => void;
  /** See {@link Definitions}. */
  readonly onDefinitions: (change: DefinitionChange | undefined) => void;
}

export interface KnowledgeOptions {
  readonly transport: Transport;
  readonly mapper: RestMapper;
  /** The webhook's store, without what is only proposed: else they decide alike. */
  readonly lister: Lister;
  /** The namespace that Cleat runs in, which is left alone. */
  readonly namespace: string;
  readonly actor: Actor;
  readonly log: Log;
  readonly timing: Timing;
}

export class Knowledge {
  readonly bindings: Bindings;
  readonly workloads: Workloads;
  readonly namespaces: Namespaces;
  readonly definitions: Definitions;
  readonly source: WorkloadSource;
  readonly #router: Router;
  /** Targeted by nobody, but to be cleaned up. */
  #more: readonly GroupVersionKind[] = [];

  constructor({ transport, mapper, lister, namespace, actor, log, timing }: KnowledgeOptions) {
    const now = (): number => timing.now();
    this.bindings = new Bindings(now, (identity) => {
      const binding = lister.bindingByUid(identity.uid);
      return binding !== undefined && keyOfBinding(binding) === bindingKey(identity) ? binding : undefined;
    });
    this.workloads = new Workloads({
      lister,
      now,
      onLearned: (before, after) => this.#router.onLearned(before, after),
    });
    this.namespaces = new Namespaces(namespace);
    this.definitions = new Definitions(actor.onDefinitions);
    this.#router = new Router({
      bindings: this.bindings,
      workloads: this.workloads,
      namespaces: this.namespaces,
      lister,
      resources: () => this.source.resources(),
      onTargets: () => this.#reflect(),
      ...actor,
    });
    this.source = new WorkloadSource({ transport, mapper, events: this.#router, log, timing });
  }

  /** To be told of bindings, mappings and services after the store was. */
  get sink(): ObjectSink {
    return tee([this.#router, this.definitions]);
  }

  /** The names of the mapping objects. */
  get mappings(): ReadonlySet<string> {
    return this.#router.mappings;
  }

  /** What `/validate` may look up. */
  get lister(): WorkloadLister {
    return {
      workloadsOf: (binding) =>
        this.source.standing(binding.workload) === 'known' ? this.workloads.targetsOf(binding) : undefined,
      serves: (kind) => {
        const standing = this.source.standing(kind);
        if (standing === 'known') return true;
        return standing === 'absent' ? false : undefined;
      },
    };
  }

  /** A projection of another namespace's binding is nobody's: it came with a copy, or was made up. */
  isKnown(uid: string, namespace: string): boolean {
    return this.bindings.byUid(uid)?.namespace === namespace;
  }

  /** Also the workloads of these kinds, though no binding targets them; instead of those named before. */
  reflectToo(kinds: readonly GroupVersionKind[]): void {
    this.#more = kinds;
    this.#reflect();
  }

  #reflect(): void {
    this.source.setKinds([...this.bindings.workloadKinds(), ...this.#more]);
  }
}
