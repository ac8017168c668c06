/**
 * @module `servicebinding.io` ClusterWorkloadResourceMapping: unknown -> type, defaults filled in (WRM-5..20).
 */
import type { JsonObject } from '../api/json.ts';
import { MappingDefault, type MappingSpec, type MappingTemplate, POD_SPEC_ABLE } from '../api/mapping.ts';
import type { Fields, Parsed } from './field.ts';
import { parseVersions } from './mapping-versions.ts';

/** Each path may visit a whole document: together they must not hold the event loop. Real mappings have two or three. */
const MAX_CONTAINERS = 32;

/** A path that may be left out. */
type OrDefault = (fields: Fields, key: 'annotations' | 'env' | 'volumeMounts') => string | undefined;

function parseTemplate(fields: Fields, orDefault: OrDefault): MappingTemplate {
  const containers = fields.objects('containers').map((container) => {
    const name = container.optionalString('name') || undefined;
    return {
      path: container.string('path'),
      ...(name === undefined ? {} : { name }),
      env: orDefault(container, 'env'),
      volumeMounts: orDefault(container, 'volumeMounts'),
    };
  });
  if (containers.length > MAX_CONTAINERS)
    fields.fail('containers', `holds more than ${MAX_CONTAINERS} entries`);
  return {
    version: fields.string('version'),
    annotations: orDefault(fields, 'annotations'),
    containers: containers.length > 0 ? containers : POD_SPEC_ABLE.containers,
    volumes: fields.optionalString('volumes') || MappingDefault.volumes,
  };
}

/**
 * The spec of a mapping; without versions it maps as PodSpec-able (WRM-5). Expressions are checked by the compiler of
 * mappings, not here. `path` names where the spec stands, for messages.
 */
export function parseMappingSpec(spec: JsonObject, path: string): Parsed<MappingSpec> {
  const orDefault: OrDefault = (fields, key) => fields.optionalString(key) || MappingDefault[key];
  return parseVersions(spec, path, (template) => parseTemplate(template, orDefault));
}

/** What Cleat itself has written on a workload: everything is there, but for what the mapping has no place for. */
export function parseStashedSpec(spec: JsonObject, path: string): Parsed<MappingSpec> {
  return parseVersions(spec, path, (template) =>
    parseTemplate(template, (fields, key) => fields.optionalString(key)),
  );
}
