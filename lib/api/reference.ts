/**
 * @module How bindings name other objects and their types.
 */
import type { GroupVersionKind } from './kinds.ts';

/** An object in the namespace of the one that names it. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** A type by its kind or by its resource, the plural, which goes before the kind; the kind is empty if left out. */
export interface TypeReference extends GroupVersionKind {
  readonly resource?: string;
}
