/**
 * @module Reading a binding, whichever API it was written in. This is the one list of those APIs.
 */
import type { JsonObject } from '../api/json.ts';
import {
  APPLICATION_STACKS_SERVICE_BINDING,
  DRAFT_SERVICE_BINDING,
  type GroupKind,
  groupKindKey,
  type GroupVersionKind,
  OPERATOR_SERVICE_BINDING,
  SERVICE_BINDING,
} from '../api/kinds.ts';
import { APPLICATION_STACKS_VERSION } from '../api/application-stacks.ts';
import { OPERATOR_VERSION } from '../api/service-binding-operator.ts';
import { DRAFT_VERSION } from '../api/service-binding-v1alpha2.ts';
import { type Parsed, rejected } from '../parse/field.ts';
import { typeOf } from '../parse/meta.ts';
import { readStacksBinding } from './application-stacks.ts';
import type { Binding } from './binding.ts';
import { readOperatorBinding } from './service-binding-operator.ts';
import { readDraftServiceBinding } from './service-binding-v1alpha2.ts';
import { readServiceBinding } from './servicebinding-io.ts';

/** A kind of bindings, in the version in which its API stores them. */
export interface BindingKind extends GroupVersionKind {
  readonly plural: string;
}

interface Family extends BindingKind {
  readonly read: (object: JsonObject) => Parsed<Binding>;
}

const plural = 'servicebindings';
const FAMILIES: readonly Family[] = [
  { ...SERVICE_BINDING, version: 'v1', plural, read: readServiceBinding },
  { ...DRAFT_SERVICE_BINDING, version: DRAFT_VERSION, plural, read: readDraftServiceBinding },
  { ...OPERATOR_SERVICE_BINDING, version: OPERATOR_VERSION, plural, read: readOperatorBinding },
  {
    ...APPLICATION_STACKS_SERVICE_BINDING,
    version: APPLICATION_STACKS_VERSION,
    plural,
    read: readStacksBinding,
  },
];

export const BINDING_KINDS: readonly BindingKind[] = FAMILIES;

const BY_KIND: ReadonlyMap<string, Family> = new Map(
  FAMILIES.map((family) => [groupKindKey(family), family]),
);

export function isBindingKind(kind: GroupKind): boolean {
  return BY_KIND.has(groupKindKey(kind));
}

/** From the object as it stands in a file or in the API. Errors: those of its own API, or that it is of none of them. */
export function readBinding(object: JsonObject): Parsed<Binding> {
  const family = BY_KIND.get(groupKindKey(typeOf(object)));
  return family === undefined
    ? rejected({ path: 'kind', message: 'is not a kind of binding that Cleat knows' })
    : family.read(object);
}

/** How the status of a kind of bindings is written, also where the object itself cannot be read. */
export function reportingOf({ group }: Pick<GroupKind, 'group'>): Binding['reporting'] {
  const isOperators = [OPERATOR_SERVICE_BINDING, APPLICATION_STACKS_SERVICE_BINDING].some(
    (kind) => kind.group === group,
  );
  return isOperators ? 'operator' : 'specification';
}
