/**
 * @module Which Secrets an object refers to, wherever in it that may be: a Pod's spec, a template, a former one of either.
 */
import { isList, isObject, type Json } from '../api/json.ts';

/**
 * Those of the names that the object has anywhere as a value. Not only where Pods have them: a binding may write the name
 * into any field of a workload (`bindingPath.secretPath`). To take too much for a reference keeps a Secret; to take too
 * little breaks a rollback.
 */
export function secretReferences(object: Json, names: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const rest: Json[] = [object];
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value === 'string') {
      if (names.has(value)) found.add(value);
    } else if (isList(value) || isObject(value)) {
      for (const member of Object.values(value)) rest.push(member);
    }
  }
  return found;
}
