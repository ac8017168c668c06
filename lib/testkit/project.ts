/**
 * @module Projection as the webhook and `inject` do it, for tests of the projection itself.
 */
import type { JsonObject } from '../api/json.ts';
import { identityOf, labelsOf, typeOf } from '../parse/meta.ts';
import { applyIntents, type Projection } from '../project/project.ts';
import { decideIntents } from '../resolve/intents.ts';
import { mappingName } from '../resolve/lister.ts';
import { defaultMapping, type Mapping } from '../resolve/mapping.ts';
import { frozen } from './freeze.ts';
import { aStore, compiled } from './world.ts';

/** The mapping of the world for the workload's kind, whose plural is the kind in lower case with an `s`. */
function mappingFor(workload: JsonObject, world: readonly JsonObject[]): Mapping {
  const { group, kind } = typeOf(workload);
  const name = mappingName({ group, plural: `${kind.toLowerCase()}s` });
  const object = world.find((candidate) => {
    const identity = identityOf(candidate);
    return identity?.kind === 'ClusterWorkloadResourceMapping' && identity.name === name;
  });
  return object === undefined ? defaultMapping(name) : compiled(object);
}

/** The workload in a world of bindings, mappings and services. Nothing of the input may be modified: all is frozen. */
export function projectIn(workload: JsonObject, world: readonly JsonObject[]): Projection {
  frozen(workload);
  const identity = identityOf(workload);
  if (identity === undefined) throw new Error('a workload needs a kind and a name');
  const store = aStore(frozen(world));
  const intents = decideIntents({ ...identity, labels: labelsOf(workload) }, workload, store);
  const subject = { workload, version: typeOf(workload).version, mapping: mappingFor(workload, world) };
  return applyIntents(subject, intents);
}
