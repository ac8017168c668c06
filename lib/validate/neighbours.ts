/**
 * @module What a ServiceBinding meets among the other objects, as far as they are known. All of it may be otherwise a
 * moment later, so it is told in warnings and never denied.
 */
import { type Binding, byPrecedence, describeBinding } from '../binding/binding.ts';
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

function noTarget({ workload, namespace }: Binding): string {
  const { kind, target } = workload;
  return 'name' in target
    ? `${kind} ${namespace}/${target.name} does not exist yet: it is bound when it is created`
    : `no ${kind} in ${namespace} matches spec.workload.selector yet: those that will are bound`;
}

/** Those of `spec.workload.containers` that no target has; none if a target's containers cannot be told (SB-15). */
function unknownContainers({ containers }: Binding, found: readonly KnownWorkload[]): readonly string[] {
  if (containers === undefined || found.length === 0) return [];
  const there = new Set<string>();
  for (const { containers: names } of found) {
    if (names === undefined) return [];
    for (const name of names) there.add(name);
  }
  return [...containers].filter((name) => !there.has(name));
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

function shareContainers({ containers: ours }: Binding, { containers: theirs }: Binding): boolean {
  return ours === undefined || theirs === undefined || [...ours].some((name) => theirs.has(name));
}

/** Who keeps what both want, and why. */
function winner(binding: Binding, other: Binding): string {
  const why = binding.creationTimestamp === other.creationTimestamp ? 'first by name' : 'older';
  return `${byPrecedence(binding, other) < 0 ? 'this binding' : 'that one'} keeps it, being ${why}`;
}

function collisions(binding: Binding, other: Binding, workload: WorkloadIdentity): readonly string[] {
  const who = describeBinding(other);
  const on = `on ${workload.kind} ${workload.namespace}/${workload.name}`;
  const wins = winner(binding, other);
  const theirs = new Set(other.env.map(({ name }) => name));
  const variables = [...new Set(binding.env.map(({ name }) => name))].filter((name) => theirs.has(name));
  const mounts =
    binding.directory === other.directory
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
  if (workloads.serves(binding.workload) === false) {
    return [
      `the API does not have the kind ${describeKind(binding.workload)}: install its CustomResourceDefinition, or correct spec.workload`,
    ];
  }
  const found = workloads.workloadsOf(binding);
  const others = [...sharing(binding, found ?? [], lister)].sort(([a], [b]) => byPrecedence(a, b));
  return [
    ...(found?.length === 0 ? [noTarget(binding)] : []),
    ...unknownContainers(binding, found ?? [])
      .slice(0, MAX_TOLD)
      .map((name) => `spec.workload.containers: no workload that is targeted now has a container ${name}`),
    ...others.slice(0, MAX_TOLD).flatMap(([other, workload]) => collisions(binding, other, workload)),
  ];
}
