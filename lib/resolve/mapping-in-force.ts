/**
 * @module The mapping in force for a resource.
 */
import { message } from '../message/texts.ts';
import { type Lister, mappingName } from './lister.ts';
import { defaultMapping, type Mapping } from './mapping.ts';

export type MappingInForce =
  | { readonly ok: true; readonly mapping: Mapping }
  /** There is a mapping object, and it cannot be used: nothing may be projected by guess. */
  | { readonly ok: false; readonly message: string };

/** The mapping object's (WRM-24), else the built-in one, else PodSpec-able (WRM-25). */
export function mappingInForce(
  lister: Pick<Lister, 'mapping'>,
  resource: { readonly group: string; readonly plural: string },
): MappingInForce {
  const name = mappingName(resource);
  const found = lister.mapping(resource) ?? { mapping: defaultMapping(name) };
  if ('mapping' in found) return { ok: true, mapping: found.mapping };
  return { ok: false, message: message('mappingUnusable', { mapping: name, problem: found.problem }) };
}
