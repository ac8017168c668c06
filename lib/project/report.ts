/**
 * @module What a projection has to tell about one binding.
 */
import type { Reason } from '../api/condition.ts';
import type { Binding } from '../binding/binding.ts';

export interface Report {
  readonly binding: Binding;
  /** Why the binding is not Ready because of it; undefined for what is merely worth knowing. */
  readonly reason: Reason | undefined;
  /** What, on which object, and what to do. */
  readonly message: string;
}
