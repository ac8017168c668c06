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

type Guard = (request: AdmissionRequest) => Refusal | undefined;

/** In the order in which they are asked; the first that answers decides. */
const GUARDS: readonly Guard[] = [
  ({ subResource }) => (subResource === '' ? undefined : quietly(`it is the sub-resource ${subResource}`)),
  ({ operation }) =>
    operation === 'DELETE' || operation === 'CONNECT'
      ? quietly(`nothing to bind on ${operation}`)
      : undefined,
  ({ operation }) =>
    operation === 'CREATE' || operation === 'UPDATE'
      ? undefined
      : aloud('the operation is not one that Cleat knows'),
  ({ object }) => (isObject(object) ? undefined : aloud('the request carries no object')),
  ({ object }) => {
    const problem = isObject(object) ? malformed(object) : undefined;
    return problem === undefined ? undefined : aloud(problem);
  },
  ({ namespace }) => (namespace === '' ? quietly('it is not namespaced') : undefined),
  ({ object }) => (isObject(object) && isTerminating(object) ? quietly('it is being deleted') : undefined),
  ({ operation, kind }) =>
    operation === 'UPDATE' && isImmutableKind(kind)
      ? quietly(`a ${kind.kind} cannot be changed once it exists`)
      : undefined,
];

/** Why the request is left alone (design: guards); undefined if it may be bound. */
export function guard(request: AdmissionRequest): Refusal | undefined {
  for (const ask of GUARDS) {
    const refusal = ask(request);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
