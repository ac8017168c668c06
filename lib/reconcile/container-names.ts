/**
 * @module The names of a workload's containers, as the mapping in force finds them.
 */
import { isObject, type JsonObject } from '../api/json.ts';
import { find } from '../project/tree.ts';
import type { Places } from '../resolve/mapping.ts';

/** Undefined if the mapping gives no names, or if its places cannot be read. */
export function containerNames(workload: JsonObject, places: Places): readonly string[] | undefined {
  const names: string[] = [];
  for (const { path, name } of places.containers) {
    const located = path.locate(workload);
    if (name === undefined || !located.ok) return undefined;
    for (const { value, keys } of located.locations) {
      const found = isObject(value) ? find(value, name.keys, keys) : undefined;
      if (found?.ok === true && typeof found.value === 'string') names.push(found.value);
    }
  }
  return names;
}
