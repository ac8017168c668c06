/**
 * @module Has anything of a workload changed that a binding could notice? Most events are of its status, as replicas come
 * and go.
 */
import { samePremises, type Verdict } from '../../lib/reconcile/verdict.ts';
import type { WorkloadRecord } from './workload-record.ts';

function sameLabels(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}

/** The uids of those bindings whose failure is another one, is new, or is over. */
export function changedFailures(a: Verdict, b: Verdict): readonly string[] {
  const uids = new Set([...a.failures.keys(), ...b.failures.keys()]);
  return [...uids].filter((uid) => a.failures.get(uid)?.message !== b.failures.get(uid)?.message);
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return (
    a.isRight === b.isRight && samePremises(a.premises, b.premises) && changedFailures(a, b).length === 0
  );
}

/** Whether the same bindings find it, and it can be changed as before. */
export function sameTarget(a: WorkloadRecord, b: WorkloadRecord): boolean {
  return a.uid === b.uid && a.fixed === b.fixed && sameLabels(a.labels, b.labels);
}

export function sameStanding(a: WorkloadRecord, b: WorkloadRecord): boolean {
  return sameTarget(a, b) && sameSet(a.projected, b.projected) && sameVerdict(a.verdict, b.verdict);
}
