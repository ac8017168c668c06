/**
 * @module A binding of the application-stacks API, for tests.
 */
import type { JsonObject } from '../../api/json.ts';
import type { Derivation, MappedItem } from '../../binding/binding.ts';
import type { Generation } from '../generation.ts';
import { aBinding, aConfigMap, aDatabase, aSecret, made } from './derived.ts';

export type Placement = NonNullable<Derivation['placement']>;
export const PLACEMENT: Placement = { bindAs: undefined, prefix: undefined, mountPathPrefix: 'platform' };

const SERVICE_PARTS = {
  spec: { primaryhost: 'p.example', namespace: 'ns', ports: [{ name: 'postgres', port: 5432 }] },
  status: {
    data: { dbConfiguration: 'db-conf', dbCredentials: 'db-cred', url: 'db.stage.example' },
    bootstrap: [
      { type: 'plain', url: 'a:1' },
      { type: 'tls', url: 'b:2' },
    ],
    listeners: [
      {
        type: 'plain',
        addresses: [
          { host: 'h', port: 1 },
          { host: 'h', port: 2 },
        ],
      },
    ],
  },
};

export function bound(
  annotations: JsonObject,
  placement: Partial<Placement> = {},
  mappings: readonly MappedItem[] = [],
): Generation {
  const binding = aBinding({
    derivation: { olderSpellings: true, placement: { ...PLACEMENT, ...placement }, mappings },
  });
  return made(
    binding,
    aDatabase(annotations, SERVICE_PARTS),
    aSecret({ username: 'u', password: 'p' }),
    aConfigMap({ certificate: 'c', db_timeout: '10s', address: 'a.example' }),
  );
}
