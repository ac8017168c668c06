/**
 * @module The status of a ServiceBinding in a world of plain objects.
 */
import { ConditionType, type Finding, Reason } from '../api/condition.ts';
import { dig, type JsonObject, textOf } from '../api/json.ts';
import { type GroupVersionKind, SECRET } from '../api/kinds.ts';
import { type Binding, describeBinding, type PublishedSecret } from '../binding/binding.ts';
import { reportingOf } from '../binding/read.ts';
import { message } from '../message/texts.ts';
import { parseConditions } from '../parse/condition.ts';
import { typeOf } from '../parse/meta.ts';
import type { Report } from '../project/report.ts';
import { conditionsOf, type Findings, INITIALIZING, type WorkloadOutcome } from '../reconcile/conditions.ts';
import { derivedFinding } from '../reconcile/secret-content.ts';
import { assembleStatus, invalidFinding, workloadFindingOf } from '../reconcile/status.ts';
import { resolveSecret, type SecretResolution } from '../resolve/secret.ts';
import type { Store } from '../store/store.ts';
import { DEFAULT_NAMESPACE, FIRST_GENERATION } from './complete.ts';
import type { Derivations } from './derivation.ts';

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
  /** The Secret that is made for it, if it is not in the input. */
  readonly secret: JsonObject | undefined;
  readonly warnings: readonly string[];
}

export interface StatusContext {
  readonly store: Store;
  readonly derivations: Pick<Derivations, 'find'>;
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

/** The binding as the world has it, or why it cannot be used. */
function lookUp(
  { store }: StatusContext,
  { type, namespace, name, uid }: ObjectName,
): { readonly binding: Binding } | { readonly problem: string } {
  // Offline there is nobody to complete a generateName, and no uid without a name.
  if (name === '') return { problem: 'metadata.name: is required' };
  const binding = store.bindingByUid(uid);
  const isIt = binding?.name === name && binding.namespace === namespace && binding.type.group === type.group;
  if (isIt) return { binding };
  const problem = store.invalidBinding(type, namespace, name)?.problem;
  if (problem !== undefined) return { problem };
  return {
    problem:
      binding === undefined
        ? 'it stands twice in the input, with different uids: keep one'
        : `metadata.uid: is also that of ${describeBinding(binding)}`,
  };
}

interface ObjectName {
  readonly type: GroupVersionKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface Verdict extends Findings {
  readonly secret: PublishedSecret | undefined;
  readonly made: JsonObject | undefined;
  readonly warnings: readonly string[];
}

function judgeInvalid(problem: string): Verdict {
  return {
    service: INITIALIZING,
    workload: invalidFinding(problem),
    secret: undefined,
    made: undefined,
    warnings: [],
  };
}

/** What the Secret that is made for a binding lacks. */
function lackingIn(
  binding: Binding,
  { secret }: SecretResolution,
  derived: ReturnType<Derivations['find']>,
): Finding | undefined {
  if (secret === undefined || derived?.keys === undefined) return undefined;
  return derivedFinding(binding, secret.name, derived.keys);
}

function judge(context: StatusContext, binding: Binding): Verdict {
  const resolution = resolveSecret(binding, context.store);
  const targeted = context.targeted.get(binding.uid) ?? [];
  const derived = context.derivations.find(binding.uid);
  const { service, warnings } =
    resolution.secret === undefined || derived?.made !== undefined
      ? { service: resolution.finding, warnings: [] }
      : inspectSecret(binding, resolution.secret.name, resolution.finding, context);
  const notes = targeted.flatMap(({ reports }) =>
    reports.flatMap(({ reason, message: text }) => (reason === undefined ? [text] : [])),
  );
  const made = derived?.warnings ?? [];
  return {
    service,
    workload: workloadFindingOf(binding, targeted.map(outcomeOf), service),
    other: lackingIn(binding, resolution, derived),
    secret: resolution.secret,
    failed: resolution.failed,
    made: derived?.made,
    warnings: [...warnings, ...[...made, ...notes].map((note) => `${describeBinding(binding)}: ${note}`)],
  };
}

/**
 * The status that the controller would come to (SB-34, SB-35, SB-50..56). `object` is complete, unless it has no name.
 */
export function statusOf(context: StatusContext, object: JsonObject): BindingResult {
  const metadata = dig(object, 'metadata');
  const type = typeOf(object);
  const identity = {
    type,
    namespace: textOf(dig(metadata, 'namespace')) || DEFAULT_NAMESPACE,
    name: textOf(dig(metadata, 'name')),
    uid: textOf(dig(metadata, 'uid')),
  };
  const generation = dig(metadata, 'generation');
  const found = lookUp(context, identity);
  const reporting = reportingOf(type);
  const verdict = 'binding' in found ? judge(context, found.binding) : judgeInvalid(found.problem);
  const conditions = conditionsOf(verdict, {
    generation: typeof generation === 'number' ? generation : FIRST_GENERATION,
    previous: parseConditions(dig(object, 'status', 'conditions')),
    now: textOf(dig(metadata, 'creationTimestamp')) || EPOCH,
    reporting,
  });
  const ready = conditions.find(({ type }) => type === ConditionType.ready);
  return {
    binding: describeBinding({
      ...identity,
      name: identity.name || `${textOf(dig(metadata, 'generateName'))}*`,
    }),
    ready: ready?.status === 'True',
    message: ready?.message ?? '',
    status: assembleStatus(dig(object, 'status'), {
      conditions,
      secret: verdict.secret,
      generation: typeof generation === 'number' ? generation : undefined,
      reporting,
    }),
    secret: verdict.made,
    warnings: verdict.warnings,
  };
}
