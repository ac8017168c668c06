import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dig, type Json, type JsonObject } from '../lib/api/json.ts';
import { merge } from '../lib/testkit/builders.ts';
import {
  aDraftBinding,
  anApplicationMapping,
  anOperatorBinding,
  aStacksBinding,
} from '../lib/testkit/families.ts';
import { type ControlPlane, startControlPlane } from './cluster/control-plane.ts';
import { refOf } from './cluster/objects.ts';
import { ApiError } from './cluster/rest.ts';
import { ALL_APIS, installation } from './opt-in.ts';

const named = (object: JsonObject, name: string): JsonObject =>
  merge(object, {
    metadata: { name, namespace: dig(object, 'metadata', 'namespace') === undefined ? null : 'default' },
  });

suite('the kinds of the opt-in APIs', () => {
  let cluster: ControlPlane;
  let objects: readonly JsonObject[];
  const isDefinition = (object: JsonObject): boolean => object['kind'] === 'CustomResourceDefinition';

  before(async () => {
    objects = await installation(ALL_APIS);
    cluster = await startControlPlane();
    await cluster.apply(...objects.filter(isDefinition));
  });
  after(async () => cluster[Symbol.asyncDispose]());

  test('have schemas that the API server finds structural', async () => {
    for (const definition of objects.filter(isDefinition)) {
      const stored = await cluster.get(refOf(definition));
      const conditions = dig(stored, 'status', 'conditions') as readonly JsonObject[];
      const states = conditions.map(({ type, status }) => `${String(type)} ${String(status)}`).sort();
      assert.deepEqual(
        states,
        ['Established True', 'NamesAccepted True'],
        String(dig(definition, 'metadata', 'name')),
      );
    }
  });

  test('are stored as they are written, with the defaults of their API (SB-1, SB-17)', async () => {
    const containers = [0, 'app', '1'];
    const stored = await cluster.create(
      named(aDraftBinding({ spec: { application: { containers } } }), 'kept'),
    );
    assert.deepEqual(dig(stored, 'spec', 'application', 'containers'), containers);
    const operator = await cluster.create(named(anOperatorBinding(), 'defaulted'));
    assert.equal(dig(operator, 'spec', 'bindAsFiles'), true);
    const customEnvVar = [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
    const stacks = await cluster.create(named(aStacksBinding({ spec: { customEnvVar } }), 'told'));
    assert.deepEqual(dig(stacks, 'spec', 'customEnvVar'), customEnvVar);
    await cluster.create(named(anApplicationMapping(), 'cronjobs.batch'));
    const kinds = [{ group: 'example.com', version: 'v1', kind: 'Database' }];
    const bindable = await cluster.create({
      apiVersion: 'binding.operators.coreos.com/v1alpha1',
      kind: 'BindableKinds',
      metadata: { name: 'bindable-kinds' },
      status: kinds,
    });
    assert.deepEqual(bindable['status'], kinds);
  });

  const draft = (spec: JsonObject): JsonObject => aDraftBinding({ spec });
  const operator = (spec: JsonObject): JsonObject => anOperatorBinding({ spec });
  const mapping = (template: JsonObject): JsonObject =>
    anApplicationMapping({ spec: { versions: [template] } });
  const refused: Readonly<Record<string, [JsonObject, RegExp]>> = {
    'without an application (SB-6)': [draft({ application: null }), /spec\.application: Required value/],
    'without a service (SB-9)': [draft({ service: null }), /spec\.service: Required value/],
    'with a container that is neither integer nor string (SB-11)': [
      draft({ application: { containers: [true] } }),
      /spec\.application\.containers\[0\]: Invalid value/,
    ],
    'with a variable without a key (SB-20)': [
      draft({ env: [{ name: 'A' }] }),
      /spec\.env\[0\]\.key: Required/,
    ],
    'with a mapping without a value (SB-24)': [
      draft({ mappings: [{ name: 'a' }] }),
      /spec\.mappings\[0\]\.value: Required/,
    ],
    'without volumes (ARM-4)': [
      mapping({ version: '*', containers: ['.a'] }),
      /versions\[0\]\.volumes: Required/,
    ],
    'without services': [operator({ services: [] }), /spec\.services.*should have at least 1 items/],
    'with a service whose group is left open': [
      operator({ services: [{ version: 'v1', kind: 'Secret', name: 'a' }] }),
      /spec\.services\[0\]\.group: Required value/,
    ],
    'with a name of upper case': [operator({ name: 'Db' }), /spec\.name.*should match/],
    'with a bindAs that is none (OLD-10)': [
      aStacksBinding({ spec: { bindAs: 'file' } }),
      /supported values: "envVar"/,
    ],
  };
  for (const [name, [object, message]] of Object.entries(refused)) {
    test(`are refused ${name}`, async () => {
      await assert.rejects(cluster.create(named(object, 'refused.batch')), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.status, 422);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('are part of an installation that the API server takes, match conditions included', async () => {
    const rest = objects.filter((object) => !isDefinition(object));
    await cluster.apply(...rest);
    const configuration = rest.find((object) => object['kind'] === 'ValidatingWebhookConfiguration');
    assert.ok(configuration);
    const stored = await cluster.get(refOf(configuration));
    const webhooks = dig(stored, 'webhooks') as readonly Json[];
    assert.deepEqual(
      webhooks.map((webhook) => dig(webhook, 'name')),
      ['bindings', 'v1alpha2', 'service-binding-operator', 'application-stacks'].map(
        (name) => `${name}.webhook.cleat.dev`,
      ),
    );
  });
});
