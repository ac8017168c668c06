/**
 * @module The parts of a ServiceBinding's status, for the controller and for `inject` alike.
 */
import { type Condition, type Finding, Reason } from '../api/condition.ts';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import { INITIALIZING, workloadFinding, workloadNotFound, type WorkloadOutcome } from './conditions.ts';

/** What `WorkloadProjected` says, once every workload that the binding targets was looked at. */
export function workloadFindingOf(
  { workload: { kind, target }, namespace }: Binding,
  outcomes: readonly WorkloadOutcome[],
  service: Finding,
): Finding {
  if ('name' in target && outcomes.length === 0)
    return workloadNotFound({ kind, namespace, name: target.name });
  if (service.status !== 'True') return INITIALIZING;
  return workloadFinding(outcomes);
}

/** The ServiceBinding itself cannot be used. */
export function invalidFinding(problem: string): Finding {
  return { status: 'False', reason: Reason.invalid, message: message('bindingInvalid', { problem }) };
}

export interface StatusParts {
  readonly conditions: readonly Condition[];
  /** The Secret that is projected (SB-34); undefined while it is unknown. */
  readonly secret: string | undefined;
  /** SB-35; undefined where objects have none. */
  readonly generation: number | undefined;
}

/** The status with these parts; members of the old one that are not Cleat's stay. */
export function assembleStatus(
  before: Json | undefined,
  { conditions, secret, generation }: StatusParts,
): JsonObject {
  const rest = isObject(before) ? Object.entries(before).filter(([key]) => key !== 'binding') : [];
  return {
    ...Object.fromEntries(rest),
    ...(secret === undefined ? {} : { binding: { name: secret } }),
    conditions: conditions.map((condition) => ({ ...condition })),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
