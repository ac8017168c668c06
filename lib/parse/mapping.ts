/**
 * @module `servicebinding.io` ClusterWorkloadResourceMapping: unknown -> type, defaults filled in (WRM-5..20).
 */
import type { JsonObject } from '../api/json.ts';
import { MappingDefault, type MappingSpec, type MappingTemplate, POD_SPEC_ABLE } from '../api/mapping.ts';
import { type FieldError, Fields, parsed, type Parsed } from './field.ts';

/** Each path may visit a whole document: together they must not hold the event loop. Real mappings have two or three. */
const MAX_CONTAINERS = 32;

function parseTemplate(fields: Fields): MappingTemplate {
  const containers = fields.objects('containers').map((container) => {
    const name = container.optionalString('name') || undefined;
    return {
      path: container.string('path'),
      ...(name === undefined ? {} : { name }),
      env: container.optionalString('env') || MappingDefault.env,
      volumeMounts: container.optionalString('volumeMounts') || MappingDefault.volumeMounts,
    };
  });
  if (containers.length > MAX_CONTAINERS)
    fields.fail('containers', `holds more than ${MAX_CONTAINERS} entries`);
  return {
    version: fields.string('version'),
    annotations: fields.optionalString('annotations') || MappingDefault.annotations,
    containers: containers.length > 0 ? containers : POD_SPEC_ABLE.containers,
    volumes: fields.optionalString('volumes') || MappingDefault.volumes,
  };
}

function parseVersions(fields: Fields): MappingSpec {
  const versions = fields.objects('versions').map(parseTemplate);
  const seen = new Set<string>();
  for (const [index, { version }] of versions.entries()) {
    if (version !== '' && seen.has(version)) {
      fields.fail(`versions[${index}].version`, 'stands twice: keep one template for each version');
    }
    seen.add(version);
  }
  return { versions };
}

/**
 * The spec of a mapping; without versions it maps as PodSpec-able (WRM-5). Expressions are checked by the compiler of
 * mappings, not here. `path` names where the spec stands, for messages.
 */
export function parseMappingSpec(spec: JsonObject, path: string): Parsed<MappingSpec> {
  const errors: FieldError[] = [];
  const value = parseVersions(new Fields(spec, path, errors));
  // As a list, not as arguments: of those a call takes only so many, and templates can be more.
  return errors.length > 0 ? { ok: false, errors } : parsed(value);
}
