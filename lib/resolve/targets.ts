/**
 * @module Does this binding target this workload? Said once.
 */
import type { GroupKind } from '../api/kinds.ts';
import type { Binding } from '../binding/binding.ts';
import { type Labels, matches } from './selector.ts';

/** What of a workload decides which bindings are for it. */
export interface WorkloadIdentity extends GroupKind {
  readonly namespace: string;
  /** Empty while the API server has still to generate it. */
  readonly name: string;
  readonly labels: Labels;
}

/**
 * True if the binding is for this workload: same namespace (SB-4), same kind in whatever version, and named or selected
 * (SB-7, SB-32). A binding that is being deleted targets nothing; a workload without a name yet is not named by anybody.
 */
export function targets(binding: Binding, workload: WorkloadIdentity): boolean {
  return !binding.deleting && wouldTarget(binding, workload);
}

/** The same, were the binding not being deleted. */
export function wouldTarget(
  { namespace, workload: reference }: Binding,
  workload: WorkloadIdentity,
): boolean {
  if (namespace !== workload.namespace) return false;
  if (reference.kind !== workload.kind || reference.group !== workload.group) return false;
  const { target } = reference;
  if ('name' in target) return workload.name !== '' && target.name === workload.name;
  return 'selector' in target && matches(target.selector, workload.labels);
}

/**
 * Whether projections of the binding may stand on a workload that says nothing of them: the Service Binding Operator left
 * no mark. They are told by their names.
 */
export const isUnmarked = ({ style, succession }: Pick<Binding, 'style' | 'succession'>): boolean =>
  style === 'secret-volume' || style === 'env-from' || succession !== undefined;
