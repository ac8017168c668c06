/**
 * @module Tells in Events what happened, on the object that it happened to: kubectl describe shows them.
 */
import { apiVersionOf } from '../../lib/api/kinds.ts';
import { type Finding, Reason } from '../../lib/api/condition.ts';
import type { EventContent } from '../kube/event-object.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { BindingRecord } from './bindings.ts';
import { referenceOf, type WorkloadRecord } from './workload-record.ts';

const EventReason = {
  projected: 'BindingProjected',
  removed: 'BindingRemoved',
  orphanRemoved: 'OrphanedBindingRemoved',
  warned: 'SecretWarning',
} as const;

export class Narrator {
  readonly #events: Pick<EventRecorder, 'record'>;
  readonly #byUid: (uid: string) => BindingRecord | undefined;

  constructor(events: Pick<EventRecorder, 'record'>, byUid: (uid: string) => BindingRecord | undefined) {
    this.#events = events;
    this.#byUid = byUid;
  }

  /** A workload was changed: whoever looks after it sees why its Pods are rolled out. */
  changed(before: WorkloadRecord, after: WorkloadRecord): void {
    const gone = [...before.projected].filter((uid) => !after.projected.has(uid));
    // A projection that stays may have been redone; that is worth a line too.
    const present = [...after.projected].filter((uid) => this.#byUid(uid) !== undefined);
    if (present.length > 0) this.#tell(after, EventReason.projected, `projected ${this.#name(present)}`);
    if (gone.length > 0)
      this.#tell(after, EventReason.removed, `took the projection of ${this.#name(gone)} away`);
  }

  orphansRemoved(record: WorkloadRecord, uids: readonly string[]): void {
    const text = `took away the projection of ServiceBindings that do not exist any more (uid ${uids.join(', ')})`;
    this.#tell(record, EventReason.orphanRemoved, text);
  }

  /** The first success is told by the status alone. */
  ready(record: BindingRecord, before: Finding | undefined, now: Finding): void {
    const isNews = before?.status !== now.status || before.message !== now.message;
    if (!isNews || now.reason === Reason.initializing) return;
    const isFailure = now.status !== 'True';
    if (!isFailure && before?.status !== 'False') return;
    const { reason, message } = now;
    this.#tellOfBinding(record, { type: isFailure ? 'Warning' : 'Normal', reason, message });
  }

  /** The Secret is made all the same, and the conditions say so: this is told here alone. */
  warned(record: BindingRecord, warnings: readonly string[]): void {
    for (const message of warnings)
      this.#tellOfBinding(record, { type: 'Warning', reason: EventReason.warned, message });
  }

  #tellOfBinding(
    { type, namespace, name, uid }: BindingRecord,
    news: Pick<EventContent, 'type' | 'reason' | 'message'>,
  ): void {
    const regarding = { apiVersion: apiVersionOf(type), kind: type.kind, namespace, name, uid };
    this.#events.record({ regarding, ...news });
  }

  #tell(record: WorkloadRecord, reason: string, message: string): void {
    this.#events.record({ regarding: referenceOf(record), type: 'Normal', reason, message });
  }

  #name(uids: readonly string[]): string {
    const names = uids.map((uid) => this.#byUid(uid)?.name ?? `uid ${uid}`);
    return `ServiceBinding ${names.sort().join(', ')}`;
  }
}
