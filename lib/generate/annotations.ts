/**
 * @module All annotations that tell how to bind one service, from wherever they come. The nearer wins, key by key:
 * descriptors, then what is built in, then the CustomResourceDefinition, then the service itself (SEC-10).
 */
import { dig, textOf } from '../api/json.ts';
import { isAnnotationKey } from './annotation-key.ts';
import type { Annotation } from './annotation-text.ts';
import { annotationsIn, registeredFor } from './definition.ts';
import { descriptorAnnotations } from './descriptors.ts';
import type { Making } from './reader.ts';
import { registered, type Registered } from './registry.ts';
import type { Service } from './service.ts';
import type { Work } from './work.ts';

/** Going through the annotations of a service, and through all of its definition: each a megabyte at most, mostly nothing. */
export const stepsPerService = 5000;

type Texts = ReadonlyMap<string, string>;
const NONE: Texts = new Map();

export class Annotations {
  readonly #older: boolean;
  readonly #work: Work;
  /** By kind and namespace: ClusterServiceVersions may be many and long. */
  readonly #described = new Map<string, Texts>();

  constructor({ older, work }: { readonly older: boolean; readonly work: Work }) {
    this.#older = older;
    this.#work = work;
  }

  *of(service: Service): Making<readonly Annotation[]> {
    const { definition, object, kind, title } = service;
    const described = yield* this.#describedFor(service);
    yield* this.#work.spend(stepsPerService + described.size, 'annotation');
    const layers: readonly (readonly [on: string, annotations: Texts])[] = [
      [`ClusterServiceVersion that owns ${kind}, for ${title}`, described],
      [`built in for ${kind}, for ${title}`, builtIn(service, this.#older)?.annotations ?? NONE],
      [
        `${definitionTitle(service)}, for ${title}`,
        definition === undefined ? NONE : annotationsIn(definition),
      ],
      [title, annotationsIn(object)],
    ];
    const merged = new Map<string, Annotation>();
    for (const [on, annotations] of layers) {
      for (const [key, value] of annotations) {
        if (isAnnotationKey(key, this.#older)) merged.set(key, { key, value, on });
      }
    }
    return [...merged.values()];
  }

  *#describedFor({ clusterServiceVersions, definition, reference, kind }: Service): Making<Texts> {
    if (clusterServiceVersions.length === 0) return NONE;
    const { group, version, resource, namespace } = reference;
    const plural = resource === undefined ? undefined : `${resource}.${group}`;
    const name = definition === undefined ? plural : textOf(dig(definition, 'metadata', 'name'));
    const owned = { definition: name, group, version, kind };
    const key = JSON.stringify([owned, namespace]);
    const known = this.#described.get(key);
    if (known !== undefined) return known;
    const described = yield* descriptorAnnotations(clusterServiceVersions, owned, {
      older: this.#older,
      work: this.#work,
    });
    this.#described.set(key, described);
    return described;
  }
}

/** What Cleat knows of the kind: of the service's version, or of any that its definition serves. */
export function builtIn({ definition, reference, kind }: Service, older: boolean): Registered | undefined {
  const { group, version } = reference;
  return definition === undefined ? registered({ group, version, kind }) : registeredFor(definition, older);
}

export function definitionTitle({ definition, kind }: Service): string {
  if (definition === undefined) return `what is known of ${kind}`;
  return `CustomResourceDefinition ${textOf(dig(definition, 'metadata', 'name'))}`;
}
