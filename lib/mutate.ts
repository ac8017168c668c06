/**
 * @module The way of an AdmissionReview for a workload: parse -> guards -> resolve -> project -> patch.
 */
import type { AdmissionRequest } from './api/admission.ts';
import { dig, isObject, type Json, type JsonObject } from './api/json.ts';
import { describeBinding } from './binding/binding.ts';
import { parseReview } from './parse/admission-review.ts';
import { labelsOf } from './parse/meta.ts';
import { diff } from './patch/diff.ts';
import { allowed, type Addressee, type Answer, errored, patched } from './patch/response.ts';
import { applyIntents } from './project/project.ts';
import { guard } from './resolve/guard.ts';
import { decideIntents, projectedUids } from './resolve/intents.ts';
import type { Lister } from './resolve/lister.ts';
import type { WorkloadIdentity } from './resolve/targets.ts';

export interface Mutation extends Answer {
  /** The workload, for the log line; undefined if the review could not be read. */
  readonly request: AdmissionRequest | undefined;
  /** One line: why it came out as it did. */
  readonly reason: string;
}

function identityOf(request: AdmissionRequest, object: JsonObject): WorkloadIdentity {
  const name = dig(object, 'metadata', 'name');
  return {
    group: request.kind.group,
    kind: request.kind.kind,
    namespace: request.namespace,
    name: typeof name === 'string' && name !== '' ? name : request.name,
    labels: labelsOf(object),
  };
}

function bind(request: AdmissionRequest, object: JsonObject, to: Addressee, lister: Lister): Mutation {
  const identity = identityOf(request, object);
  const intents = decideIntents(identity, request.resource, projectedUids(object), lister);
  if (intents.length === 0) return { ...allowed(to), request, reason: 'no binding targets it' };
  const { oldObject } = request;
  const subject = {
    workload: object,
    version: request.kind.version,
    ...(isObject(oldObject) ? { before: oldObject } : {}),
  };
  const { workload, reports } = applyIntents(subject, intents);
  const warnings = reports.map((report) => `${describeBinding(report.binding)}: ${report.message}`);
  const actions = intents.map(({ binding, action }) => `${action} ${binding.name}`).join(', ');
  return {
    ...patched(to, diff(object, workload), warnings),
    request,
    reason: [actions, ...warnings].join('; '),
  };
}

/**
 * Answers the parsed body of a call to `/mutate`. Pure, but for what `lister` looks up in memory.
 *
 * A readable review of a workload is never denied: whatever goes wrong with a binding, or in here, the workload is
 * admitted as it is, with a warning. `allowed: false` would deny it even under failurePolicy Ignore.
 */
export function mutate(body: Json, lister: Lister): Mutation {
  const parsed = parseReview(body);
  if (!parsed.ok)
    return { ...errored(parsed, 400, parsed.message), request: undefined, reason: parsed.message };
  const { version, request } = parsed.review;
  const to = { version, uid: request.uid };
  const guarded = guard(request);
  if ('refusal' in guarded) {
    const { warnings, reason } = guarded.refusal;
    return { ...allowed(to, warnings), request, reason };
  }
  try {
    return bind(request, guarded.object, to, lister);
  } catch (error) {
    // A fault of ours, or an object that is too deep or too large for the stack. It must not stop the workload.
    const reason = `the workload was admitted unbound: ${error instanceof Error ? error.message : String(error)}`;
    return { ...allowed(to, [`Cleat: ${reason}`]), request, reason };
  }
}
