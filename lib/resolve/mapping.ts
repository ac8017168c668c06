/**
 * @module Resource mappings, their expressions parsed once, and which template of one is in force.
 */
import { type MappingSpec, type MappingTemplate, POD_SPEC_ABLE, podSpecContainers } from '../api/mapping.ts';
import type { JsonObject } from '../api/json.ts';
import { type FixedPath, parseFixed } from '../jsonpath/fixed.ts';
import { type CompiledPath, compilePath } from '../jsonpath/path.ts';
import { describeErrors, type FieldError, type Parsed, parsed } from '../parse/field.ts';
import { parseMappingSpec, parseStashedSpec } from '../parse/mapping.ts';
import { goJson } from './go-json.ts';

/** Where the container-like objects are, and where in each of them the parts are that a projection touches. */
export interface ContainerPlaces {
  readonly path: CompiledPath;
  readonly name: FixedPath | undefined;
  readonly env: FixedPath | undefined;
  readonly volumeMounts: FixedPath | undefined;
  /** Whether integers of a container filter count its places. */
  readonly indexed: boolean;
}

/** One version's template, compiled. */
export interface Places {
  readonly version: string;
  readonly annotations: FixedPath | undefined;
  readonly containers: readonly ContainerPlaces[];
  readonly volumes: FixedPath;
  /** True if it is Cleat's own, whose places are known not to meet. */
  readonly builtIn: boolean;
}

export interface Mapping {
  readonly spec: MappingSpec;
  readonly templates: readonly Places[];
  /** The compact JSON that is stashed on workloads, byte for byte what servicebinding/runtime writes where it can say it. */
  readonly text: string;
  /** Whether servicebinding/runtime's annotation can say it: it knows no place that is not there. */
  readonly isStandard: boolean;
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

  optional(source: string | undefined, path: string): FixedPath | undefined {
    return source === undefined ? undefined : this.fixed(source, path);
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
      annotations: this.optional(annotations, `${at}.annotations`),
      containers: containers.map((container, index) => ({
        path: this.path(container.path, `${at}.containers[${index}].path`),
        name: this.optional(container.name, `${at}.containers[${index}].name`),
        env: this.optional(container.env, `${at}.containers[${index}].env`),
        volumeMounts: this.optional(container.volumeMounts, `${at}.containers[${index}].volumeMounts`),
        indexed: container.indexed === true,
      })),
      volumes: this.fixed(volumes, `${at}.volumes`),
      builtIn: at === BUILT_IN_PLACE,
    };
  }
}

const present = (members: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).filter((member): member is [string, string] => member[1] !== undefined),
  );

const isStandard = ({ versions }: MappingSpec): boolean =>
  versions.every(
    ({ annotations, containers }) =>
      annotations !== undefined &&
      containers.every(({ env, volumeMounts }) => env !== undefined && volumeMounts !== undefined),
  );

/** The members in the order of the reference implementation's types, since the text has to be its text. */
function stashText(versions: readonly MappingTemplate[]): string {
  return goJson({
    versions: versions.map(({ version, annotations, containers, volumes }) => ({
      version,
      ...present({ annotations }),
      containers: containers.map(({ path, name, env, volumeMounts }) => ({
        path,
        ...present({ name, env, volumeMounts }),
      })),
      volumes,
    })),
  });
}

/** Parses every expression of a mapping. Errors: the expressions that cannot be used (WRM-21..23), with their places. */
export function compileMapping(spec: MappingSpec, path: string): Parsed<Mapping> {
  const { versions } = spec;
  const compiler = new Compiler();
  const templates = versions.map((template, index) =>
    compiler.template(template, `${path}.versions[${index}]`),
  );
  if (compiler.errors.length > 0) return { ok: false, errors: compiler.errors };
  return parsed({ spec, templates, text: stashText(versions), isStandard: isStandard(spec) });
}

/** A mapping from its spec as it stands in an object, or in a stash that servicebinding/runtime could have written. */
export function readMapping(spec: JsonObject, path: string): Parsed<Mapping> {
  const source = parseMappingSpec(spec, path);
  return source.ok ? compileMapping(source.value, path) : source;
}

/** A mapping from Cleat's own stash. */
export function readStashedMapping(spec: JsonObject, path: string): Parsed<Mapping> {
  const source = parseStashedSpec(spec, path);
  return source.ok ? compileMapping(source.value, path) : source;
}

function builtIn(template: MappingTemplate): Mapping {
  const compiler = new Compiler();
  const places = compiler.template(template, BUILT_IN_PLACE);
  if (compiler.errors.length > 0)
    throw new Error(`a built-in mapping is wrong: ${describeErrors(compiler.errors)}`);
  const spec = { versions: [template] };
  return { spec, templates: [places], text: stashText(spec.versions), isStandard: isStandard(spec) };
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
    env?.source,
    volumeMounts?.source,
  ]);
  return JSON.stringify([
    annotations?.source ?? null,
    volumes.source,
    ...sources.map((source) => source ?? null),
  ]);
}

/** Whether two templates lead to the same places, whatever version they are for. */
export function samePlaces(a: Places, b: Places): boolean {
  return a === b || places(a) === places(b);
}
