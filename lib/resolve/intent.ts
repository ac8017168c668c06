/**
 * @module What is to become of one binding's projection on a workload.
 */
import type { Binding } from '../binding/binding.ts';

export type Intent =
  | { readonly binding: Binding; readonly action: 'project'; readonly secret: string }
  /** The binding targets the workload but its Secret is unknown: what is there stays, unless the mapping changed. */
  | { readonly binding: Binding; readonly action: 'keep' }
  | { readonly binding: Binding; readonly action: 'remove' };
