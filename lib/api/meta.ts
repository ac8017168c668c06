/**
 * @module The parts of meta/v1 that Cleat reads.
 */
/** The members of `metadata` that a binding's own object needs. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly uid: string;
  /** 0 where the API server does not count generations. */
  readonly generation: number;
  /** RFC 3339; empty for an object that was never stored. */
  readonly creationTimestamp: string;
  /** True once deletion was asked for and finalizers hold it back. */
  readonly deleting: boolean;
}

export const SelectorOperator = {
  in: 'In',
  notIn: 'NotIn',
  exists: 'Exists',
  doesNotExist: 'DoesNotExist',
} as const;
export type SelectorOperator = (typeof SelectorOperator)[keyof typeof SelectorOperator];

/** One line of a label selector; `matchLabels` become `In` with one value. */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** A label selector: all requirements must hold. An empty one selects every object. */
export type LabelSelector = readonly SelectorRequirement[];
