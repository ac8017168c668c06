/**
 * @module From what is cached to the intents for one workload.
 */
import { projectionUids } from '../api/annotations.ts';
import { dig, isObject, type JsonObject } from '../api/json.ts';
import { type Binding, byPrecedence } from '../binding/binding.ts';
import type { Intent } from './intent.ts';
import type { Lister } from './lister.ts';
import { resolveSecret } from './secret.ts';
import { targets, type WorkloadIdentity } from './targets.ts';

/** The uids of the bindings whose projections the workload's own annotations speak of. */
export function projectedUids(object: JsonObject): ReadonlySet<string> {
  const annotations = dig(object, 'metadata', 'annotations');
  return projectionUids(isObject(annotations) ? annotations : {});
}

/**
 * The bindings whose projections stand on the workload though they no longer target it. Only those for its own kind: a
 * ReplicaSet carries a copy of its Deployment's annotations, a Pod those of its template, and both have to keep the
 * projection that they were made with.
 */
function leftovers(
  workload: WorkloadIdentity,
  uids: ReadonlySet<string>,
  lister: Lister,
): readonly Binding[] {
  return [...uids]
    .flatMap((uid) => lister.bindingByUid(uid) ?? [])
    .filter(
      (binding) =>
        binding.namespace === workload.namespace &&
        binding.workload.kind === workload.kind &&
        binding.workload.group === workload.group &&
        !targets(binding, workload),
    );
}

function intentOf(binding: Binding, lister: Lister): Intent {
  const { name } = resolveSecret(binding, lister);
  return name === undefined ? { binding, action: 'keep' } : { binding, action: 'project', secret: name };
}

/**
 * The intents for a workload that carries the projections of certain bindings ({@link projectedUids}), in the bindings'
 * order of precedence. A projection of a binding that is not known is left alone: the cache may be younger than the
 * binding.
 */
export function decideIntents(
  identity: WorkloadIdentity,
  projected: ReadonlySet<string>,
  lister: Lister,
): readonly Intent[] {
  const targeting = lister.bindingsFor(identity).filter((binding) => targets(binding, identity));
  const gone = leftovers(identity, projected, lister);
  return [
    ...targeting.map((binding) => intentOf(binding, lister)),
    ...gone.map((binding): Intent => ({ binding, action: 'remove' })),
  ].sort((a, b) => byPrecedence(a.binding, b.binding));
}
