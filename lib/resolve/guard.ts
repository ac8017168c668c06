/**
 * @module Which requests are none of our business, whatever bindings there are.
 */
import type { AdmissionRequest } from '../api/admission.ts';
import { dig, isObject, type JsonObject } from '../api/json.ts';
import type { GroupKind } from '../api/kinds.ts';

export interface Refusal {
  readonly reason: string;
  /** What the user should see; mostly nothing. */
  readonly warnings: readonly string[];
}

const quietly = (reason: string): Refusal => ({ reason, warnings: [] });
const aloud = (reason: string): Refusal => ({ reason, warnings: [`Cleat: ${reason}`] });

/** The Pod template of these cannot be changed once they exist: a patch would make every update fail with 422. */
export function isImmutableKind({ group, kind }: GroupKind): boolean {
  return (group === '' && kind === 'Pod') || (group === 'batch' && kind === 'Job');
}

/** An object that is being deleted must not be held back by a patch that its validation refuses. */
export function isTerminating(object: JsonObject): boolean {
  return (dig(object, 'metadata', 'deletionTimestamp') ?? null) !== null;
}

/** What makes it impossible to annotate the object, or to know its name; null counts as missing. */
export function malformed(object: JsonObject): string | undefined {
  const metadata = dig(object, 'metadata') ?? {};
  if (!isObject(metadata)) return 'metadata of the object is not an object';
  const annotations = dig(metadata, 'annotations') ?? {};
  return isObject(annotations) ? undefined : 'metadata.annotations of the object is not an object';
}

type RequestGuard = (request: AdmissionRequest) => Refusal | undefined;
type ObjectGuard = (object: JsonObject, request: AdmissionRequest) => Refusal | undefined;

/** In the order in which they are asked; the first that answers decides. */
const REQUEST_GUARDS: readonly RequestGuard[] = [
  ({ subResource }) => (subResource === '' ? undefined : quietly(`it is the sub-resource ${subResource}`)),
  ({ operation }) =>
    operation === 'DELETE' || operation === 'CONNECT'
      ? quietly(`nothing to bind on ${operation}`)
      : undefined,
  ({ operation }) =>
    operation === 'CREATE' || operation === 'UPDATE'
      ? undefined
      : aloud('the operation is not one that Cleat knows'),
];

const OBJECT_GUARDS: readonly ObjectGuard[] = [
  (object) => {
    const problem = malformed(object);
    return problem === undefined ? undefined : aloud(problem);
  },
  (_object, { namespace }) => (namespace === '' ? quietly('it is not namespaced') : undefined),
  (object) => (isTerminating(object) ? quietly('it is being deleted') : undefined),
  (_object, { operation, kind }) =>
    operation === 'UPDATE' && isImmutableKind(kind)
      ? quietly(`a ${kind.kind} cannot be changed once it exists`)
      : undefined,
];

export type Guarded = { readonly object: JsonObject } | { readonly refusal: Refusal };

/** The workload, if it may be bound; otherwise why the request is left alone (design: guards). */
export function guard(request: AdmissionRequest): Guarded {
  for (const ask of REQUEST_GUARDS) {
    const refusal = ask(request);
    if (refusal !== undefined) return { refusal };
  }
  const { object } = request;
  if (!isObject(object)) return { refusal: aloud('the request carries no object') };
  for (const ask of OBJECT_GUARDS) {
    const refusal = ask(object, request);
    if (refusal !== undefined) return { refusal };
  }
  return { object };
}
