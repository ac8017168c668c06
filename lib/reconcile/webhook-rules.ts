/**
 * @module The rules of the mutating webhook: which requests the API server asks Cleat about.
 */
import type { JsonObject } from '../api/json.ts';
import type { GroupKind } from '../api/kinds.ts';
import { isImmutableKind } from '../resolve/guard.ts';

/** A kind that bindings target, as the API serves it. */
export interface InterceptableKind extends GroupKind {
  readonly plural: string;
  readonly namespaced: boolean;
  /** Whether Cleat may patch its objects. */
  readonly mayPatch: boolean;
}

/**
 * One rule for each API group, resources sorted, any version, since a mapping may speak of any. A kind that Cleat may not
 * change is not its business; Pods and Jobs nobody can change, so that they are bound when they are created or not at all
 * (design: trust).
 */
export function webhookRules(kinds: readonly InterceptableKind[]): readonly JsonObject[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, kind, plural, namespaced, mayPatch } of kinds) {
    if (!namespaced || !(mayPatch || isImmutableKind({ group, kind }))) continue;
    groups.set(group, (groups.get(group) ?? new Set()).add(plural));
  }
  return [...groups]
    .sort(([a], [b]) => Number(a > b) - Number(a < b))
    .map(([group, plurals]) => ({
      apiGroups: [group],
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE'],
      resources: [...plurals].sort(),
      scope: 'Namespaced',
    }));
}
