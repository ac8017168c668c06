/**
 * @module The descriptors of the Operator Lifecycle Manager as annotations: a ClusterServiceVersion tells of the kinds
 * that it owns which of their fields are for binding (SEC-9, OLD-3).
 */
import { isList, isObject, type JsonObject, listAt, only, own, textOf } from '../api/json.ts';
import { keyFor } from './annotation-key.ts';
import type { Making } from './reader.ts';
import { splitOutsideActions } from './split.ts';
import type { Work } from './work.ts';

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
  /** Of the marks, the one that says so; empty without. */
  readonly objectType: string;
}

interface Reading {
  readonly older: boolean;
  readonly work: Work;
}

/** The later wins. */
const ROOTS = ['status', 'spec'] as const;

const OBJECT_TYPE = 'urn:alm:descriptor:io.kubernetes:';

/** Annotations by key, from the first entry for the kind; spec descriptors win over those of the status. */
export function* descriptorAnnotations(
  clusterServiceVersions: readonly JsonObject[],
  kind: OwnedKind,
  { older, work }: Reading,
): Making<ReadonlyMap<string, string>> {
  const annotations = new Map<string, string>();
  const entry = yield* findEntry(clusterServiceVersions, kind, work);
  for (const descriptor of entry === undefined ? [] : descriptorsIn(entry)) {
    const { path, objectType } = descriptor;
    for (const mark of descriptor.marks) {
      // Each mark repeats the path.
      yield* work.spend(1 + ((path.length + objectType.length + mark.length) >> 1), 'annotation');
      const named = readMark(mark, path, older);
      if (named !== undefined) annotations.set(named.key, translate(named, descriptor));
    }
  }
  return annotations;
}

/** A ClusterServiceVersion with nothing but what {@link descriptorAnnotations} looks at: a part of a hundred kilobytes. */
export function withDescriptorsAlone(clusterServiceVersion: JsonObject): JsonObject {
  const owned = ownedKindsIn(clusterServiceVersion).map((entry) => ({
    ...only(entry, ['name', 'kind', 'version']),
    ...Object.fromEntries(
      ROOTS.map((root) => {
        const member = `${root}Descriptors`;
        return [member, objectsAt(entry, member).map((each) => only(each, ['path', 'x-descriptors']))];
      }),
    ),
  }));
  return { spec: { customresourcedefinitions: { owned } } };
}

function* findEntry(
  clusterServiceVersions: readonly JsonObject[],
  kind: OwnedKind,
  work: Work,
): Making<JsonObject | undefined> {
  for (const clusterServiceVersion of clusterServiceVersions) {
    const owned = ownedKindsIn(clusterServiceVersion);
    yield* work.spend(1 + owned.length, 'annotation');
    const entry = owned.find((candidate) => isFor(candidate, kind));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function objectsAt(object: JsonObject, ...keys: readonly string[]): readonly JsonObject[] {
  return listAt(object, ...keys).filter(isObject);
}

function ownedKindsIn(clusterServiceVersion: JsonObject): readonly JsonObject[] {
  return objectsAt(clusterServiceVersion, 'spec', 'customresourcedefinitions', 'owned');
}

function isFor(owned: JsonObject, { definition, group, version, kind }: OwnedKind): boolean {
  const name = textOf(own(owned, 'name'));
  const isNamed = definition === undefined ? name.endsWith(`.${group}`) : name === definition;
  return isNamed && own(owned, 'kind') === kind && own(owned, 'version') === version;
}

function descriptorsIn(owned: JsonObject): readonly Descriptor[] {
  return ROOTS.flatMap((root) =>
    objectsAt(owned, `${root}Descriptors`).map((descriptor) => {
      const marks = own(descriptor, 'x-descriptors');
      const texts = isList(marks) ? marks.filter((mark) => typeof mark === 'string') : [];
      const objectType = texts.find((mark) => mark.startsWith(OBJECT_TYPE))?.slice(OBJECT_TYPE.length) ?? '';
      return { root, path: textOf(own(descriptor, 'path')), marks: texts, objectType };
    }),
  );
}

function translate({ options, older }: Mark, { path, root, objectType }: Descriptor): string {
  const tail = objectType === '' ? [] : [`objectType=${objectType}`];
  // A template takes all that follows it.
  const rest = older ? [...tail, ...options] : [...options, ...tail];
  return [`path={.${root}.${path}}`, ...rest].join(',');
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
