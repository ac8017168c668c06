/**
 * @module All annotations that tell how to bind one service, from wherever they come. The nearer wins, key by key:
 * descriptors, then what is built in, then the CustomResourceDefinition, then the service itself (SEC-10).
 */
import { dig, textOf } from '../api/json.ts';
import { isAnnotationKey } from './annotation-key.ts';
import type { Annotation } from './annotation-text.ts';
import { annotationsIn, registeredFor } from './definition.ts';
import { descriptorAnnotations } from './descriptors.ts';
import { registered, type Registered } from './registry.ts';
import type { Service } from './service.ts';

export function annotationsOf(service: Service, older: boolean): readonly Annotation[] {
  const { definition, object, kind, title } = service;
  const merged = new Map<string, Annotation>();
  const add = (annotations: ReadonlyMap<string, string>, on: string): void => {
    for (const [key, value] of annotations) {
      if (isAnnotationKey(key, older)) merged.set(key, { key, value, on });
    }
  };
  add(described(service, older), `ClusterServiceVersion that owns ${kind}, for ${title}`);
  add(
    builtIn(service, older)?.annotations ?? new Map<string, string>(),
    `built in for ${kind}, for ${title}`,
  );
  if (definition !== undefined) add(annotationsIn(definition), `${definitionTitle(service)}, for ${title}`);
  add(annotationsIn(object), title);
  return [...merged.values()];
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

function described(
  { clusterServiceVersions, definition, reference, kind }: Service,
  older: boolean,
): ReadonlyMap<string, string> {
  const { group, version, resource } = reference;
  const plural = resource === undefined ? undefined : `${resource}.${group}`;
  const name = definition === undefined ? plural : textOf(dig(definition, 'metadata', 'name'));
  return descriptorAnnotations(clusterServiceVersions, { definition: name, group, version, kind }, older);
}
