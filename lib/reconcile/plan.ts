/**
 * @module What is to be done about one binding: observed state in, steps out. And, once they are done, what its status is.
 *
 * | the binding            | its namespace        | its workloads' kind    | then                                             |
 * |------------------------|----------------------|------------------------|--------------------------------------------------|
 * | is being deleted       | excluded, terminating |                       | release it: nothing there may, or need, be changed |
 * |                        |                      | gone                   | release it: there is nothing to unproject        |
 * |                        |                      | forbidden, unreachable | keep it, say why                                 |
 * |                        |                      | known                  | unproject wherever it is; release it when it is nowhere |
 * | lives or not           | not known yet        | or not known yet       | wait                                             |
 * | lives                  | terminating          |                        | leave it alone                                   |
 * |                        | excluded             |                        | say so                                           |
 * |                        |                      | known                  | hold it with the finalizer, make its workloads right, say what came of it |
 */
import { type Condition, type Finding, Reason } from '../api/condition.ts';
import { equal, type Json, type JsonObject } from '../api/json.ts';
import type { Binding, PublishedSecret } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import type { NamespaceStanding } from '../resolve/namespaces.ts';
import type { SecretResolution } from '../resolve/secret.ts';
import {
  conditionsOf,
  type Failure,
  type Findings,
  INITIALIZING,
  type Reporting,
  type WorkloadOutcome,
} from './conditions.ts';
import { assembleStatus, invalidFinding, workloadFindingOf } from './status.ts';

/** What is known of the kind that a binding targets. */
export type KindStanding =
  /** Its objects are still being listed. */
  | 'pending'
  /** The API has no such kind. */
  | 'absent'
  /** Cleat may not list it. */
  | 'forbidden'
  /** It cannot be listed for another reason: its API service or its conversion webhook is down. */
  | 'unreachable'
  | 'known';

export interface ObservedWorkload {
  /** Names the workload for whoever carries the plan out. */
  readonly key: string;
  /** `Deployment shop/orders`. */
  readonly label: string;
  readonly targeted: boolean;
  /** Whether it carries this binding's projection. */
  readonly carries: boolean;
  /** As far as it can be told without reading it anew. */
  readonly isRight: boolean | undefined;
  /** Why it cannot be changed; undefined if it can. */
  readonly fixed: string | undefined;
  /** What of this binding could not be projected, if `isRight` is known. */
  readonly failure: Failure | undefined;
}

export interface ObservedBinding {
  /** What was read of the object; the problem if it cannot be used. */
  readonly subject: { readonly binding: Binding } | { readonly problem: string };
  readonly deleting: boolean;
  /** Whether Cleat's finalizer is on it. */
  readonly held: boolean;
  readonly namespace: NamespaceStanding;
  readonly kind: KindStanding;
  /** Whether something that the decision rests on is not known yet, though it will be in a moment. */
  readonly pending: boolean;
  /** All that it targets, and all that carry its projection. */
  readonly workloads: readonly ObservedWorkload[];
}

export type Plan =
  /** Nothing, for now or for good. */
  | { readonly step: 'rest' }
  /** Caches are still being filled: look again in a moment. */
  | { readonly step: 'wait' }
  /** Take the finalizer away. */
  | { readonly step: 'release' }
  | {
      readonly step: 'settle';
      /** First make sure that it cannot vanish without its projections being taken away. */
      readonly hold: boolean;
      /** The workloads to read, and to change where they are not right. */
      readonly workloads: readonly ObservedWorkload[];
    };

const REST: Plan = { step: 'rest' };
const WAIT: Plan = { step: 'wait' };
const RELEASE: Plan = { step: 'release' };

function planDeletion({ held, namespace, kind, workloads }: ObservedBinding): Plan {
  if (!held) return REST;
  if (namespace === 'pending') return WAIT;
  if (namespace !== 'included') return RELEASE;
  if (kind === 'pending') return WAIT;
  if (kind === 'absent') return RELEASE;
  // What must not be changed keeps what it was made with, and never holds back the deletion.
  const left = workloads.filter(({ carries, fixed }) => carries && fixed === undefined);
  if (left.length === 0 && kind === 'known') return RELEASE;
  return { step: 'settle', hold: false, workloads: left };
}

