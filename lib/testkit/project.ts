/**
 * @module Projection as the webhook and `inject` do it, for tests of the projection itself.
 */
import type { JsonObject } from '../api/json.ts';
import { identityOf, labelsOf, typeOf } from '../parse/meta.ts';
import { applyIntents, type Projection } from '../project/project.ts';
import { decideIntents, projectedUids } from '../resolve/intents.ts';
import { frozen } from './freeze.ts';
import { aStore } from './world.ts';

/**
 * The workload in a world of bindings, mappings and services. `before`: what it replaces. Nothing of the input may be
 * modified: all is frozen.
 */
export function projectIn(
  workload: JsonObject,
  world: readonly JsonObject[],
  before?: JsonObject,
): Projection {
  frozen(workload);
  const identity = identityOf(workload);
  if (identity === undefined) throw new Error('a workload needs a kind and a name');
  const store = aStore(frozen(world));
  const { group, version, kind } = typeOf(workload);
  // The plural is the kind in lower case with an `s`.
  const resource = { group, plural: `${kind.toLowerCase()}s` };
  const labels = labelsOf(workload);
  const intents = decideIntents({ ...identity, labels }, resource, projectedUids(workload), store);
  return applyIntents({ workload, version, ...(before === undefined ? {} : { before }) }, intents);
}
