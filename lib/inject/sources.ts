/**
 * @module What making Secrets may read where the input is the world.
 */
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../api/json.ts';
import { CUSTOM_RESOURCE_DEFINITION, type GroupKind, SECRET } from '../api/kinds.ts';
import type { SourceReference, SourceState } from '../generate/generation.ts';
import { typeOf } from '../parse/meta.ts';
import { toBase64 } from '../patch/base64.ts';
import type { Kinds } from './plurals.ts';

const ABSENT: SourceState = { state: 'absent' };
const found = (objects: readonly JsonObject[]): SourceState => ({ state: 'found', objects });

const CLUSTER_SERVICE_VERSION: GroupKind = { group: 'operators.coreos.com', kind: 'ClusterServiceVersion' };

const isOf = (object: JsonObject, { group, kind }: GroupKind): boolean => {
  const type = typeOf(object);
  return type.group === group && type.kind === kind;
};

const namespaceOf = (object: JsonObject): string => textOf(dig(object, 'metadata', 'namespace'));

/** As the API server stores it: what `stringData` says is in `data`. */
function asStored(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (!isOf(object, SECRET) || !isObject(stringData)) return object;
  const data: Record<string, Json> = isObject(rest['data']) ? { ...rest['data'] } : {};
  for (const [key, value] of Object.entries(stringData))
    if (typeof value === 'string') data[key] = toBase64(value);
  return { ...rest, data };
}

function isOwnedBy(object: JsonObject, uid: string): boolean {
  const owners = dig(object, 'metadata', 'ownerReferences');
  return isList(owners) && owners.some((owner) => dig(owner, 'uid') === uid);
}

/** A text that is equal for equal objects only. */
export const sourceKey = ({
  group,
  kind,
  namespace,
  name,
}: GroupKind & { readonly namespace: string; readonly name: string }): string =>
  [group, kind, namespace, name].join('/');

/** Completed objects, by {@link sourceKey}. */
export type Sources = ReadonlyMap<string, JsonObject>;

function definitionOf(
  sources: Sources,
  { group, kind, resource }: Extract<SourceReference, { source: 'definition' }>,
): JsonObject | undefined {
  return [...sources.values()].find((object) => {
    if (!isOf(object, CUSTOM_RESOURCE_DEFINITION) || dig(object, 'spec', 'group') !== group) return false;
    const names = dig(object, 'spec', 'names');
    return resource === undefined ? dig(names, 'kind') === kind : dig(names, 'plural') === resource;
  });
}

/** All that is in the input is there, and all else is not. */
export function readSource(sources: Sources, kinds: Kinds, reference: SourceReference): SourceState {
  switch (reference.source) {
    case 'object': {
      const { group, resource } = reference;
      const kind =
        resource === undefined ? reference.kind : (kinds.kindOf(group, resource) ?? reference.kind);
      const object = sources.get(sourceKey({ ...reference, kind }));
      return object === undefined ? ABSENT : found([asStored(object)]);
    }
    case 'definition': {
      const definition = definitionOf(sources, reference);
      return definition === undefined ? ABSENT : found([definition]);
    }
    case 'owned': {
      const owned = [...sources.values()].filter(
        (object) =>
          isOf(object, reference) &&
          namespaceOf(object) === reference.namespace &&
          isOwnedBy(object, reference.owner),
      );
      return found(owned.map(asStored));
    }
    case 'descriptors': {
      const all = [...sources.values()].filter(
        (object) => isOf(object, CLUSTER_SERVICE_VERSION) && namespaceOf(object) === reference.namespace,
      );
      return all.length === 0 ? ABSENT : found(all);
    }
  }
}
