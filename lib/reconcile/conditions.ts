/**
 * @module From findings to the conditions of a ServiceBinding (SB-28..30, SB-50..56).
 */
import { type Condition, ConditionType, type Finding, Reason } from '../api/condition.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import type { FailedStage } from '../resolve/derived.ts';
import { operatorConditions, type Reported } from './operator-conditions.ts';

/** Why a projection is not (wholly) there. */
export interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

/** One workload that the binding targets, and what has come of it. */
export interface WorkloadOutcome {
  /** `Deployment shop/orders`. */
  readonly workload: string;
  /** Undefined if the projection is there. */
  readonly failure: Failure | undefined;
}

export const INITIALIZING: Finding = { status: 'Unknown', reason: Reason.initializing, message: '' };

/** Whom this many failures do not tell enough, more do not either. */
const MAX_NAMED = 20;

/** meta/v1: a message has at most 32768 characters. */
const MAX_MESSAGE = 32_768;

const fit = (text: string): string =>
  text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`;

const count = (workloads: number): string => `${workloads} ${workloads === 1 ? 'workload' : 'workloads'}`;

/** All failures in one finding (SB-33): each names its workload. The reason is the first one's. */
export function workloadFinding(outcomes: readonly WorkloadOutcome[]): Finding {
  const failed = outcomes.flatMap(({ workload, failure }) =>
    failure === undefined ? [] : [{ workload, ...failure }],
  );
  const [first] = failed;
  if (first === undefined) {
    return {
      status: 'True',
      reason: Reason.workloadProjected,
      message: `projected into ${count(outcomes.length)}`,
    };
  }
  const named = failed.slice(0, MAX_NAMED);
  const texts = named.map(({ workload, message: text }) => `${workload}: ${text}`);
  if (failed.length > named.length) texts.push(`and ${failed.length - named.length} more`);
  const bound = outcomes.length - failed.length;
  const summary = outcomes.length > 1 ? `${bound} of ${count(outcomes.length)} projected; ` : '';
  return { status: 'False', reason: first.reason, message: summary + texts.join('; ') };
}

/** The workload that is named does not exist (SB-48, SB-51). */
export function workloadNotFound(workload: { kind: string; namespace: string; name: string }): Finding {
  return { status: 'False', reason: Reason.workloadNotFound, message: message('workloadNotFound', workload) };
}

/** The same in the words that the Service Binding Operator's users look for. */
export function applicationNotFound({
  kind,
  namespace,
  name,
}: {
  kind: string;
  namespace: string;
  name: string;
}): Finding {
  const text = `cannot find application resources for the given reference: ${kind} ${namespace}/${name} does not exist; create it, or correct spec.application`;
  return { status: 'False', reason: Reason.workloadNotFound, message: text };
}

/** A selector finds nothing, where that is not what was wanted. */
export function nothingSelected(data: { kind: string; namespace: string }): Finding {
  return { status: 'False', reason: Reason.workloadNotFound, message: message('nothingSelected', data) };
}

/** What `Ready` is made of. */
export interface Findings {
  readonly service: Finding;
  readonly workload: Finding;
  /** Neither the service's fault nor the workload's: what is wrong with the Secret's content, or with the namespace. */
  readonly other?: Finding | undefined;
  /** Where making the binding's Secret failed. */
  readonly failed?: FailedStage | undefined;
}

export type Reporting = Binding['reporting'];

/** What `Ready` says, in the words of either API. */
export function readyOf(findings: Findings, reporting: Reporting): Finding {
  const all = reporting === 'operator' ? operatorConditions(findings) : specificationConditions(findings);
  return all.find(([type]) => type === ConditionType.ready)?.[1] ?? INITIALIZING;
}

/** Success only if all are (SB-50); a failure is `False`, never `Unknown` (SB-51). */
export function readyFinding({ service, workload, other }: Findings): Finding {
  const all = [service, workload, ...(other === undefined ? [] : [other])];
  const problems = all.filter(({ status }) => status !== 'True');
  if (problems.length === 0) {
    return { status: 'True', reason: Reason.serviceBound, message: workload.message };
  }
  // What was looked at says more than what was not.
  const causes = problems.filter(({ reason }) => reason !== Reason.initializing);
  const [cause] = causes;
  // Nothing was looked at yet: neither a success nor a failure (SB-53).
  if (cause === undefined) return INITIALIZING;
  return {
    status: 'False',
    reason: cause.reason,
    message: causes.map(({ message: text }) => text).join('; '),
  };
}

export interface ConditionContext {
  readonly generation: number;
  readonly previous: readonly Condition[];
  /** RFC 3339. */
  readonly now: string;
  /** Those of the specification unless told. */
  readonly reporting?: Reporting;
}

const specificationConditions = (findings: Findings): readonly Reported[] => [
  [ConditionType.serviceAvailable, findings.service],
  [ConditionType.workloadProjected, findings.workload],
  [ConditionType.ready, readyFinding(findings)],
];

/** All that there is to be said, and what was said before of what is not said now. */
function operatorAll(findings: Findings, previous: readonly Condition[]): readonly Reported[] {
  const said = new Map(operatorConditions(findings));
  return [ConditionType.collectionReady, ConditionType.injectionReady, ConditionType.ready].flatMap(
    (type) => {
      const finding = said.get(type) ?? previous.find((condition) => condition.type === type);
      if (finding === undefined) return [];
      const { status, reason, message: text } = finding;
      return [[type, { status, reason, message: text }] as const];
    },
  );
}

/** The conditions in their fixed order; `lastTransitionTime` moves only with the status (SB-30). */
export function conditionsOf(findings: Findings, context: ConditionContext): readonly Condition[] {
  const isOperator = context.reporting === 'operator';
  const typed = isOperator ? operatorAll(findings, context.previous) : specificationConditions(findings);
  return typed.map(([type, finding]) => {
    const before = context.previous.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === finding.status ? before.lastTransitionTime : context.now;
    return {
      type,
      ...finding,
      message: fit(finding.message),
      observedGeneration: context.generation,
      lastTransitionTime,
    };
  });
}
