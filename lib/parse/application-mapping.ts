/**
 * @module `service.binding/v1alpha2` ClusterApplicationResourceMapping: unknown -> type, with the rules that the CRD's
 * schema cannot say (ARM-5, ARM-6).
 */
import type { ApplicationMappingSpec, ApplicationMappingTemplate } from '../api/application-mapping.ts';
import type { JsonObject } from '../api/json.ts';
import type { Fields, Parsed } from './field.ts';
import { parseVersions } from './mapping-versions.ts';

/** Each path may visit a whole document: together they must not hold the event loop. Real mappings have two or three. */
const MAX_PATHS = 32;

type PathList = 'containers' | 'envs' | 'volumeMounts';

/** An empty list says as little as none. */
function parsePaths(fields: Fields, field: PathList): readonly string[] | undefined {
  const paths = fields.optionalStrings(field);
  if (paths === undefined || paths.length === 0) return undefined;
  if (paths.length > MAX_PATHS) fields.fail(field, `holds more than ${MAX_PATHS} entries`);
  return paths;
}

function checkForm(fields: Fields, template: Pick<ApplicationMappingTemplate, PathList>): void {
  for (const field of ['envs', 'volumeMounts'] as const) {
    const isSet = template[field] !== undefined;
    if (template.containers !== undefined && isSet) {
      fields.fail(field, 'must not be set beside containers: keep one of the two forms');
    } else if (template.containers === undefined && !isSet) {
      fields.fail(field, 'is required unless containers is set');
    }
  }
}

function parseTemplate(fields: Fields): ApplicationMappingTemplate {
  const containers = parsePaths(fields, 'containers');
  const envs = parsePaths(fields, 'envs');
  const volumeMounts = parsePaths(fields, 'volumeMounts');
  const template = {
    version: fields.string('version'),
    ...(containers === undefined ? {} : { containers }),
    ...(envs === undefined ? {} : { envs }),
    ...(volumeMounts === undefined ? {} : { volumeMounts }),
    volumes: fields.string('volumes'),
  };
  checkForm(fields, template);
  return template;
}

/** Expressions are checked by whoever compiles them, not here. `path` names where the spec stands, for messages. */
export function parseApplicationMapping(spec: JsonObject, path: string): Parsed<ApplicationMappingSpec> {
  return parseVersions(spec, path, parseTemplate);
}
