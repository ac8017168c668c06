/**
 * @module What is kept of a workload: its metadata, and the verdict on it. The whole object is read again just before it
 * is changed, which is rare; ten thousand of them whole would fill the memory.
 */
import { dig, isList, type JsonObject, textOf } from '../../lib/api/json.ts';
import { apiVersionOf, type GroupKind } from '../../lib/api/kinds.ts';
import { identityOf, labelsOf, resourceVersionOf } from '../../lib/parse/meta.ts';
import { message } from '../../lib/message/texts.ts';
import { containerNames } from '../../lib/reconcile/container-names.ts';
import { judge, type Verdict } from '../../lib/reconcile/verdict.ts';
import { isImmutableKind, isTerminating } from '../../lib/resolve/guard.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import { placesFor } from '../../lib/resolve/mapping.ts';
import type { KnownWorkload } from '../../lib/resolve/workload-lister.ts';
import type { ApiResource } from '../kube/discovery.ts';
import type { Regarding } from '../kube/event-object.ts';

/** `group/kind/namespace/name`. */
export type WorkloadKey = string;

export interface WorkloadRecord extends KnownWorkload {
  readonly key: WorkloadKey;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly resource: ApiResource;
  /** Uids of the bindings whose projections it carries. */
  readonly projected: ReadonlySet<string>;
  /** Why it must not be changed; undefined if it may be. */
  readonly fixed: string | undefined;
  /** Whether a controller made it. */
  readonly controlled: boolean;
  readonly verdict: Verdict;
}

export const workloadKey = ({
  group,
  kind,
  namespace,
  name,
}: GroupKind & { readonly namespace: string; readonly name: string }): WorkloadKey =>
  [group, kind, namespace, name].join('/');

/** How messages name a workload: `Deployment shop/orders`. */
export const describeWorkload = ({ kind, namespace, name }: KnownWorkload): string =>
  `${kind} ${namespace}/${name}`;

/** What an Event is about. */
export const referenceOf = (record: WorkloadRecord): Regarding => ({
  apiVersion: apiVersionOf(record.resource),
  kind: record.kind,
  namespace: record.namespace,
  name: record.name,
  uid: record.uid,
});

/** Whether a controller made it. */
export function isControlled(object: JsonObject): boolean {
  const owners = dig(object, 'metadata', 'ownerReferences');
  return isList(owners) && owners.some((owner) => dig(owner, 'controller') === true);
}

function reasonFixed(object: JsonObject, identity: GroupKind & { namespace: string; name: string }) {
  const refuse = (why: string): string => message('notPatched', { ...identity, why });
  if (isTerminating(object)) return refuse('it is being deleted');
  return isImmutableKind(identity)
    ? refuse(`the Pod template of a ${identity.kind} is immutable`)
    : undefined;
}

export interface Judged {
  readonly record: WorkloadRecord;
  /** What the workload has to be; the very same object if it is right. */
  readonly workload: JsonObject;
}

/** Undefined for what has no name. `gone`: see {@link judge}. */
export function judgeObject(
  object: JsonObject,
  resource: ApiResource,
  lister: Lister,
  gone: readonly string[] = [],
): Judged | undefined {
  const found = identityOf(object);
  if (found === undefined) return undefined;
  const { group, kind } = resource;
  const identity = { group, kind, namespace: found.namespace, name: found.name, labels: labelsOf(object) };
  const { verdict, workload, projected, mapping } = judge({ identity, resource, object }, lister, gone);
  return {
    workload,
    record: {
      ...identity,
      key: workloadKey(identity),
      uid: textOf(dig(object, 'metadata', 'uid')),
      resourceVersion: resourceVersionOf(object),
      resource,
      projected,
      fixed: reasonFixed(object, identity),
      controlled: isControlled(object),
      containers: mapping && containerNames(object, placesFor(mapping, resource.version)),
      verdict,
    },
  };
}
