/**
 * @module The steady state of a world of plain objects: workloads projected, bindings with their status. The very
 * functions of the webhook and the controller, without a cluster.
 */
import { Reason } from '../api/condition.ts';
import { dig, equal, type JsonObject, textOf, withMember } from '../api/json.ts';
import type { ObjectIdentity } from '../api/sink.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import { identityOf, labelsOf, typeOf } from '../parse/meta.ts';
import { applyIntents } from '../project/project.ts';
import type { Report } from '../project/report.ts';
import { isTerminating, malformed } from '../resolve/guard.ts';
import { decideIntents, projectedUids } from '../resolve/intents.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';
import { Store } from '../store/store.ts';
import { isBindingKind } from '../binding/read.ts';
import { Derivations } from './derivation.ts';
import { sourceKey, Sources } from './sources.ts';
import { complete, DEFAULT_NAMESPACE, isBuiltInClusterScoped } from './complete.ts';
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
  /** The Secret that is made for it, a binding; it is not in the input yet. */
  readonly secret?: JsonObject;
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
  /** Those of the input's resources that are not among its objects too. */
  readonly resources: readonly JsonObject[];
  readonly warnings: Set<string>;
  readonly derivations: Derivations;
  /** What became of the workloads of each binding, by its uid. */
  readonly targeted: Map<string, TargetedWorkload[]>;
}

/** The objects by their identity: the last one of each counts, and `clash` hears of those that said something else. */
function byIdentity(
  objects: readonly JsonObject[],
  kinds: Kinds,
  clash: (identity: ObjectIdentity) => void,
): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const object of objects) {
    const completed = completeIn(kinds, object);
    const identity = completed && identityOf(completed);
    if (completed === undefined || identity === undefined) continue;
    const key = sourceKey(identity);
    const before = found.get(key);
    if (before !== undefined && !equal(before, completed)) clash(identity);
    found.set(key, completed);
  }
  return found;
}

function openWorld({ objects, resources = [] }: InjectInput): World {
  const kinds = new Kinds([...objects, ...resources]);
  const warnings = new Set<string>();
  const clash = ({ kind, namespace, name }: ObjectIdentity): void =>
    void warnings.add(`${kind} ${namespace}/${name} stands twice in the input: the last one counts`);
  const printed = byIdentity(objects, kinds, clash);
  // What is printed is what will be applied, whatever the resources say of it.
  const others = [...byIdentity(resources, kinds, clash)].filter(([key]) => !printed.has(key));
  const all = new Map([...printed, ...others]);
  const derivations = new Derivations(new Sources(all, kinds));
  const store = new Store({
    closedWorld: true,
    derived: (binding) => derivations.of(binding).resolution,
    kindOf: (group, plural) => kinds.kindOf(group, plural),
  });
  for (const object of all.values()) store.upsert(object);
  const rest = others.map(([, other]) => other);
  return { store, kinds, resources: rest, warnings, derivations, targeted: new Map() };
}

function completeIn(kinds: Kinds, object: JsonObject): JsonObject | undefined {
  return complete(object, (key) => isBuiltInClusterScoped(key) || kinds.isClusterScoped(key));
}

function note(world: World, binding: Binding, outcome: TargetedWorkload): void {
  const outcomes = world.targeted.get(binding.uid);
  if (outcomes === undefined) world.targeted.set(binding.uid, [outcome]);
  else outcomes.push(outcome);
}

/** Says so where the plural had to be guessed. */
function pluralFor(world: World, identity: WorkloadIdentity): string {
  const { plural, guessed } = world.kinds.pluralOf(identity);
  if (guessed) {
    world.warnings.add(
      `the plural of ${identity.kind} (${identity.group}) is not known and taken to be ${plural}: add its CustomResourceDefinition to the input`,
    );
  }
  return plural;
}

interface Workload {
  readonly identity: WorkloadIdentity;
  /** `Deployment shop/orders`. */
  readonly label: string;
}

/** Undefined for what cannot be created: it has no kind, or no name and nothing to make one of. */
function workloadOf(world: World, object: JsonObject): Workload | undefined {
  const completed = completeIn(world.kinds, object);
  const found = completed && identityOf(completed);
  const labels = labelsOf(object);
  if (found !== undefined) {
    return { identity: { ...found, labels }, label: `${found.kind} ${found.namespace}/${found.name}` };
  }
  const prefix = textOf(dig(object, 'metadata', 'generateName'));
  const { group, kind } = typeOf(object);
  if (kind === '' || prefix === '') return undefined;
  const namespace = textOf(dig(object, 'metadata', 'namespace')) || DEFAULT_NAMESPACE;
  // Nobody can name it yet, but a selector finds it.
  return { identity: { group, kind, namespace, name: '', labels }, label: `${kind} ${namespace}/${prefix}*` };
}

/** A workload with all its bindings' projections; any other object as it is. */
function projectObject(world: World, object: JsonObject): JsonObject {
  const found = workloadOf(world, object);
  if (found === undefined) return object;
  const { identity, label } = found;
  const projected = projectedUids(object);
  for (const uid of projected) {
    if (world.store.bindingByUid(uid) === undefined)
      world.warnings.add(message('orphaned', { workload: label, uid }));
  }
  const { group } = identity;
  const resource = { group, plural: world.kinds.pluralOf(identity).plural };
  const intents = decideIntents(identity, resource, projected, world.store);
  if (intents.length === 0) return object;
  pluralFor(world, identity);

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
  const problem = malformed(object);
  if (problem !== undefined) return refuse(problem);
  if (isTerminating(object))
    return refuse(message('notPatched', { ...identity, why: 'it is being deleted' }));
  const subject = { workload: object, version: typeOf(object).version };
  const { workload, reports } = applyIntents(subject, intents);
  tell(reports);
  return workload;
}

/** ServiceBindings that are not on their way out: those target nothing any more, and their status is left alone. */
function isLiveBinding(object: JsonObject): boolean {
  return isBindingKind(typeOf(object)) && !isTerminating(object);
}

/** Objects are taken as being created. Inputs are not modified. Cost: one look-up and at most one copy an object. */
export function inject(input: InjectInput, options: InjectOptions = {}): InjectResult {
  const world = openWorld(input);
  // All workloads first: a binding's status depends on every one of them.
  const projected = input.objects.map((object) => projectObject(world, object));
  for (const object of world.resources) projectObject(world, object);
  const context = { ...world, requireSecrets: options.requireSecrets === true };

  const bindings: BindingResult[] = [];
  const judge = (object: JsonObject): BindingResult => {
    const result = statusOf(context, completeIn(world.kinds, object) ?? object);
    bindings.push(result);
    return result;
  };
  const objects = input.objects.map((before, index): InjectedObject => {
    if (!isLiveBinding(before)) return { before, after: projected[index] ?? before };
    const { status, secret } = judge(before);
    const isRight = options.status === false || equal(dig(before, 'status'), status);
    const after = isRight ? before : withMember(before, 'status', status);
    return secret === undefined ? { before, after } : { before, after, secret };
  });
  world.resources.filter(isLiveBinding).forEach(judge);
  return {
    objects,
    bindings,
    warnings: [...new Set([...world.warnings, ...bindings.flatMap(({ warnings }) => warnings)])],
  };
}
