/**
 * @module What the Service Binding Operator has left of a binding.
 */
import { REPLACE_ANNOTATION } from '../api/annotations.ts';
import { dig, isList, type JsonObject } from '../api/json.ts';
import type { Binding } from './binding.ts';

/** Its finalizer: it is gone, and what it held would never be deleted. */
export const OPERATOR_FINALIZER = 'finalizer.servicebinding.openshift.io';

/** Undefined for a binding that it never held. */
export function successionOf(object: JsonObject): Binding['succession'] {
  const finalizers = dig(object, 'metadata', 'finalizers');
  if (!isList(finalizers) || !finalizers.includes(OPERATOR_FINALIZER)) return undefined;
  return { replacesNow: dig(object, 'metadata', 'annotations', REPLACE_ANNOTATION) === 'true' };
}
