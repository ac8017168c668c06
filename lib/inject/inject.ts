/**
 * @module The steady state of a world of plain objects: workloads projected, bindings with their status. The very
 * functions of the webhook and the controller, without a cluster.
 */
import { Reason } from '../api/condition.ts';
import { dig, equal, type JsonObject, withMember } from '../api/json.ts';
import { SERVICE_BINDING } from '../api/kinds.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import { identityOf, labelsOf, typeOf } from '../parse/meta.ts';
import { applyIntents } from '../project/project.ts';
import type { Report } from '../project/report.ts';
import { isTerminating, malformed } from '../resolve/guard.ts';
import { decideIntents } from '../resolve/intents.ts';
import { mappingName } from '../resolve/lister.ts';
import { defaultMapping, type Mapping } from '../resolve/mapping.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';
import { Store } from '../store/store.ts';
import { complete, isBuiltInClusterScoped } from './complete.ts';
import { Kinds } from './plurals.ts';
import { type BindingResult, statusOf, type TargetedWorkload } from './status.ts';

export interface InjectInput {
  /** What is to be printed, in its order. */
  readonly objects: readonly JsonObject[];
  /** What is needed but not printed: services, Secrets, bindings, mappings. */
  readonly resources?: readonly JsonObject[];
}

export interface InjectOptions {
  /** Whether ServiceBindings get their `status`; true by default. */
  readonly status?: boolean;
  /** Whether a Secret that is merely referenced has to be in the input; false by default. */
  readonly requireSecrets?: boolean;
}

export interface InjectedObject {
  readonly before: JsonObject;
  /** The very same object if nothing changed. */
  readonly after: JsonObject;
}

export interface InjectResult {
  /** One for each of `input.objects`, in the same order. */
  readonly objects: readonly InjectedObject[];
  readonly bindings: readonly BindingResult[];
  /** What is worth knowing, and no reason for a binding not to be ready. */
  readonly warnings: readonly string[];
}

interface World {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly warnings: Set<string>;
  /** What became of the workloads of each binding, by its uid. */
  readonly targeted: Map<string, TargetedWorkload[]>;
}

function openWorld(input: InjectInput): World {
  const all = [...input.objects, ...(input.resources ?? [])];
  const kinds = new Kinds(all);
  const warnings = new Set<string>();
  const store = new Store({ closedWorld: true });
  const seen = new Set<string>();
  for (const object of all) {
    const completed = completeIn(kinds, object);
    const identity = completed && identityOf(completed);
    if (completed === undefined || identity === undefined) continue;
    const { group, kind, namespace, name } = identity;
    const key = [group, kind, namespace, name].join('/');
    if (seen.has(key))
      warnings.add(`${kind} ${namespace}/${name} stands twice in the input: the last one counts`);
    seen.add(key);
    store.upsert(completed);
  }
  return { store, kinds, warnings, targeted: new Map() };
}

function completeIn(kinds: Kinds, object: JsonObject): JsonObject | undefined {
  return complete(object, (key) => isBuiltInClusterScoped(key) || kinds.isClusterScoped(key));
}

function note(world: World, binding: Binding, outcome: TargetedWorkload): void {
  const outcomes = world.targeted.get(binding.uid);
  if (outcomes === undefined) world.targeted.set(binding.uid, [outcome]);
  else outcomes.push(outcome);
}

function mappingFor(world: World, identity: WorkloadIdentity): UsableMapping {
  const { plural, guessed } = world.kinds.pluralOf(identity);
  if (guessed) {
    world.warnings.add(
      `the plural of ${identity.kind} (${identity.group}) is not known and taken to be ${plural}: add its CustomResourceDefinition to the input`,
    );
  }
  return usableMapping(world.store, { group: identity.group, plural });
}

type UsableMapping =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly message: string };

function usableMapping(store: Store, resource: { group: string; plural: string }): UsableMapping {
  const name = mappingName(resource);
  const found = store.mapping(resource) ?? { mapping: defaultMapping(name) };
  if ('mapping' in found) return { ok: true, mapping: found.mapping };
  return { ok: false, message: message('mappingUnusable', { mapping: name, problem: found.problem }) };
}

/** A workload with all its bindings' projections; any other object as it is. */
function projectObject(world: World, object: JsonObject): JsonObject {
  const completed = completeIn(world.kinds, object);
  const found = completed && identityOf(completed);
  if (completed === undefined || found === undefined) return object;
  const identity = { ...found, labels: labelsOf(completed) };
  const intents = decideIntents(identity, completed, world.store);
  if (intents.length === 0) return object;

  const label = `${identity.kind} ${identity.namespace}/${identity.name}`;
  const targeting = intents.filter(({ action }) => action !== 'remove');
  const tell = (reports: readonly Report[]): void => {
    for (const { binding } of targeting) {
      note(world, binding, {
        workload: label,
        reports: reports.filter((report) => report.binding === binding),
      });
    }
  };
  const refuse = (text: string): JsonObject => {
    tell(targeting.map(({ binding }) => ({ binding, reason: Reason.unprojectable, message: text })));
    return object;
  };
  const problem = malformed(completed);
  if (problem !== undefined) return refuse(problem);
  if (isTerminating(completed))
    return refuse(message('notPatched', { ...identity, why: 'it is being deleted' }));
  const mapping = mappingFor(world, identity);
  if (!mapping.ok) return refuse(mapping.message);
  const subject = { workload: object, version: typeOf(object).version, mapping: mapping.mapping };
  const { workload, reports } = applyIntents(subject, intents);
  tell(reports);
  return workload;
}

/** Objects are taken as being created. Inputs are not modified. Cost: one look-up and at most one copy an object. */
export function inject(input: InjectInput, options: InjectOptions = {}): InjectResult {
  const world = openWorld(input);
  // All workloads first: a binding's status depends on every one of them.
  const projected = input.objects.map((object) => projectObject(world, object));
  for (const object of input.resources ?? []) projectObject(world, object);
  const context = { ...world, requireSecrets: options.requireSecrets === true };

  const bindings: BindingResult[] = [];
  const withStatus = (object: JsonObject, index: number): JsonObject => {
    const { group, kind } = typeOf(object);
    const completed = completeIn(world.kinds, object);
    if (group !== SERVICE_BINDING.group || kind !== SERVICE_BINDING.kind || completed === undefined)
      return projected[index] ?? object;
    const result = statusOf(context, completed);
    bindings.push(result);
    if (options.status === false || equal(dig(object, 'status'), result.status)) return object;
    return withMember(object, 'status', result.status);
  };
  const after = input.objects.map(withStatus);
  (input.resources ?? []).forEach((object) => withStatus(object, -1));
  return {
    objects: input.objects.map((before, index) => ({ before, after: after[index] ?? before })),
    bindings,
    warnings: [...world.warnings, ...bindings.flatMap(({ warnings }) => warnings)],
  };
}
