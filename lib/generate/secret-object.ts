/**
 * @module A generated Secret as an object of the API, and how to tell whose it is.
 */
import { dig, isList, isObject, own, type JsonObject } from '../api/json.ts';
import { apiVersionOf } from '../api/kinds.ts';
import type { Binding } from '../binding/binding.ts';
import type { Generated } from './generation.ts';

export const MANAGED_BY = { label: 'app.kubernetes.io/managed-by', value: 'cleat' } as const;

/** Owned by the binding, so that it goes with it (SEC-11). */
export function secretObject(
  binding: Pick<Binding, 'type' | 'namespace' | 'name' | 'uid'>,
  { name, data, type }: Pick<Extract<Generated, { readonly outcome: 'make' }>, 'name' | 'data' | 'type'>,
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: binding.namespace,
      labels: { [MANAGED_BY.label]: MANAGED_BY.value },
      ownerReferences: [
        {
          apiVersion: apiVersionOf(binding.type),
          kind: binding.type.kind,
          name: binding.name,
          uid: binding.uid,
          controller: true,
        },
      ],
    },
    type,
    data: Object.fromEntries(data),
  };
}

/** Whether the Secret was made for this very binding; one of the same name that came before it has another uid. */
export function isOwnSecret(secret: JsonObject, { uid }: Pick<Binding, 'uid'>): boolean {
  const owners = dig(secret, 'metadata', 'ownerReferences');
  return isList(owners) && uid !== '' && owners.some((owner) => isObject(owner) && own(owner, 'uid') === uid);
}
