/**
 * @module The grammar of the annotations that tell how to bind a service, as the Service Binding Operator reads it, and
 * the variant of the application-stacks text (OLD-4, OLD-13).
 */
import type { BindAs } from '../binding/binding.ts';
import { parseKey } from './annotation-key.ts';
import { readOptions, type Options } from './annotation-options.ts';
import { reject, type Annotation } from './annotation-text.ts';

interface Pathed {
  readonly path: string;
  /** What is not there is left out instead of being an error. */
  readonly optional: boolean;
}

/** What an annotation stands for. */
export type Meaning =
  | { readonly means: 'constant'; readonly text: string }
  /** Whatever is at the path. */
  | ({ readonly means: 'value' } & Pathed)
  /** The object at the path; its members are the items where the annotation has no name. */
  | ({ readonly means: 'map' } & Pathed)
  /** The Secret or ConfigMap that the path names: all of it, or one entry. */
  | ({
      readonly means: 'object';
      readonly kind: 'Secret' | 'ConfigMap';
      readonly entry: string | undefined;
      /** Without such an entry all of them are meant: the older text writes both alike. */
      readonly elseAll: boolean;
    } & Pathed)
  | ({ readonly means: 'sliceOfMaps'; readonly key: string; readonly value: string } & Pathed)
  | ({ readonly means: 'sliceOfStrings'; readonly value: string | undefined } & Pathed)
  /** Go's text/template over the whole service; its source, since a parsed one takes sixty times the memory. */
  | { readonly means: 'template'; readonly source: string };

export interface Definition extends Annotation {
  /** What the item is called; empty for the annotation without a name. */
  readonly name: string;
  readonly meaning: Meaning;
  readonly bindAs: BindAs | undefined;
}

export interface Dialect {
  /** Whether `bindAs=` is an option. */
  readonly placed: boolean;
}

export interface ParsedAnnotation {
  readonly definition: Definition;
  readonly warnings: readonly string[];
}

export function parseAnnotation(annotation: Annotation, { placed }: Dialect): ParsedAnnotation {
  const { key, on } = annotation;
  const parsed = parseKey(key);
  if (parsed === undefined) {
    reject(annotation, `can't process annotation with name "${key}"; write service.binding/<name>`);
  }
  const { older, name } = parsed;
  const { options, warnings } = readOptions(annotation, { older, placed });
  const meaning = meaningOf(annotation, name, options);
  return {
    definition: { ...annotation, name, meaning, bindAs: options.bindAs },
    warnings: warnings.map((warning) => `${on}: annotation ${key} ${warning}`),
  };
}

function meaningOf(annotation: Annotation, name: string, options: Options): Meaning {
  if (options.constant !== undefined) {
    if (options.constant === '') reject(annotation, 'is empty: not implemented! Write path={…} or a text');
    return { means: 'constant', text: options.constant };
  }
  const { path, source = path } = options;
  if (options.older && options.elementType === 'template' && source !== undefined)
    return { means: 'template', source };
  if (path === undefined) reject(annotation, 'path not found; say where the value is: path={.status.…}');
  if (!hasBraces(path)) {
    reject(annotation, 'path has invalid syntax; write an expression in braces: path={.status.…}');
  }
  return pathedMeaning(annotation, name, { ...options, path });
}

/** As many closing as opening braces, and some; the rest is seen when the path is evaluated. */
function hasBraces(path: string): boolean {
  const count = (brace: string): number => path.split(brace).length - 1;
  return count('{') > 0 && count('{') === count('}');
}

function pathedMeaning(
  annotation: Annotation,
  name: string,
  options: Options & { readonly path: string },
): Meaning {
  const { elementType, objectType, path, optional, sourceKey, sourceValue } = options;
  const pathed: Pathed = { path, optional };
  switch (elementType) {
    case 'string':
      if (objectType === 'string') return { means: 'value', ...pathed };
      break;
    case 'map':
      if (objectType === 'string') return { means: 'map', ...pathed };
      break;
    case 'sliceOfMaps':
      if (sourceKey === '' || sourceValue === '') {
        reject(annotation, 'sliceOfMaps elementType requires sourceKey and sourceValue to be present');
      }
      return { means: 'sliceOfMaps', key: sourceKey, value: sourceValue, ...pathed };
    case 'sliceOfStrings':
      return { means: 'sliceOfStrings', value: sourceValue === '' ? undefined : sourceValue, ...pathed };
  }
  return objectMeaning(annotation, name, { ...options, ...pathed });
}

function objectMeaning(annotation: Annotation, name: string, options: Options & Pathed): Meaning {
  const { elementType, objectType, older, path, optional, sourceValue } = options;
  const isKnown = elementType === 'map' || elementType === 'string';
  if (!isKnown || (objectType !== 'Secret' && objectType !== 'ConfigMap')) {
    reject(
      annotation,
      'not implemented! Its objectType has to be Secret, ConfigMap or string; its elementType map, string, sliceOfMaps or sliceOfStrings',
    );
  }
  // A single string of an object is the entry of the annotation's name, if no other is told.
  const named = elementType === 'string' && name !== '' ? name : undefined;
  const entry = sourceValue === '' ? named : sourceValue;
  return {
    means: 'object',
    kind: objectType,
    entry,
    elseAll: older && sourceValue === '',
    path,
    optional,
  };
}
