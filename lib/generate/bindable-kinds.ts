/**
 * @module Which kinds of services can be bound, for whoever offers them to a user (`BindableKinds`).
 */
import { dig, type JsonObject } from '../api/json.ts';
import type { GroupVersionKind } from '../api/kinds.ts';
import { compareBytes } from '../template/bytes.ts';
import { isBindable, registeredFor, servedKinds } from './definition.ts';

/** From the CustomResourceDefinitions that there are; sorted, so that equal definitions give equal lists. */
export function bindableKinds(definitions: readonly JsonObject[]): readonly GroupVersionKind[] {
  const kinds = definitions.filter(isOffered).flatMap(servedKinds);
  const unique = new Map(kinds.map((kind) => [sortKey(kind), kind]));
  return [...unique]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([, { group, version, kind }]) => ({ group, version, kind }));
}

function isOffered(definition: JsonObject): boolean {
  if (typeof dig(definition, 'metadata', 'deletionTimestamp') === 'string') return false;
  return isBindable(definition, false) || (registeredFor(definition, false)?.annotations.size ?? 0) > 0;
}

/** Neither groups, nor kinds, nor versions hold a slash. */
function sortKey({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${kind}/${version}`;
}
