/**
 * @module From what is cached to the intents for one workload.
 */
import { projectionUids } from '../api/annotations.ts';
import { dig, isObject, type JsonObject } from '../api/json.ts';
import { type Binding, byPrecedence } from '../binding/binding.ts';
import type { Intent } from './intent.ts';
import { type Lister, mappingName } from './lister.ts';
import { mappingInForce } from './mapping-in-force.ts';
import { defaultMapping, type Mapping } from './mapping.ts';
import { resolveSecret } from './secret.ts';
import { isUnmarked, targets, wouldTarget, type WorkloadIdentity } from './targets.ts';

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

/** A kind in a cluster has one plural; the version is the one that a workload is written in. */
type Resource = { readonly group: string; readonly plural: string };

type Act = (mapping: Mapping) => Intent;

/** With the mapping in force for the binding, unless it cannot be used. */
function mapped(binding: Binding, resource: Resource, lister: Lister, act: Act): Intent {
  const inForce = mappingInForce(lister, resource, binding);
  return inForce.ok ? act(inForce.mapping) : { binding, action: 'refuse', problem: inForce.message };
}

function intentOf(binding: Binding, resource: Resource, lister: Lister): Intent {
  const { secret } = resolveSecret(binding, lister);
  return mapped(binding, resource, lister, (mapping) =>
    secret === undefined
      ? { binding, mapping, action: 'keep' }
      : { binding, mapping, action: 'project', secret },
  );
}

/** What is to be taken away stands where the workload's own record of the mapping says, whatever is in force now (WRM-26). */
export function removalOf(binding: Binding, resource: Resource, lister: Pick<Lister, 'mapping'>): Intent {
  const inForce = mappingInForce(lister, resource, binding);
  const mapping = inForce.ok ? inForce.mapping : defaultMapping(mappingName(resource));
  return { binding, mapping, action: 'remove' };
}

/**
 * The intents for a workload that carries the projections of certain bindings ({@link projectedUids}), in the bindings'
 * order of precedence. A projection of a binding that is not known is left alone: the cache may be younger than the
 * binding.
 */
export function decideIntents(
  identity: WorkloadIdentity,
  resource: Resource,
  projected: ReadonlySet<string>,
  lister: Lister,
): readonly Intent[] {
  const candidates = lister.bindingsFor(identity);
  const targeting = candidates.filter((binding) => targets(binding, identity));
  const gone = new Set([
    ...leftovers(identity, projected, lister),
    ...candidates.filter(
      (binding) => binding.deleting && isUnmarked(binding) && wouldTarget(binding, identity),
    ),
  ]);
  return [
    ...targeting.map((binding) => intentOf(binding, resource, lister)),
    ...[...gone].map((binding) => removalOf(binding, resource, lister)),
  ].sort((a, b) => byPrecedence(a.binding, b.binding));
}