/** What to do first. */
export function planBinding(observed: ObservedBinding): Plan {
  const { subject, deleting, held, namespace, kind, pending, workloads } = observed;
  if (deleting) return planDeletion(observed);
  if (namespace === 'pending') return WAIT;
  if (namespace === 'terminating') return REST;
  if (namespace === 'excluded' || 'problem' in subject) return { step: 'settle', hold: false, workloads: [] };
  if (kind === 'pending' || pending) return WAIT;
  // What is known to be wrong and cannot be changed need not be read again.
  const open = workloads.filter(
    ({ isRight, fixed }) => isRight === undefined || (!isRight && fixed === undefined),
  );
  // Nothing to take away later: then it may vanish whenever it likes.
  const isAtStake = workloads.some(({ carries }) => carries) || open.length > 0;
  return { step: 'settle', hold: !held && isAtStake, workloads: open };
}

/** What came of one workload. */
export type Settled =
  | { readonly result: 'right'; readonly failure: Failure | undefined }
  /** It is not as it should be, and cannot be made so; `recheck` where no event will tell that it can be now. */
  | { readonly result: 'failed'; readonly failure: Failure; readonly recheck: boolean }
  /** It is not there any more. */
  | { readonly result: 'gone' }
  /** Somebody else was quicker, or the API server did not answer: try again, and tell nobody (SB-47). */
  | { readonly result: 'retry'; readonly problem: string };

/** What is known when the workloads have been settled. */
export interface SettledBinding {
  readonly observed: ObservedBinding;
  readonly results: ReadonlyMap<string, Settled>;
  readonly resolution: SecretResolution | undefined;
  readonly content: Finding | undefined;
  /** The verbs that Cleat lacks on the workloads' kind. */
  readonly lacking: readonly string[];
}

function outcomesOf({ observed, results }: SettledBinding): readonly WorkloadOutcome[] {
  return observed.workloads
    .filter(({ targeted }) => targeted)
    .flatMap(({ key, label, failure, fixed, isRight }) => {
      const settled = results.get(key);
      if (settled === undefined) {
        const stuck =
          isRight === false && fixed !== undefined
            ? { reason: Reason.unprojectable, message: fixed }
            : undefined;
        return [{ workload: label, failure: stuck ?? failure }];
      }
      return settled.result === 'gone' || settled.result === 'retry'
        ? []
        : [{ workload: label, failure: settled.failure }];
    });
}

function kindFinding(binding: Binding, kind: KindStanding, lacking: readonly string[]): Finding | undefined {
  const { workload, namespace } = binding;
  if (kind === 'absent') {
    const data = { kind: workload.kind, apiGroup: workload.group === '' ? 'the core group' : workload.group };
    return { status: 'False', reason: Reason.workloadNotFound, message: message('workloadKindAbsent', data) };
  }
  if (kind === 'unreachable') {
    const text = message('workloadUnreachable', { kind: workload.kind });
    return { status: 'False', reason: Reason.workloadUnreachable, message: text };
  }
  if (lacking.length === 0) return undefined;
  const data = { kind: workload.kind, namespace, verbs: lacking.join(', ') };
  return { status: 'False', reason: Reason.workloadForbidden, message: message('workloadForbidden', data) };
}

function findingsOf(settled: SettledBinding): Findings {
  const { observed, resolution, content, lacking } = settled;
  const { subject, kind } = observed;
  if ('problem' in subject) return { service: INITIALIZING, workload: invalidFinding(subject.problem) };
  const { binding } = subject;
  const service = resolution?.finding ?? INITIALIZING;
  const failed = resolution?.failed;
  if (observed.namespace === 'excluded') {
    const text = message('namespaceExcluded', { namespace: binding.namespace });
    return {
      service,
      workload: { status: 'False', reason: Reason.namespaceExcluded, message: text },
    };
  }
  const obstacle = kindFinding(binding, kind, lacking);
  const outcomes = outcomesOf(settled);
  // What can be seen counts: a kind that may be read but not changed may have been bound at admission.
  const seen = workloadFindingOf(binding, outcomes, service);
  return { service, workload: obstacle ?? seen, other: content, failed };
}

