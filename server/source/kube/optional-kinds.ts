/**
 * @module The kinds that Cleat follows where somebody has installed them, and lets it: the other APIs of bindings, and
 * what they take into account.
 */
import {
  APPLICATION_RESOURCE_MAPPING,
  CUSTOM_RESOURCE_DEFINITION,
  type GroupVersionKind,
  SERVICE_BINDING,
} from '../../../lib/api/kinds.ts';
import { DRAFT_VERSION } from '../../../lib/api/service-binding-v1alpha2.ts';
import { BINDING_KINDS } from '../../../lib/binding/read.ts';
import type { Trim } from '../../kube/inventory.ts';
import { trimDefinition } from './definition-trim.ts';

export interface OptionalKind extends GroupVersionKind {
  readonly trim?: Trim;
  /** See ReflectorLimits. */
  readonly firstLimit?: number;
}

/** Definitions are large: a page of fifty would hold up admissions while it is parsed. */
const FIRST_DEFINITIONS = 5;

export const OPTIONAL_KINDS: readonly OptionalKind[] = [
  ...BINDING_KINDS.filter(({ group }) => group !== SERVICE_BINDING.group).map(({ group, version, kind }) => ({
    group,
    version,
    kind,
  })),
  { ...APPLICATION_RESOURCE_MAPPING, version: DRAFT_VERSION },
  {
    ...CUSTOM_RESOURCE_DEFINITION,
    version: 'v1',
    trim: trimDefinition,
    firstLimit: FIRST_DEFINITIONS,
  },
];
