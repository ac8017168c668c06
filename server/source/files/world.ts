/**
 * @module What the files say, all together: one object for each name, and where it stands.
 */
import type { JsonObject } from '../../../lib/api/json.ts';
import type { ObjectIdentity } from '../../../lib/api/sink.ts';
import { complete, type IsClusterScoped, isBuiltInClusterScoped } from '../../../lib/inject/complete.ts';
import { Kinds } from '../../../lib/inject/plurals.ts';
import { identityOf } from '../../../lib/parse/meta.ts';
import type { TextDocument, TextObject } from '../../text/stream.ts';
import type { ManifestFile } from './read.ts';

export interface PlacedObject {
  readonly identity: ObjectIdentity;
  /** Completed: namespace, uid and generation are there. */
  readonly object: JsonObject;
  /** As the file has it: the same reference as long as the file was not read again. */
  readonly source: TextObject;
  readonly document: TextDocument;
  readonly path: string;
}

export type World = ReadonlyMap<string, PlacedObject>;

export const identityKey = ({ group, kind, namespace, name }: ObjectIdentity): string =>
  [group, kind, namespace, name].join('\n');

export interface Duplicate {
  readonly first: PlacedObject;
  readonly last: PlacedObject;
}

/** Puts the files together. An object that stands in two places is taken from the last. */
export function assemble(files: readonly ManifestFile[]): {
  readonly world: World;
  readonly kinds: Kinds;
  readonly duplicates: readonly Duplicate[];
} {
  const kinds = new Kinds(
    files.flatMap(({ documents }) => documents.flatMap(({ objects }) => objects.map(({ value }) => value))),
  );
  const isClusterScoped: IsClusterScoped = (key) => isBuiltInClusterScoped(key) || kinds.isClusterScoped(key);
  const world = new Map<string, PlacedObject>();
  const duplicates: Duplicate[] = [];
  for (const last of files.flatMap((file) => placed(file, isClusterScoped))) {
    const first = world.get(identityKey(last.identity));
    if (first !== undefined) duplicates.push({ first, last });
    world.set(identityKey(last.identity), last);
  }
  return { world, kinds, duplicates };
}

function placed(
  { path, documents }: ManifestFile,
  isClusterScoped: IsClusterScoped,
): readonly PlacedObject[] {
  return documents.flatMap((document) =>
    document.objects.flatMap((source) => {
      const object = complete(source.value, isClusterScoped);
      const identity = object && identityOf(object);
      return object === undefined || identity === undefined
        ? []
        : [{ identity, object, source, document, path }];
    }),
  );
}

/** `spec.env[2].name` as a way into the document. Names with dots in brackets lead to the nearest place around them. */
function keysOf(field: string): readonly string[] {
  return field.split(/[.[\]]+/).filter((part) => part !== '');
}

/** `file:line:column` of a field of an object, or of the nearest thing around it that is there. */
export function placeOf({ path, document, source }: PlacedObject, field: string): string {
  const { line, column } = document.positionOf([...source.path, ...keysOf(field)]);
  return `${path}:${line}:${column}`;
}
