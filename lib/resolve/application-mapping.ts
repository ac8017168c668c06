/**
 * @module `service.binding/v1alpha2` ClusterApplicationResourceMapping as a mapping like any other.
 */
import type { ApplicationMappingSpec, ApplicationMappingTemplate } from '../api/application-mapping.ts';
import type { JsonObject } from '../api/json.ts';
import { type MappingContainer, MappingDefault, type MappingTemplate } from '../api/mapping.ts';
import { parseApplicationMapping } from '../parse/application-mapping.ts';
import { type FieldError, type Parsed } from '../parse/field.ts';
import { compileMapping, type Mapping } from './mapping.ts';

/** Where a Pod template's volumes stand tells where its annotations do; the draft has no member for them. */
const POD_VOLUMES = '.spec.volumes';

function annotationsBeside(volumes: string): string | undefined {
  if (!volumes.endsWith(POD_VOLUMES)) return undefined;
  return `${volumes.slice(0, -POD_VOLUMES.length)}.metadata.annotations`;
}

/** ARM-1: the lists themselves are named, without `[*]`; only the first one's containers have numbers (ARM-10). */
function containersForm(paths: readonly string[]): readonly MappingContainer[] {
  const { env, volumeMounts } = MappingDefault;
  return paths.map((path, index) => ({
    path: `${path}[*]`,
    name: '.name',
    env,
    volumeMounts,
    indexed: index === 0,
  }));
}

/** A list is a member of something: that is what the paths of a mapping lead to. */
const MEMBER = /^(.*)(\.[A-Za-z_][A-Za-z0-9_-]*)$/s;
const ROOT = '$';

interface Member {
  readonly parent: string;
  readonly member: string;
}

function memberOf(path: string): Member | undefined {
  const [, parent, member] = MEMBER.exec(path) ?? [];
  return parent === undefined || member === undefined
    ? undefined
    : { parent: parent === '' ? ROOT : parent, member };
}

/** ARM-2, ARM-3: variables and mounts of one object belong together, whichever list named them. */
function listsForm(
  { envs = [], volumeMounts = [] }: ApplicationMappingTemplate,
  at: string,
  errors: FieldError[],
): readonly MappingContainer[] {
  const containers = new Map<string, MappingContainer>();
  const enter = (field: 'env' | 'volumeMounts', paths: readonly string[], list: string): void => {
    for (const [index, path] of paths.entries()) {
      const found = memberOf(path);
      if (found === undefined) {
        errors.push({
          path: `${at}.${list}[${index}]`,
          message: 'must end with the name of a field, such as `.env`',
        });
        continue;
      }
      const key = found.parent;
      const known = containers.get(key);
      const taken = known?.[field];
      const base = known ?? { path: found.parent, env: undefined, volumeMounts: undefined };
      // Two lists of one kind in one object are two containers.
      if (taken === undefined) containers.set(key, { ...base, [field]: found.member });
      else if (taken !== found.member) {
        const alone = { path: found.parent, env: undefined, volumeMounts: undefined, [field]: found.member };
        containers.set(`${key} ${field} ${found.member}`, alone);
      }
    }
  };
  enter('env', envs, 'envs');
  enter('volumeMounts', volumeMounts, 'volumeMounts');
  return [...containers.values()];
}

function templateOf(template: ApplicationMappingTemplate, at: string, errors: FieldError[]): MappingTemplate {
  const { version, containers, volumes } = template;
  return {
    version,
    annotations: annotationsBeside(volumes),
    containers: containers === undefined ? listsForm(template, at, errors) : containersForm(containers),
    volumes,
  };
}

/** From the spec as it stands in an object at `path`. Errors: its fields, and expressions that cannot be used. */
export function readApplicationMapping(spec: JsonObject, path: string): Parsed<Mapping> {
  const source: Parsed<ApplicationMappingSpec> = parseApplicationMapping(spec, path);
  if (!source.ok) return source;
  const errors: FieldError[] = [];
  const versions = source.value.versions.map((template, index) =>
    templateOf(template, `${path}.versions[${index}]`, errors),
  );
  return errors.length > 0 ? { ok: false, errors } : compileMapping({ versions }, path);
}