/** A binding that is being deleted, and is still held by what could not be unprojected. */
function findingsOfHeld({ observed, results, lacking }: SettledBinding): Findings | undefined {
  const { subject, kind, workloads } = observed;
  const failures = workloads.flatMap(({ key, label }) => {
    const settled = results.get(key);
    const failure = settled?.result === 'failed' || settled?.result === 'right' ? settled.failure : undefined;
    return failure === undefined ? [] : [{ label, ...failure }];
  });
  const binding = 'binding' in subject ? subject.binding : undefined;
  const obstacle = binding && kindFinding(binding, kind, kind === 'forbidden' ? lacking : []);
  const cause = failures[0] ?? obstacle;
  if (cause === undefined) return undefined;
  const texts = [
    message('stillProjected', {}),
    ...(obstacle === undefined ? [] : [obstacle.message]),
    ...failures.map(({ label, message: text }) => `${label}: ${text}`),
  ];
  return {
    service: INITIALIZING,
    workload: {
      status: 'False',
      reason: cause.reason,
      message: texts.join('; '),
    },
  };
}

export interface Conclusion {
  /** Nothing of it is projected any more: take the finalizer away. */
  readonly release: boolean;
  /** Look again: soon after what passes by itself, later after what somebody has to mend. */
  readonly again: 'soon' | 'later' | undefined;
  readonly findings: Findings | undefined;
  /** The Secret that is projected. */
  readonly secret: PublishedSecret | undefined;
}

/** Rights are granted, and Secrets are filled, without anybody telling Cleat. */
function isSilentlyMended({ observed, results, resolution, content, lacking }: SettledBinding): boolean {
  if (observed.namespace !== 'included') return false;
  const recheck = [...results.values()].some((settled) => settled.result === 'failed' && settled.recheck);
  const unseen = resolution?.isSilentlyMended === true;
  const isHidden = observed.kind === 'unreachable';
  return recheck || unseen || isHidden || content !== undefined || lacking.length > 0;
}

/** What has come of a binding whose workloads were settled. */
export function conclude(settled: SettledBinding): Conclusion {
  const { observed, results, resolution } = settled;
  const all = [...results.values()];
  const isUnsure = all.some(({ result }) => result === 'retry');
  if (observed.deleting) {
    const findings = findingsOfHeld(settled);
    if (isUnsure) return { release: false, again: 'soon', findings: undefined, secret: undefined };
    return {
      release: findings === undefined,
      again: findings === undefined ? undefined : 'later',
      findings,
      secret: undefined,
    };
  }
  return {
    release: false,
    again: isUnsure ? 'soon' : isSilentlyMended(settled) ? 'later' : undefined,
    // Half of the picture is none: it is drawn when everybody has answered (SB-47).
    findings: isUnsure ? undefined : findingsOf(settled),
    secret: observed.namespace === 'included' ? resolution?.secret : undefined,
  };
}

export interface StatusContext {
  /** As it stands in the object. */
  readonly status: Json | undefined;
  readonly previous: readonly Condition[];
  readonly generation: number;
  /** RFC 3339, UTC, seconds. */
  readonly now: string;
  readonly reporting: Reporting;
}

/** The status to write; undefined if it is the one that is there. */
export function nextStatus(
  findings: Findings,
  secret: PublishedSecret | undefined,
  { status, previous, generation, now, reporting }: StatusContext,
): JsonObject | undefined {
  const conditions = conditionsOf(findings, { generation, previous, now, reporting });
  const next = assembleStatus(status, { conditions, secret, generation, reporting });
  return equal(status, next) ? undefined : next;
}
