/**
 * @module The parts of a ServiceBinding's status, for the controller and for `inject` alike.
 */
import { type Condition, type Finding, Reason } from '../api/condition.ts';
import { isObject, type Json, type JsonObject, textOf } from '../api/json.ts';
import type { Binding, BindingKey, PublishedSecret } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import {
  applicationNotFound,
  INITIALIZING,
  nothingSelected,
  type Reporting,
  workloadFinding,
  workloadNotFound,
  type WorkloadOutcome,
} from './conditions.ts';

/** What `WorkloadProjected` says, once every workload that the binding targets was looked at. */
export function workloadFindingOf(
  { workload: { kind: itsKind, resource = '', target }, namespace, reporting }: Binding,
  outcomes: readonly WorkloadOutcome[],
  service: Finding,
): Finding {
  // Of a resource that nobody knows there is no kind: then it is called as the binding calls it.
  const kind = itsKind === '' ? resource : itsKind;
  if ('nothing' in target)
    return { status: 'False', reason: Reason.emptyApplication, message: message('emptyApplication', {}) };
  if ('name' in target && outcomes.length === 0) {
    const notFound = reporting === 'operator' ? applicationNotFound : workloadNotFound;
    return notFound({ kind, namespace, name: target.name });
  }
  // To the specification a selector that finds nothing is satisfied; to the Service Binding Operator's users it is not.
  if (outcomes.length === 0 && reporting === 'operator') return nothingSelected({ kind, namespace });
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
  readonly secret: PublishedSecret | undefined;
  /** SB-35; undefined where objects have none. */
  readonly generation: number | undefined;
  readonly reporting: Reporting;
}

/** The member that names the Secret, where the specification has it. */
function specificationSecret(secret: PublishedSecret | undefined): JsonObject {
  return secret === undefined ? {} : { binding: { name: secret.name } };
}

const asJson = ({ name, bindAs, mountPath }: BindingKey): JsonObject =>
  mountPath === undefined ? { name, bindAs } : { name, bindAs, mountPath };

/**
 * The member that names it in the Service Binding Operator's API, which has to be there. One that was named for an
 * earlier generation is not kept: it would count as named for this one.
 */
function operatorSecret(
  secret: PublishedSecret | undefined,
  before: JsonObject,
  generation: number | undefined,
): JsonObject {
  if (secret === undefined) {
    const observed = before['observedGeneration'];
    const isOfBefore = observed !== undefined && observed !== generation;
    return { secret: isOfBefore ? '' : textOf(before['secret']) };
  }
  const { name, keys } = secret;
  return { secret: name, ...(keys === undefined ? {} : { bindingKeys: keys.map(asJson) }) };
}

const SPECIFICATION_MEMBERS: ReadonlySet<string> = new Set(['binding']);
const OPERATOR_MEMBERS: ReadonlySet<string> = new Set(['secret', 'bindingKeys']);

/** The status with these parts; members of the old one that are not Cleat's stay. */
export function assembleStatus(
  before: Json | undefined,
  { conditions, secret, generation, reporting }: StatusParts,
): JsonObject {
  const old = isObject(before) ? before : {};
  const isOperator = reporting === 'operator';
  const own = isOperator ? OPERATOR_MEMBERS : SPECIFICATION_MEMBERS;
  return {
    ...Object.fromEntries(Object.entries(old).filter(([key]) => !own.has(key))),
    ...(isOperator ? operatorSecret(secret, old, generation) : specificationSecret(secret)),
    conditions: conditions.map((condition) => ({ ...condition })),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
