/**
 * @module A generated Secret as an object of the API, and how to tell whose it is.
 */
import { dig, listAt, textOf, type JsonObject } from '../api/json.ts';
import { apiVersionOf, groupVersion } from '../api/kinds.ts';
import { isOwnedBy } from '../api/owners.ts';
import type { Binding } from '../binding/binding.ts';
import type { Generated } from './generation.ts';

export const MANAGED_BY = { label: 'app.kubernetes.io/managed-by', value: 'cleat' } as const;

type Owner = Pick<Binding, 'type' | 'namespace' | 'name' | 'uid'>;

/** So that it goes with the binding (SEC-11). */
export function ownersOf({ type, name, uid }: Owner): readonly JsonObject[] {
  return [{ apiVersion: apiVersionOf(type), kind: type.kind, name, uid, controller: true }];
}

export function secretObject(
  binding: Owner,
  { name, data, type }: Pick<Extract<Generated, { readonly outcome: 'make' }>, 'name' | 'data' | 'type'>,
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: binding.namespace,
      labels: { [MANAGED_BY.label]: MANAGED_BY.value },
      ownerReferences: ownersOf(binding),
    },
    type,
    data: Object.fromEntries(data),
  };
}

/** Whether the Secret was made for this very binding; one of the same name that came before it has another uid. */
export function isOwnSecret(secret: JsonObject, { uid }: Pick<Binding, 'uid'>): boolean {
  return uid !== '' && isOwnedBy(secret, uid);
}

/**
 * Whether it was made for a binding of the same name that is gone: the garbage collector has not come yet. Whoever
 * takes it over makes sure that it has just what is wanted.
 */
export function isFormerSecret(secret: JsonObject, { type, name, uid }: Owner): boolean {
  const owners = listAt(secret, 'metadata', 'ownerReferences');
  const [owner] = owners;
  return (
    owners.length === 1 &&
    dig(owner, 'kind') === type.kind &&
    groupVersion(textOf(dig(owner, 'apiVersion'))).group === type.group &&
    dig(owner, 'name') === name &&
    dig(owner, 'uid') !== uid
  );
}
