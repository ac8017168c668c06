/**
 * @module The status of a ServiceBinding in a world of plain objects.
 */
import { type Condition, ConditionType, type Finding, Reason } from '../api/condition.ts';
import { dig, isObject, type JsonObject } from '../api/json.ts';
import { SECRET } from '../api/kinds.ts';
import { type Binding, describeBinding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import { parseConditions } from '../parse/condition.ts';
import { parseMeta, typeOf } from '../parse/meta.ts';
import type { Report } from '../project/report.ts';
import {
  conditionsOf,
  INITIALIZING,
  workloadFinding,
  workloadNotFound,
  type WorkloadOutcome,
} from '../reconcile/conditions.ts';
import { resolveSecret } from '../resolve/secret.ts';
import type { Store } from '../store/store.ts';

export interface TargetedWorkload {
  readonly workload: string;
  readonly reports: readonly Report[];
}

export interface BindingResult {
  /** `ServiceBinding shop/orders-db`. */
  readonly binding: string;
  readonly ready: boolean;
  /** The Ready condition's message. */
  readonly message: string;
  readonly status: JsonObject;
  readonly warnings: readonly string[];
}

export interface StatusContext {
  readonly store: Store;
  readonly targeted: ReadonlyMap<string, readonly TargetedWorkload[]>;
  readonly requireSecrets: boolean;
}

/** When nobody knows when: a file has no clock, and the same input has to give the same output. */
const EPOCH = '1970-01-01T00:00:00Z';

function outcomeOf({ workload, reports }: TargetedWorkload): WorkloadOutcome {
  const failures = reports.flatMap(({ reason, message: text }) =>
    reason === undefined ? [] : [{ reason, text }],
  );
  const [first] = failures;
  if (first === undefined) return { workload, failure: undefined };
  return {
    workload,
    failure: { reason: first.reason, message: failures.map(({ text }) => text).join('; ') },
  };
}

function workloadFindingOf(
  binding: Binding,
  targeted: readonly TargetedWorkload[],
  service: Finding,
): Finding {
  const { target, kind } = binding.workload;
  if ('name' in target && targeted.length === 0) {
    return workloadNotFound({ kind, namespace: binding.namespace, name: target.name });
  }
  if (service.status !== 'True') return INITIALIZING;
  return workloadFinding(targeted.map(outcomeOf));
}

interface SecretVerdict {
  readonly service: Finding;
  readonly warnings: readonly string[];
}

/** What the world says of the Secret that the service leads to. */
function inspectSecret(
  binding: Binding,
  name: string,
  service: Finding,
  context: StatusContext,
): SecretVerdict {
  const reference = { ...SECRET, namespace: binding.namespace, name };
  if (context.store.has(reference)) return { service, warnings: [] };
  const text = message('secretMissing', reference);
  if (!context.requireSecrets) return { service, warnings: [`${describeBinding(binding)}: ${text}`] };
  return { service: { status: 'False', reason: Reason.serviceNotFound, message: text }, warnings: [] };
}

function assemble(
  object: JsonObject,
  conditions: readonly Condition[],
  secret: string | undefined,
): JsonObject {
  const status = dig(object, 'status');
  const rest = isObject(status) ? Object.entries(status).filter(([key]) => key !== 'binding') : [];
  const generation = dig(object, 'metadata', 'generation');
  return {
    ...Object.fromEntries(rest),
    ...(secret === undefined ? {} : { binding: { name: secret } }),
    conditions: conditions.map((condition) => ({ ...condition })),
    ...(typeof generation === 'number' ? { observedGeneration: generation } : {}),
  };
}

/** The status that the controller would come to (SB-34, SB-35, SB-50..56). `object` is complete. */
export function statusOf(context: StatusContext, object: JsonObject): BindingResult {
  const meta = parseMeta(object);
  if (!meta.ok) throw new Error('an object was not completed');
  const { namespace, name, uid, generation, creationTimestamp } = meta.value;
  const times = {
    generation,
    previous: parseConditions(dig(object, 'status', 'conditions')),
    now: creationTimestamp === '' ? EPOCH : creationTimestamp,
  };
  const label = describeBinding({ type: typeOf(object), namespace, name });
  const finish = (
    service: Finding,
    workload: Finding,
    secret: string | undefined,
    warnings: readonly string[],
  ): BindingResult => {
    const conditions = conditionsOf(service, workload, times);
    const ready = conditions.find(({ type }) => type === ConditionType.ready);
    return {
      binding: label,
      ready: ready?.status === 'True',
      message: ready?.message ?? '',
      status: assemble(object, conditions, secret),
      warnings,
    };
  };

  const binding = context.store.bindingByUid(uid);
  if (binding === undefined) {
    const problem = context.store.invalidBinding(namespace, name)?.problem ?? 'it stands twice in the input';
    const finding: Finding = {
      status: 'False',
      reason: Reason.invalid,
      message: message('bindingInvalid', { problem }),
    };
    return finish(INITIALIZING, finding, undefined, []);
  }
  const resolution = resolveSecret(binding, context.store);
  const targeted = context.targeted.get(uid) ?? [];
  const { service, warnings } =
    resolution.name === undefined
      ? { service: resolution.finding, warnings: [] }
      : inspectSecret(binding, resolution.name, resolution.finding, context);
  const notes = targeted.flatMap(({ reports }) => reports.filter(({ reason }) => reason === undefined));
  return finish(service, workloadFindingOf(binding, targeted, service), resolution.name, [
    ...warnings,
    ...notes.map(({ message: text }) => `${label}: ${text}`),
  ]);
}
