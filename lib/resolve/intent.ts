/**
 * @module What is to become of one binding's projection on a workload.
 */
import type { Binding, PublishedSecret } from '../binding/binding.ts';
import type { Mapping } from './mapping.ts';

/** `mapping` is the one in force for the binding: those of different APIs may have different ones. */
export type Intent =
  | {
      readonly binding: Binding;
      readonly action: 'project';
      readonly mapping: Mapping;
      readonly secret: PublishedSecret;
    }
  /** The binding targets the workload but its Secret is unknown: what is there stays, unless the mapping changed. */
  | { readonly binding: Binding; readonly action: 'keep'; readonly mapping: Mapping }
  | { readonly binding: Binding; readonly action: 'remove'; readonly mapping: Mapping }
  /** Nothing may be projected by guess: the mapping object cannot be used, or the binding's own paths. */
  | { readonly binding: Binding; readonly action: 'refuse'; readonly problem: string };
