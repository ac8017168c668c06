/**
 * @module Resource mappings, their expressions parsed once, and which template of one is in force.
 */
import { type MappingSpec, type MappingTemplate, POD_SPEC_ABLE, podSpecContainers } from '../api/mapping.ts';
import type { JsonObject } from '../api/json.ts';
import { type FixedPath, parseFixed } from '../jsonpath/fixed.ts';
import { type CompiledPath, compilePath } from '../jsonpath/path.ts';
import { describeErrors, type FieldError, type Parsed, parsed } from '../parse/field.ts';
import { parseMappingSpec } from '../parse/mapping.ts';
import { goJson } from './go-json.ts';

/** Where the container-like objects are, and where in each of them the parts are that a projection touches. */
export interface ContainerPlaces {
  readonly path: CompiledPath;
  readonly name: FixedPath | undefined;
  readonly env: FixedPath;
  readonly volumeMounts: FixedPath;
}

/** One version's template, compiled. */
export interface Places {
  readonly version: string;
  readonly annotations: FixedPath;
  readonly containers: readonly ContainerPlaces[];
  readonly volumes: FixedPath;
  /** True if it is Cleat's own, whose places are known not to meet. */
  readonly builtIn: boolean;
}

export interface Mapping {
  readonly templates: readonly Places[];
  /** The compact JSON that is stashed on workloads, byte for byte what servicebinding/runtime writes. */
  readonly text: string;
}

/** Where a built-in mapping stands, as far as messages are concerned: it never has any. */
const BUILT_IN_PLACE = '';

class Compiler {
  readonly errors: FieldError[] = [];

  fixed(source: string, path: string): FixedPath {
    const result = parseFixed(source);
    if ('path' in result) return result.path;
    this.errors.push({ path, message: `${result.error.message} (at offset ${result.error.position})` });
    return { source, keys: [] };
  }

  path(source: string, path: string): CompiledPath {
    const result = compilePath(source);
    if ('path' in result) return result.path;
    this.errors.push({ path, message: `${result.error.message} (at offset ${result.error.position})` });
    return { source, locate: () => ({ ok: true, locations: [] }) };
  }

  template({ version, annotations, containers, volumes }: MappingTemplate, at: string): Places {
    return {
      version,
      annotations: this.fixed(annotations, `${at}.annotations`),
      containers: containers.map((container, index) => ({
        path: this.path(container.path, `${at}.containers[${index}].path`),
        name:
          container.name === undefined
            ? undefined
            : this.fixed(container.name, `${at}.containers[${index}].name`),
        env: this.fixed(container.env, `${at}.containers[${index}].env`),
        volumeMounts: this.fixed(container.volumeMounts, `${at}.containers[${index}].volumeMounts`),
      })),
      volumes: this.fixed(volumes, `${at}.volumes`),
      builtIn: at === BUILT_IN_PLACE,
    };
  }
}

/** The members in the order of the reference implementation's types, since the text has to be its text. */
function stashText(versions: readonly MappingTemplate[]): string {
  return goJson({
    versions: versions.map(({ version, annotations, containers, volumes }) => ({
      version,
      annotations,
      containers: containers.map(({ path, name, env, volumeMounts }) => ({
        path,
        ...(name === undefined ? {} : { name }),
        env,
        volumeMounts,
      })),
      volumes,
    })),
  });
}

/** Parses every expression of a mapping. Errors: the expressions that cannot be used (WRM-21..23), with their places. */
function compileMapping({ versions }: MappingSpec, path: string): Parsed<Mapping> {
  const compiler = new Compiler();
  const templates = versions.map((template, index) =>
    compiler.template(template, `${path}.versions[${index}]`),
  );
  if (compiler.errors.length > 0) return { ok: false, errors: compiler.errors };
  return parsed({ templates, text: stashText(versions) });
}

/** A mapping from its spec as it stands in an object or in a stash. */
export function readMapping(spec: JsonObject, path: string): Parsed<Mapping> {
  const source = parseMappingSpec(spec, path);
  return source.ok ? compileMapping(source.value, path) : source;
}

function builtIn(template: MappingTemplate): Mapping {
  const compiler = new Compiler();
  const places = compiler.template(template, BUILT_IN_PLACE);
  if (compiler.errors.length > 0)
    throw new Error(`a built-in mapping is wrong: ${describeErrors(compiler.errors)}`);
  return { templates: [places], text: stashText([template]) };
}

function podTemplateAt(metadata: string, spec: string): Mapping {
  return builtIn({
    version: '*',
    annotations: `${metadata}.annotations`,
    containers: podSpecContainers(spec),
    volumes: `${spec}.volumes`,
  });
}

const DEFAULT = builtIn(POD_SPEC_ABLE);
const DEFAULT_PLACES = new Compiler().template(POD_SPEC_ABLE, BUILT_IN_PLACE);

/** By the name that a mapping object of that resource has; such an object overrides the built-in one. */
const BUILT_IN: ReadonlyMap<string, Mapping> = new Map([
  ['pods', podTemplateAt('.metadata', '.spec')],
  [
    'cronjobs.batch',
    podTemplateAt('.spec.jobTemplate.spec.template.metadata', '.spec.jobTemplate.spec.template.spec'),
  ],
]);

/** The mapping for a resource that has no (usable) mapping object of its own: built-in, or PodSpec-able (WRM-25). */
export function defaultMapping(name: string): Mapping {
  return BUILT_IN.get(name) ?? DEFAULT;
}

/** The template in force for a version: its own, else that of `*`, else PodSpec-able (WRM-7, WRM-24, WRM-25). */
export function placesFor(mapping: Mapping, version: string): Places {
  return (
    mapping.templates.find((template) => template.version === version) ??
    mapping.templates.find((template) => template.version === '*') ??
    DEFAULT_PLACES
  );
}

function places({ annotations, containers, volumes }: Places): string {
  const sources = containers.flatMap(({ path, name, env, volumeMounts }) => [
    path.source,
    name?.source,
    env.source,
    volumeMounts.source,
  ]);
  return JSON.stringify([annotations.source, volumes.source, ...sources.map((source) => source ?? null)]);
}

/** Whether two templates lead to the same places, whatever version they are for. */
export function samePlaces(a: Places, b: Places): boolean {
  return a === b || places(a) === places(b);
}
