/**
 * @module What a ServiceBinding meets among the other objects, as far as they are known. All of it may be otherwise a
 * moment later, so it is told in warnings and never denied.
 */
import { DRAFT_SERVICE_BINDING, SERVICE_BINDING } from '../api/kinds.ts';
import {
  type Binding,
  byPrecedence,
  type ContainerFilter,
  describeBinding,
  type ProjectionStyle,
} from '../binding/binding.ts';
import type { Lister } from '../resolve/lister.ts';
import { targets, type WorkloadIdentity } from '../resolve/targets.ts';
import type { KnownWorkload, WorkloadLister } from '../resolve/workload-lister.ts';

export interface Listers {
  readonly lister: Lister;
  readonly workloads: WorkloadLister;
}

/** A selector may find every workload of a large namespace; some of them tell enough for a warning. */
const MAX_WORKLOADS = 1000;
/** Of each kind of finding; the API server passes on fewer warnings than these. */
const MAX_TOLD = 20;

const describeKind = ({ group, kind }: { readonly group: string; readonly kind: string }): string =>
  group === '' ? kind : `${kind}.${group}`;

/** Where the binding says what it is for: each API has words of its own. */
function fieldsOf({ type }: Binding): { readonly reference: string; readonly selector: string } {
  const reference = type.group === SERVICE_BINDING.group ? 'spec.workload' : 'spec.application';
  const isOfSpecification = [SERVICE_BINDING.group, DRAFT_SERVICE_BINDING.group].includes(type.group);
  return { reference, selector: `${reference}.${isOfSpecification ? 'selector' : 'labelSelector'}` };
}

function noTarget(binding: Binding): string {
  const { workload, namespace } = binding;
  const { kind, target } = workload;
  return 'name' in target
    ? `${kind} ${namespace}/${target.name} does not exist yet: it is bound when it is created`
    : `no ${kind} in ${namespace} matches ${fieldsOf(binding).selector} yet: those that will are bound`;
}

/**
 * The names among the binding's containers that no target has; none if a target's containers cannot be told (SB-15).
 * Nothing is said of places: how many containers count there is the mapping's business.
 */
function unknownContainers({ containers }: Binding, found: readonly KnownWorkload[]): readonly string[] {
  if (containers === undefined || found.length === 0) return [];
  const there = new Set<string>();
  for (const { containers: names } of found) {
    if (names === undefined) return [];
    for (const name of names) there.add(name);
  }
  return [...containers.names].filter((name) => !there.has(name));
}

/** What is known of the targets; a workload that is named need not be known to be one. */
function identitiesOf(binding: Binding, found: readonly KnownWorkload[]): readonly WorkloadIdentity[] {
  const { group, kind, target } = binding.workload;
  if (found.length > 0) return found.slice(0, MAX_WORKLOADS);
  if (!('name' in target)) return [];
  return [{ group, kind, namespace: binding.namespace, name: target.name, labels: new Map() }];
}

const isSame = (a: Binding, b: Binding): boolean =>
  a.uid === b.uid || (a.namespace === b.namespace && a.name === b.name && a.type.group === b.type.group);

/** The other bindings that target one of the workloads, each with the first of those that they share. */
function sharing(
  binding: Binding,
  found: readonly KnownWorkload[],
  lister: Lister,
): ReadonlyMap<Binding, WorkloadIdentity> {
  const others = new Map<Binding, WorkloadIdentity>();
  for (const workload of identitiesOf(binding, found)) {
    for (const other of lister.bindingsFor(workload)) {
      const isOther = !others.has(other) && !isSame(other, binding) && targets(other, workload);
      if (isOther && shareContainers(binding, other)) others.set(other, workload);
    }
  }
  return others;
}

/** A name and a place may mean one container; that is not known here, so it is not said. */
const meet = (ours: ContainerFilter, theirs: ContainerFilter): boolean =>
  [...ours.names].some((name) => theirs.names.has(name)) ||
  [...ours.indexes].some((index) => theirs.indexes.has(index));

function shareContainers({ containers: ours }: Binding, { containers: theirs }: Binding): boolean {
  return ours === undefined || theirs === undefined || meet(ours, theirs);
}

/** Who keeps what both want, and why. */
function winner(binding: Binding, other: Binding): string {
  const why = binding.creationTimestamp === other.creationTimestamp ? 'first by name' : 'older';
  return `${byPrecedence(binding, other) < 0 ? 'this binding' : 'that one'} keeps it, being ${why}`;
}

/** The styles that mount the binding's directory below SERVICE_BINDING_ROOT. */
const MOUNTING: ReadonlySet<ProjectionStyle> = new Set(['projected', 'secret-volume']);

const mountsSame = (a: Binding, b: Binding): boolean =>
  MOUNTING.has(a.style) && MOUNTING.has(b.style) && a.directory === b.directory;

function collisions(binding: Binding, other: Binding, workload: WorkloadIdentity): readonly string[] {
  const who = describeBinding(other);
  const on = `on ${workload.kind} ${workload.namespace}/${workload.name}`;
  const wins = winner(binding, other);
  const theirs = new Set(other.env.map(({ name }) => name));
  const variables = [...new Set(binding.env.map(({ name }) => name))].filter((name) => theirs.has(name));
  const mounts = mountsSame(binding, other)
    ? [
        `${who} mounts the directory ${other.directory} too, ${on}: ${wins}; set another spec.name on one of the two`,
      ]
    : [];
  return [
    ...mounts,
    ...variables
      .slice(0, MAX_TOLD)
      .map((name) => `${who} sets the variable ${name} too, ${on}: ${wins}; rename one of the two`),
  ];
}

/** One sentence for each thing that the binding's author may not have meant. */
export function neighbourWarnings(binding: Binding, { lister, workloads }: Listers): readonly string[] {
  const { workload } = binding;
  // Nothing is known by a resource alone.
  if ('nothing' in workload.target || workload.kind === '') return [];
  const { reference } = fieldsOf(binding);
  if (workloads.serves(workload) === false) {
    return [
      `the API does not have the kind ${describeKind(workload)}: install its CustomResourceDefinition, or correct ${reference}`,
    ];
  }
  const found = workloads.workloadsOf(binding);
  const others = [...sharing(binding, found ?? [], lister)].sort(([a], [b]) => byPrecedence(a, b));
  return [
    ...(found?.length === 0 ? [noTarget(binding)] : []),
    ...unknownContainers(binding, found ?? [])
      .slice(0, MAX_TOLD)
      .map((name) => `${reference}.containers: no workload that is targeted now has a container ${name}`),
    ...others.slice(0, MAX_TOLD).flatMap(([other, workload]) => collisions(binding, other, workload)),
  ];
}
