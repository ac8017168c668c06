/**
 * @module Is a workload as its bindings want it? Decided by projecting it and looking whether anything changes, so that the
 * controller and the webhook can never disagree.
 */
import { Reason } from '../api/condition.ts';
import type { JsonObject } from '../api/json.ts';
import { applyIntents } from '../project/project.ts';
import type { Report } from '../project/report.ts';
import { malformed } from '../resolve/guard.ts';
import type { Intent } from '../resolve/intent.ts';
import { decideIntents, projectedUids } from '../resolve/intents.ts';
import { type Lister, mappingName } from '../resolve/lister.ts';
import { defaultMapping, type Mapping } from '../resolve/mapping.ts';
import { type MappingInForce, mappingInForce } from '../resolve/mapping-in-force.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';
import type { Failure } from './conditions.ts';
import { removalOf } from './orphans.ts';

/** Where a workload's kind is served. */
export interface WorkloadResource {
  readonly plural: string;
  /** The version that the object is written in. */
  readonly version: string;
}

/**
 * What a verdict was made from, besides the workload itself: as long as it is the same, so is the verdict, and nobody
 * has to look at the whole workload again.
 */
export interface Premises {
  /** Which bindings in which generation want what. */
  readonly intents: string;
  /** The mapping in force, or why there is none that can be used. */
  readonly mapping: string;
}

export interface Verdict {
  readonly premises: Premises;
  /** True if projecting it changes nothing. */
  readonly isRight: boolean;
  /** By the uids of those bindings that could not (wholly) be projected. */
  readonly failures: ReadonlyMap<string, Failure>;
}

interface Grounds {
  readonly intents: readonly Intent[];
  readonly inForce: MappingInForce;
}

function groundsOf(
  workload: WorkloadIdentity,
  { plural }: WorkloadResource,
  projected: ReadonlySet<string>,
  lister: Lister,
): Grounds {
  return {
    intents: decideIntents(workload, projected, lister),
    inForce: mappingInForce(lister, { group: workload.group, plural }),
  };
}

/** A uid, a generation and a Secret's name hold none of the separators. */
function premisesFrom({ intents, inForce }: Grounds): Premises {
  const texts = intents.map((intent) => {
    const { uid, generation } = intent.binding;
    return [uid, generation, intent.action, intent.action === 'project' ? intent.secret : ''].join(' ');
  });
  return { intents: texts.join('\n'), mapping: inForce.ok ? inForce.mapping.text : inForce.message };
}

/** What a verdict on the workload would be made from now. */
export function premisesOf(
  workload: WorkloadIdentity,
  resource: WorkloadResource,
  projected: ReadonlySet<string>,
  lister: Lister,
): Premises {
  return premisesFrom(groundsOf(workload, resource, projected, lister));
}

export const samePremises = (a: Premises, b: Premises): boolean =>
  a.intents === b.intents && a.mapping === b.mapping;

/** One for all: ten thousand empty maps take two megabytes. */
const NO_FAILURES: ReadonlyMap<string, Failure> = new Map();

function failuresOf(reports: readonly Report[]): Map<string, Failure> {
  const failures = new Map<string, Failure>();
  for (const { binding, reason, message } of reports) {
    if (reason === undefined) continue;
    const before = failures.get(binding.uid);
    failures.set(
      binding.uid,
      before === undefined ? { reason, message } : { ...before, message: `${before.message}; ${message}` },
    );
  }
  return failures;
}

export interface Judgement {
  /** What the workload has to be; the very same object if it is right. */
  readonly workload: JsonObject;
  readonly verdict: Verdict;
  /** The uids of the bindings whose projections it carries. */
  readonly projected: ReadonlySet<string>;
  /** The mapping in force; undefined if there is none that can be used. */
  readonly mapping: Mapping | undefined;
}

/** Why nothing can be projected into the workload, whatever its bindings want. */
function obstacleOf(object: JsonObject, inForce: MappingInForce): Failure | undefined {
  const text = malformed(object) ?? (inForce.ok ? undefined : inForce.message);
  return text === undefined ? undefined : { reason: Reason.unprojectable, message: text };
}

const isRemoval = ({ action }: Intent): boolean => action === 'remove';

/** A workload with what has to be known of it. */
export interface JudgedWorkload {
  readonly identity: WorkloadIdentity;
  readonly resource: WorkloadResource;
  readonly object: JsonObject;
}

/** `gone`: uids of which the API server says that no binding has them; their projections are to be taken away. */
export function judge(
  { identity, resource, object }: JudgedWorkload,
  lister: Lister,
  gone: readonly string[] = [],
): Judgement {
  const projected = projectedUids(object);
  const grounds = groundsOf(identity, resource, projected, lister);
  const { inForce } = grounds;
  const intents = [...gone.map((uid) => removalOf(uid, identity)), ...grounds.intents];
  const failure = obstacleOf(object, inForce);
  // What is to be taken away stands where the workload's own record of the mapping says, whatever is in force now (WRM-26).
  const mapping = inForce.ok ? inForce.mapping : defaultMapping(mappingName({ ...identity, ...resource }));
  const feasible = failure === undefined ? intents : inForce.ok ? [] : intents.filter(isRemoval);
  const { workload, reports } = applyIntents(
    { workload: object, version: resource.version, mapping },
    feasible,
  );
  const failures = failuresOf(reports);
  if (failure !== undefined) {
    for (const intent of intents) if (!feasible.includes(intent)) failures.set(intent.binding.uid, failure);
  }
  return {
    workload,
    projected,
    mapping: inForce.ok ? inForce.mapping : undefined,
    verdict: {
      premises: premisesFrom(grounds),
      isRight: workload === object,
      failures: failures.size === 0 ? NO_FAILURES : failures,
    },
  };
}
