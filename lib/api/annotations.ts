/**
 * @module The annotations that a projection consists of, and the names derived from a binding's uid.
 *
 * The `projector.servicebinding.io` ones are servicebinding/runtime's, letter for letter: its users switch without a
 * rollout. The `projector.cleat.dev` ones stand only on the workload's own metadata and never cause one.
 */

const RUNTIME = 'projector.servicebinding.io';
const CLEAT = 'projector.cleat.dev';

/** One flat string: V8 keeps a sum of strings as a tree, which JSON.stringify writes at half the speed (measured). */
const flat = (...parts: readonly string[]): string => parts.join('');

/** On the workload: the mapping that the projection was made with, so that it can be undone with it (WRM-26). */
export const mappingAnnotation = (uid: string): string => flat(RUNTIME, '/mapping-', uid);
/** On the pod template: the Secret that is projected. */
export const secretAnnotation = (uid: string): string => flat(RUNTIME, '/secret-', uid);
/** On the pod template: `.spec.type`, read by the downward API (SB-44). */
export const typeAnnotation = (uid: string): string => flat(RUNTIME, '/type-', uid);
/** On the pod template: `.spec.provider`, read by the downward API (SB-45). */
export const providerAnnotation = (uid: string): string => flat(RUNTIME, '/provider-', uid);

/** On the workload: which env entries were added, `{JSON Pointer of the env list: [names]}`. */
export const envRecordAnnotation = (uid: string): string => flat(CLEAT, '/env-', uid);
/**
 * On the workload: the mapping, where its `annotations` place is the workload's own metadata. servicebinding/runtime
 * loses its `mapping-` annotation there, so its users' objects have none, and WRM-26 needs one.
 */
export const ownMappingAnnotation = (uid: string): string => flat(CLEAT, '/mapping-', uid);

/**
 * On the workload: all that a projection consists of that has no annotations of its own in the Pod template, with the
 * mapping that it was made with.
 */
export const recordAnnotation = (uid: string): string => flat(CLEAT, '/record-', uid);

/** On a binding that the Service Binding Operator projected: `"true"` has it projected anew at once, with a rollout. */
export const REPLACE_ANNOTATION = `${CLEAT}/replace`;

/** How the downward API names one annotation. */
export const annotationFieldPath = (annotation: string): string => `metadata.annotations['${annotation}']`;

export const VOLUME_PREFIX = 'servicebinding-';
export const volumeName = (uid: string): string => flat(VOLUME_PREFIX, uid);

const PROJECTION =
  /^(?:projector\.servicebinding\.io\/(?:mapping|secret|type|provider)|projector\.cleat\.dev\/(?:env|mapping|record))-(.+)$/;

/** The uid of the binding whose projection wrote this annotation; undefined for all others. */
function projectionUid(key: string): string | undefined {
  return key.startsWith('projector.') ? PROJECTION.exec(key)?.[1] : undefined;
}

/** The uids of the bindings whose projections these annotations speak of. */
export function projectionUids(annotations: object): ReadonlySet<string> {
  return new Set(Object.keys(annotations).flatMap((key) => projectionUid(key) ?? []));
}
