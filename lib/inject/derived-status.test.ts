import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, isList, type JsonObject } from '../api/json.ts';
import { aDeployment, aServiceBinding } from '../testkit/builders.ts';
import { aDraftBinding, anOperatorBinding } from '../testkit/families.ts';
import { frozen } from '../testkit/freeze.ts';
import { inject } from './inject.ts';

interface Case {
  readonly objects: readonly JsonObject[];
  /** `Type Status Reason`, in order. */
  readonly conditions: readonly string[];
  readonly message: RegExp;
}

const RESOLVED = 'ServiceAvailable True ResolvedBindingSecret';

describe('a Secret that is made for a binding, and lacks something', () => {
  const credentials: JsonObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db-secret', namespace: 'shop' },
    stringData: { type: 'postgresql', host: 'db' },
  };
  const annotated: JsonObject = {
    apiVersion: 'example.com/v1',
    kind: 'Database',
    metadata: { name: 'orders-db', namespace: 'shop', annotations: { 'service.binding/host': 'db' } },
  };
  const service = { apiVersion: 'example.com/v1', kind: 'Database', name: 'orders-db' };
  const env = [{ name: 'PORT', key: 'port' }];
  const cases: Readonly<Record<string, Case>> = {
    'SB-21: an entry that a variable is to have': {
      objects: [aDraftBinding({ spec: { env } }), aDeployment(), credentials],
      conditions: [RESOLVED, 'WorkloadProjected True WorkloadProjected', 'Ready False SecretIncomplete'],
      message: /^Secret shop\/db-\w{8} has no entry port, .* \(variables PORT\)/,
    },
    'SB-21: the same where it is there already': {
      objects: [
        aDraftBinding({ spec: { env } }),
        aDeployment(),
        { ...credentials, type: 'service.binding/postgresql' },
      ],
      conditions: [RESOLVED, 'WorkloadProjected True WorkloadProjected', 'Ready False SecretIncomplete'],
      message: /^Secret shop\/db-secret has no entry port/,
    },
    'APP-4: the type, by which applications find a binding': {
      objects: [aServiceBinding({ spec: { service, env } }), aDeployment(), annotated],
      conditions: [RESOLVED, 'WorkloadProjected True WorkloadProjected', 'Ready False SecretIncomplete'],
      message: /^Secret shop\/db-\w{8} has no entry `type`.*; Secret shop\/db-\w{8} has no entry port/,
    },
    'nothing that the Service Binding Operator asks for': {
      objects: [
        anOperatorBinding({
          spec: { application: { group: 'apps', version: 'v1', kind: 'Deployment', name: 'orders' } },
        }),
        aDeployment(),
        credentials,
      ],
      conditions: [
        'CollectionReady True DataCollected',
        'InjectionReady True ApplicationUpdated',
        'Ready True ApplicationsBound',
      ],
      message: /^$/,
    },
  };
  for (const [name, { objects, conditions, message }] of Object.entries(cases))
    it(name, () => {
      const result = inject({ objects: frozen(objects) });
      const list = dig(result.objects[0]?.after, 'status', 'conditions');
      const said = isList(list)
        ? list.map((each) => [dig(each, 'type'), dig(each, 'status'), dig(each, 'reason')])
        : [];
      assert.deepEqual(
        said.map((each) => each.join(' ')),
        conditions,
      );
      assert.match(result.bindings[0]?.message ?? '', message);
      assert.deepEqual(result.warnings, []);
    });
});
