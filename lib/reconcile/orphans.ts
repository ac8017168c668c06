/**
 * @module Projections whose binding is gone: restored from a backup, or created again under a new uid.
 */
import { SERVICE_BINDING } from '../api/kinds.ts';
import type { Binding } from '../binding/binding.ts';
import { NO_PATHS } from '../binding/parts.ts';
import { ON_DEMAND } from '../binding/servicebinding-io.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';

/** What of a workload decides whether its projections can be orphans. */
export interface OrphanSuspect {
  /** The uids of the bindings whose projections it carries. */
  readonly projected: ReadonlySet<string>;
  /** Whether a controller made it: a ReplicaSet has a copy of its Deployment's annotations, for the sake of a rollback. */
  readonly controlled: boolean;
  /** Whether it can be changed at all. */
  readonly fixed: boolean;
}

/**
 * The uids that no binding has, as far as the caches know. Whether they really are gone, only the API server can tell:
 * the caches may be older than the binding. Copies are left to the controllers that made them.
 */
export function suspectedOrphans(
  { projected, controlled, fixed }: OrphanSuspect,
  isKnown: (uid: string) => boolean,
): readonly string[] {
  if (controlled || fixed) return [];
  return [...projected].filter((uid) => !isKnown(uid));
}

/**
 * Stands for a binding that is gone, to take its projection away. There is nothing to tell which variables are its own,
 * so that without a record they stay (design: fixed interfaces).
 */
export function orphanOf(uid: string, workload: WorkloadIdentity): Binding {
  const { group, kind, namespace } = workload;
  return {
    type: { ...SERVICE_BINDING, version: 'v1' },
    uid,
    name: uid,
    namespace,
    generation: 0,
    creationTimestamp: '',
    deleting: true,
    services: [],
    workload: { group, version: '', kind, target: { selector: [] } },
    containers: undefined,
    directory: '',
    overrides: {},
    env: [],
    style: 'projected',
    mappedBy: 'ClusterWorkloadResourceMapping',
    needsPodSpec: false,
    paths: NO_PATHS,
    derivation: ON_DEMAND,
    reporting: 'specification',
    publishedSecret: undefined,
    succession: undefined,
    formerSecret: undefined,
  };
}
