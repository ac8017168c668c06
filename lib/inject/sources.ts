/**
 * @module What making Secrets may read where the input is the world.
 */
import { dig, isObject, type JsonObject, textOf } from '../api/json.ts';
import {
  CLUSTER_SERVICE_VERSION,
  CUSTOM_RESOURCE_DEFINITION,
  type GroupKind,
  groupKindKey,
  SECRET,
} from '../api/kinds.ts';
import { isOwnedBy } from '../api/owners.ts';
import type { SourceReference, SourceState } from '../generate/generation.ts';
import { typeOf } from '../parse/meta.ts';
import { toBase64 } from '../patch/base64.ts';
import type { Kinds } from './plurals.ts';

const ABSENT: SourceState = { state: 'absent' };
const found = (objects: readonly JsonObject[]): SourceState => ({ state: 'found', objects });

const isOf = (object: JsonObject, { group, kind }: GroupKind): boolean => {
  const type = typeOf(object);
  return type.group === group && type.kind === kind;
};

const namespaceOf = (object: JsonObject): string => textOf(dig(object, 'metadata', 'namespace'));

/** As the API server stores it: what `stringData` says is in `data`. */
function asStored(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (!isOf(object, SECRET) || !isObject(stringData)) return object;
  const written = Object.entries(stringData).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, toBase64(value)] as const] : [],
  );
  const data = isObject(rest['data']) ? Object.entries(rest['data']) : [];
  // Never by assignment: `__proto__` is a name that an entry may have.
  return { ...rest, data: Object.fromEntries([...data, ...written]) };
}

/** A text that is equal for equal objects only. */
export const sourceKey = ({
  group,
  kind,
  namespace,
  name,
}: GroupKind & { readonly namespace: string; readonly name: string }): string =>
  [group, kind, namespace, name].join('/');

/** The objects of a world, all completed. What is in it is there, and all else is not. */
export class Sources {
  readonly #objects: ReadonlyMap<string, JsonObject>;
  readonly #kinds: Kinds;
  #byKind: ReadonlyMap<string, readonly JsonObject[]> | undefined;

  /** `objects` by {@link sourceKey}. */
  constructor(objects: ReadonlyMap<string, JsonObject>, kinds: Kinds) {
    this.#objects = objects;
    this.#kinds = kinds;
  }

  read(reference: SourceReference): SourceState {
    switch (reference.source) {
      case 'object': {
        const object = this.#find(reference);
        return object === undefined ? ABSENT : found([asStored(object)]);
      }
      case 'definition': {
        const definition = this.#definitionOf(reference);
        return definition === undefined ? ABSENT : found([definition]);
      }
      case 'owned': {
        const owned = this.#allIn(reference, reference.namespace).filter((object) =>
          isOwnedBy(object, reference.owner),
        );
        return found(owned.map(asStored));
      }
      case 'descriptors': {
        const all = this.#allIn(CLUSTER_SERVICE_VERSION, reference.namespace);
        return all.length === 0 ? ABSENT : found(all);
      }
    }
  }

  #find(reference: Extract<SourceReference, { source: 'object' }>): JsonObject | undefined {
    const { group, resource } = reference;
    const named = resource === undefined ? undefined : this.#kinds.kindOf(group, resource);
    return this.#objects.get(sourceKey({ ...reference, kind: named ?? reference.kind }));
  }

  #definitionOf({
    group,
    kind,
    resource,
  }: Extract<SourceReference, { source: 'definition' }>): JsonObject | undefined {
    return this.#all(CUSTOM_RESOURCE_DEFINITION).find((object) => {
      if (dig(object, 'spec', 'group') !== group) return false;
      const names = dig(object, 'spec', 'names');
      return resource === undefined ? dig(names, 'kind') === kind : dig(names, 'plural') === resource;
    });
  }

  #allIn(kind: GroupKind, namespace: string): readonly JsonObject[] {
    return this.#all(kind).filter((object) => namespaceOf(object) === namespace);
  }

  /** Sorted out once: a world may have thousands of bindings, and each asks for definitions. */
  #all(kind: GroupKind): readonly JsonObject[] {
    this.#byKind ??= Map.groupBy(this.#objects.values(), (object) => groupKindKey(typeOf(object)));
    return this.#byKind.get(groupKindKey(kind)) ?? [];
  }
}
