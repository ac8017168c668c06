/**
 * @module A store full of objects, as a source would fill it.
 */
import type { JsonObject } from '../api/json.ts';
import type { GroupKind } from '../api/kinds.ts';
import type { Mapping } from '../resolve/mapping.ts';
import { readMapping } from '../resolve/mapping.ts';
import { Store } from '../store/store.ts';

/** Knows the objects and, where `closed`, that there are no others. */
export function aStore(
  objects: readonly JsonObject[],
  options: { readonly closed?: boolean; readonly synced?: readonly GroupKind[] } = {},
): Store {
  const store = new Store({ closedWorld: options.closed ?? true });
  for (const object of objects) store.upsert(object);
  for (const kind of options.synced ?? []) store.synced(kind, true);
  return store;
}

/** The mapping of a mapping object that is known to be right. */
export function compiled(object: JsonObject): Mapping {
  const mapping = readMapping(object['spec'] as JsonObject, 'spec');
  if (!mapping.ok) throw new Error(JSON.stringify(mapping.errors));
  return mapping.value;
}
