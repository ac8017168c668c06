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

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return (
    a.isRight === b.isRight &&
    samePremises(a.premises, b.premises) &&
    a.failures.size === b.failures.size &&
    [...a.failures].every(([uid, { message }]) => b.failures.get(uid)?.message === message)
  );
}

export function sameStanding(a: WorkloadRecord, b: WorkloadRecord): boolean {
  return (
    a.uid === b.uid &&
    a.fixed === b.fixed &&
    sameSet(a.projected, b.projected) &&
    sameLabels(a.labels, b.labels) &&
    sameVerdict(a.verdict, b.verdict)
  );
}
