/**
 * @module The descriptors of the Operator Lifecycle Manager as annotations: a ClusterServiceVersion tells of the kinds
 * that it owns which of their fields are for binding (SEC-9, OLD-3).
 */
import { dig, isList, isObject, own, textOf, type Json, type JsonObject } from '../api/json.ts';
import { keyFor } from './annotation-key.ts';
import { splitOutsideActions } from './split.ts';

/** The kind of a service, as its CustomResourceDefinition and the reference to it have it. */
export interface OwnedKind {
  /** The name of the CustomResourceDefinition; undefined while it is not known. */
  readonly definition: string | undefined;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Descriptor {
  readonly root: 'status' | 'spec';
  readonly path: string;
  readonly marks: readonly string[];
}

const OBJECT_TYPE = 'urn:alm:descriptor:io.kubernetes:';

/** Annotations by key, from the first entry for the kind; spec descriptors win over those of the status. */
export function descriptorAnnotations(
  clusterServiceVersions: readonly JsonObject[],
  kind: OwnedKind,
  older: boolean,
): ReadonlyMap<string, string> {
  const entry = clusterServiceVersions.flatMap(ownedKindsIn).find((owned) => isFor(owned, kind));
  if (entry === undefined) return new Map();
  return new Map(descriptorsIn(entry).flatMap((descriptor) => translate(descriptor, older)));
}

function objectsIn(list: Json | undefined): readonly JsonObject[] {
  return isList(list) ? list.filter(isObject) : [];
}

function ownedKindsIn(clusterServiceVersion: JsonObject): readonly JsonObject[] {
  return objectsIn(dig(clusterServiceVersion, 'spec', 'customresourcedefinitions', 'owned'));
}

function isFor(owned: JsonObject, { definition, group, version, kind }: OwnedKind): boolean {
  const name = textOf(own(owned, 'name'));
  const isNamed = definition === undefined ? name.endsWith(`.${group}`) : name === definition;
  return isNamed && own(owned, 'kind') === kind && own(owned, 'version') === version;
}

function descriptorsIn(owned: JsonObject): readonly Descriptor[] {
  return (['status', 'spec'] as const).flatMap((root) =>
    objectsIn(own(owned, `${root}Descriptors`)).map((descriptor) => {
      const marks = own(descriptor, 'x-descriptors');
      const texts = isList(marks) ? marks.filter((mark) => typeof mark === 'string') : [];
      return { root, path: textOf(own(descriptor, 'path')), marks: texts };
    }),
  );
}

function translate(descriptor: Descriptor, older: boolean): readonly (readonly [string, string])[] {
  const { path, root, marks } = descriptor;
  const objectType = marks.find((mark) => mark.startsWith(OBJECT_TYPE))?.slice(OBJECT_TYPE.length);
  const tail = objectType === undefined || objectType === '' ? [] : [`objectType=${objectType}`];
  return marks.flatMap((mark) => {
    const named = readMark(mark, path, older);
    if (named === undefined) return [];
    const { options, key } = named;
    // A template takes all that follows it.
    const rest = named.older ? [...tail, ...options] : [...options, ...tail];
    return [[key, [`path={.${root}.${path}}`, ...rest].join(',')] as const];
  });
}

interface Mark {
  readonly older: boolean;
  readonly key: string;
  readonly options: readonly string[];
}

/** Undefined for what has nothing to do with binding. */
function readMark(mark: string, path: string, older: boolean): Mark | undefined {
  if (mark === 'service.binding' || mark.startsWith('service.binding:')) {
    const [, name = path, ...options] = mark.split(':');
    return { older: false, key: keyFor({ name, older: false }), options };
  }
  if (!older || !(mark === 'servicebinding' || mark.startsWith('servicebinding:'))) return undefined;
  return readOlderMark(mark, path);
}

/** There, a field without a name is called by the last part of its path; options may stand where the name would. */
function readOlderMark(mark: string, path: string): Mark {
  const [, first = path.slice(path.lastIndexOf('.') + 1), ...rest] = splitOutsideActions(mark, ':');
  const isOption = first.includes('=');
  return {
    older: true,
    key: keyFor({ name: isOption ? '' : first, older: true }),
    options: isOption ? [first, ...rest] : rest,
  };
}
