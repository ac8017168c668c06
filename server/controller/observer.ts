/**
 * @module Gathers what is known of one binding into plain data, for the plan. No request leaves the process.
 */
import type { GroupKind } from '../../lib/api/kinds.ts';
import type { KindStanding, ObservedBinding, ObservedWorkload } from '../../lib/reconcile/plan.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import { resolveSecret } from '../../lib/resolve/secret.ts';
import { isUnmarked } from '../../lib/resolve/targets.ts';
import { message } from '../../lib/message/texts.ts';
import { type BindingRecord, keyOfBinding } from './bindings.ts';
import { isHeld } from './binding-writer.ts';
import type { Namespaces } from './namespaces.ts';
import { describeWorkload, type WorkloadRecord } from './workload-record.ts';
import type { Workloads } from './workloads.ts';

export interface ObserverOptions {
  readonly lister: Lister;
  readonly workloads: Workloads;
  readonly namespaces: Namespaces;
  /** How the objects of a workload kind are known. */
  readonly standingOf: (kind: GroupKind) => KindStanding;
}

export class Observer {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  observe(record: BindingRecord): ObservedBinding {
    const { namespaces, standingOf } = this.#options;
    return {
      subject: this.#subjectOf(record),
      deleting: record.deleting,
      held: isHeld(record),
      namespace: namespaces.standing(record.namespace),
      pending: this.#isPending(record),
      kind: record.workload === undefined ? 'known' : standingOf(record.workload),
      workloads: this.#workloadsOf(record),
    };
  }

  /**
   * Its service's kind is still being listed (the Secret that its own status names serves meanwhile), or the store and
   * the record of what is written on it are not of one generation.
   */
  #isPending({ uid, generation }: BindingRecord): boolean {
    const { lister } = this.#options;
    const binding = lister.bindingByUid(uid);
    const [service] = binding?.services ?? [];
    if (binding === undefined || service === undefined) return false;
    if (binding.generation !== generation) return true;
    if (binding.derivation.when === 'always') return false;
    const state = lister.service(service);
    return resolveSecret(binding, lister).secret === undefined && !state.known && state.why === 'pending';
  }

  #subjectOf({ key, type, uid, namespace, name }: BindingRecord): ObservedBinding['subject'] {
    const { lister } = this.#options;
    const binding = lister.bindingByUid(uid);
    if (binding !== undefined && keyOfBinding(binding) === key) return { binding };
    const problem = lister.invalidBinding(type, namespace, name)?.problem;
    return { problem: problem ?? message('uidTwice', { uid }) };
  }

  #workloadsOf({ uid, namespace, workload }: BindingRecord): readonly ObservedWorkload[] {
    const { lister, workloads } = this.#options;
    const binding = lister.bindingByUid(uid);
    const isLeaving = binding?.deleting === true;
    const targeted = binding === undefined || isLeaving ? [] : workloads.targetsOf(binding);
    const carriers = workloads.carriersOf({ uid, namespace }, workload);
    // What the Service Binding Operator has projected says nothing of it: those that it would have bound have to be looked at.
    const suspects = isLeaving && isUnmarked(binding) ? workloads.targetsOf(binding) : [];
    const isTargeted = new Set(targeted);
    return [...new Set([...targeted, ...carriers, ...suspects])].map((record) =>
      this.#see(record, uid, isTargeted.has(record)),
    );
  }

  #see(record: WorkloadRecord, uid: string, targeted: boolean): ObservedWorkload {
    const isRight = this.#options.workloads.isRight(record);
    return {
      key: record.key,
      label: describeWorkload(record),
      targeted,
      carries: record.projected.has(uid) || (!targeted && isRight !== true),
      isRight,
      fixed: record.fixed,
      failure: record.verdict.failures.get(uid),
    };
  }
}
