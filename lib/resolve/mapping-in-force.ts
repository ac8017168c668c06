/**
 * @module The mapping in force for a resource, as one binding sees it: each API has mapping objects of its own.
 */
import { type MappingTemplate, MappingDefault } from '../api/mapping.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import { describeErrors } from '../parse/field.ts';
import { type Lister, mappingName } from './lister.ts';
import { compileMapping, defaultMapping, type Mapping } from './mapping.ts';

export type MappingInForce =
  | { readonly ok: true; readonly mapping: Mapping }
  /** There is a mapping object, and it cannot be used: nothing may be projected by guess. */
  | { readonly ok: false; readonly message: string };

/** What of a binding decides how a workload is mapped for it. */
export type MappedFor = Pick<Binding, 'mappedBy' | 'paths'>;

/** How workloads are mapped for `servicebinding.io`, which is how most are. */
export const STANDARD: MappedFor = { mappedBy: 'ClusterWorkloadResourceMapping', paths: {} };

/** Mappings with a binding's own container path, by that path: few, since few workloads need one. */
const extended = new WeakMap<Mapping, Map<string, MappingInForce>>();

function withContainers(template: MappingTemplate, path: string): MappingTemplate {
  const { env, volumeMounts } = MappingDefault;
  const container = { path: `.${path}[*]`, name: '.name', env, volumeMounts };
  return { ...template, containers: [...template.containers, container] };
}

/** The binding's own path is bound beside those of the mapping, and has the usual places (`containersPath`). */
function extend(mapping: Mapping, path: string): MappingInForce {
  const known = extended.get(mapping) ?? new Map<string, MappingInForce>();
  extended.set(mapping, known);
  const found = known.get(path);
  if (found !== undefined) return found;
  const versions = mapping.spec.versions.map((template) => withContainers(template, path));
  const compiled = compileMapping({ versions }, 'spec');
  const result: MappingInForce = compiled.ok
    ? { ok: true, mapping: compiled.value }
    : { ok: false, message: message('pathUnusable', { path, problem: describeErrors(compiled.errors) }) };
  known.set(path, result);
  return result;
}

/** The mapping object's (WRM-24), else the built-in one, else PodSpec-able (WRM-25). */
export function mappingInForce(
  lister: Pick<Lister, 'mapping'>,
  resource: { readonly group: string; readonly plural: string },
  { mappedBy, paths }: MappedFor,
): MappingInForce {
  const name = mappingName(resource);
  const found = lister.mapping(resource, mappedBy) ?? { mapping: defaultMapping(name) };
  if ('problem' in found) {
    const data = { kind: mappedBy, mapping: name, problem: found.problem };
    return { ok: false, message: message('mappingUnusable', data) };
  }
  return paths.containers === undefined
    ? { ok: true, mapping: found.mapping }
    : extend(found.mapping, paths.containers);
}
