/**
 * @module Is a workload as its bindings want it? Decided by projecting it and looking whether anything changes, so that the
 * controller and the webhook can never disagree.
 */
import type { JsonObject } from '../api/json.ts';
import { applyIntents } from '../project/project.ts';
import type { Report } from '../project/report.ts';
import { malformed } from '../resolve/guard.ts';
import type { Intent } from '../resolve/intent.ts';
import { decideIntents, projectedUids, removalOf } from '../resolve/intents.ts';
import type { Lister } from '../resolve/lister.ts';
import type { Mapping } from '../resolve/mapping.ts';
import { mappingInForce, STANDARD } from '../resolve/mapping-in-force.ts';
import type { WorkloadIdentity } from '../resolve/targets.ts';
import type { Failure } from './conditions.ts';
import { orphanOf } from './orphans.ts';

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
  /** The mappings in force for them, or why there is none that can be used. */
  readonly mapping: string;
}

export interface Verdict {
  readonly premises: Premises;
  /** True if projecting it changes nothing. */
  readonly isRight: boolean;
  /** By the uids of those bindings that could not (wholly) be projected. */
  readonly failures: ReadonlyMap<string, Failure>;
}

/** A Secret's name holds none of the separators; where items go is told in JSON. */
function describeSecret(intent: Intent): string {
  if (intent.action !== 'project') return '';
  const { name, keys } = intent.secret;
  return keys === undefined ? name : `${name} ${JSON.stringify(keys)}`;
}

/** Most workloads have one mapping for all their bindings: then its text is shared, not copied. */
function describeMappings(intents: readonly Intent[]): string {
  const texts = new Set(
    intents.map((intent) => (intent.action === 'refuse' ? intent.problem : intent.mapping.text)),
  );
  const [only = ''] = texts;
  return texts.size > 1 ? [...texts].join('\n') : only;
}

function premisesFrom(intents: readonly Intent[]): Premises {
  const texts = intents.map((intent) => {
    const { uid, generation, succession } = intent.binding;
    // Asked for by an annotation, which is part of no generation.
    const urgency = succession?.replacesNow === true ? 'at once' : '';
    return [uid, generation, intent.action, describeSecret(intent), urgency].join(' ');
  });
  return { intents: texts.join('\n'), mapping: describeMappings(intents) };
}

/** What a verdict on the workload would be made from now. */
export function premisesOf(
  workload: WorkloadIdentity,
  resource: WorkloadResource,
  projected: ReadonlySet<string>,
  lister: Lister,
): Premises {
  return premisesFrom(decideIntents(workload, { group: workload.group, ...resource }, projected, lister));
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
  /** The mapping of `servicebinding.io` in force; undefined if there is none that can be used. */
  readonly mapping: Mapping | undefined;
}

/** What cannot be annotated is left alone, whatever its bindings want. */
function refuseAll(problem: string, intents: readonly Intent[]): readonly Intent[] {
  return intents.map(({ binding }) => ({ binding, action: 'refuse', problem }));
}

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
  const served = { group: identity.group, ...resource };
  const intents = decideIntents(identity, served, projected, lister);
  const all = [...gone.map((uid) => removalOf(orphanOf(uid, identity), served, lister)), ...intents];
  const problem = malformed(object);
  const { workload, reports } = applyIntents(
    { workload: object, version: resource.version, before: object },
    problem === undefined ? all : refuseAll(problem, all),
  );
  const failures = failuresOf(reports);
  const inForce = mappingInForce(lister, served, STANDARD);
  return {
    workload,
    projected,
    mapping: inForce.ok ? inForce.mapping : undefined,
    verdict: {
      premises: premisesFrom(intents),
      isRight: workload === object,
      failures: failures.size === 0 ? NO_FAILURES : failures,
    },
  };
}
