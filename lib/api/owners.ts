/**
 * @module Who owns an object: its `metadata.ownerReferences`.
 */
import { dig, type JsonObject, listAt } from './json.ts';

export function isOwnedBy(object: JsonObject, uid: string): boolean {
  return listAt(object, 'metadata', 'ownerReferences').some((owner) => dig(owner, 'uid') === uid);
}
