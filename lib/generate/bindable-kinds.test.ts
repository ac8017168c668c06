/**
 * @module Which kinds can be bound, and what is built in for those whose definitions tell nothing.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { GroupVersionKind } from '../api/kinds.ts';
import { bindableKinds } from './bindable-kinds.ts';
import { registeredFor } from './definition.ts';
import { aBinding, aDefinition, aSecret, itemsOf, made, messageOf } from './testkit/derived.ts';

function definitionOf(
  { group, kind }: Omit<GroupVersionKind, 'version'>,
  versions: readonly string[],
  annotations: JsonObject = {},
): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations },
    spec: { group, names: { kind, plural }, versions: versions.map((name) => ({ name, served: true })) },
  };
}

const PUBLISHING = {
  openAPIV3Schema: {
    properties: { status: { properties: { binding: { properties: { name: { type: 'string' } } } } } },
  },
};

interface Known {
  readonly group: string;
  readonly versions: readonly string[];
  readonly kind: string;
  readonly object: JsonObject;
  readonly secrets: readonly JsonObject[];
  readonly items: JsonObject;
}

const named = (name: string, data: Readonly<Record<string, string>>) =>
  aSecret(data, { metadata: { name, namespace: 'ns' } });

const KNOWN: readonly Known[] = [
  {
    group: 'redis.redis.opstreelabs.in',
    versions: ['v1beta1'],
    kind: 'Redis',
    object: { spec: { kubernetesConfig: { redisSecret: { name: 's' } } } },
    secrets: [named('s', { password: 'p', other: 'o' })],
    items: { type: 'redis', host: 'x', password: 'p' },
  },
  {
    group: 'redis.redis.opstreelabs.in',
    versions: ['v1beta1'],
    kind: 'Redis',
    object: {},
    secrets: [],
    items: { type: 'redis', host: 'x' },
  },
  {
    group: 'postgres-operator.crunchydata.com',
    versions: ['v1beta1'],
    kind: 'PostgresCluster',
    object: {},
    secrets: [
      named('x-pguser-x', { dbname: 'd', user: 'u', uri: 'w' }),
      named('x-cluster-cert', { 'ca.crt': 'c' }),
    ],
    items: {
      type: 'postgresql',
      provider: 'crunchydata',
      dbname: 'd',
      user: 'u',
      uri: 'w',
      database: 'd',
      username: 'u',
      'ca.crt': 'c',
    },
  },
  {
    group: 'pxc.percona.com',
    versions: ['v1-8-0', 'v1-9-0', 'v1-10-0'],
    kind: 'PerconaXtraDBCluster',
    object: { spec: { secretsName: 's' }, status: { host: 'h' } },
    secrets: [named('s', { root: 'r', monitor: 'm' })],
    items: {
      type: 'mysql',
      provider: 'percona',
      database: 'mysql',
      host: 'h',
      port: '3306',
      username: 'root',
      password: 'r',
      root: 'r',
      monitor: 'm',
    },
  },
  {
    group: 'psmdb.percona.com',
    versions: ['v1-9-0', 'v1-10-0', 'v1'],
    kind: 'PerconaServerMongoDB',
    object: { spec: { secrets: { users: 's' } }, status: { host: 'h' } },
    secrets: [named('s', { MONGODB_USER_ADMIN_USER: 'u', MONGODB_USER_ADMIN_PASSWORD: 'p' })],
    items: {
      type: 'mongodb',
      provider: 'percona',
      host: 'h',
      username: 'u',
      password: 'p',
      MONGODB_USER_ADMIN_USER: 'u',
      MONGODB_USER_ADMIN_PASSWORD: 'p',
    },
  },
  {
    group: 'postgresql.k8s.enterprisedb.io',
    versions: ['v1'],
    kind: 'Cluster',
    object: {
      spec: { bootstrap: { initdb: { owner: 'app', database: 'd' } } },
      status: { writeService: 'w' },
    },
    secrets: [named('x-app', { username: 'u' })],
    items: { type: 'postgresql', provider: 'enterprisedb', host: 'w', database: 'd', username: 'u' },
  },
];

describe('a well-known service', () => {
  for (const { group, versions, kind, object, secrets, items } of KNOWN) {
    for (const version of versions) {
      it(`${group}/${version} ${kind} can be bound as it is${secrets.length === 0 ? ', without a password' : ''}`, () => {
        const services = [{ group, version, kind, namespace: 'ns', name: 'x' }];
        const service = {
          apiVersion: `${group}/${version}`,
          kind,
          metadata: { name: 'x', namespace: 'ns' },
          ...object,
        };
        const definition = definitionOf({ group, kind }, [version]);
        assert.deepEqual(itemsOf(made(aBinding({ services }), definition, service, ...secrets)), items);
        assert.deepEqual(
          itemsOf(made(aBinding({ services }), service, ...secrets)),
          items,
          'without its definition',
        );
        assert.deepEqual(bindableKinds([definition]), [{ group, version, kind }]);
      });
    }
  }

  const rabbit = { group: 'rabbitmq.com', version: 'v1beta1', kind: 'RabbitmqCluster' };
  const redis = { group: 'redis.redis.opstreelabs.in', version: 'v1beta1', kind: 'Redis' };
  const objectOf = ({ group, version, kind }: GroupVersionKind, status: JsonObject = {}) => ({
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name: 'x', namespace: 'ns' },
    status,
  });
  const bindingTo = (kind: GroupVersionKind) =>
    aBinding({ services: [{ ...kind, namespace: 'ns', name: 'x' }] });

  it('of RabbitMQ names its Secret, and is waited for until it does', () => {
    const binding = bindingTo(rabbit);
    const waiting = made(binding, objectOf(rabbit), definitionOf(rabbit, ['v1beta1']));
    assert.equal(itemsOf(waiting), 'failed: binding');
    assert.match(messageOf(waiting), /no \.status\.binding\.name yet/);
    const secret = named('s', { a: 'b' });
    assert.equal(itemsOf(made(binding, objectOf(rabbit, { binding: { name: 's' } }), secret)), 'reuse');
    assert.deepEqual(bindableKinds([definitionOf(rabbit, ['v1beta1'])]), []);
  });

  it('whose definition tells something itself has nothing built in', () => {
    const annotated = definitionOf(redis, ['v1beta1'], { 'service.binding/type': 'other' });
    assert.deepEqual(itemsOf(made(bindingTo(redis), objectOf(redis), annotated)), { type: 'other' });
    const publishing = aDefinition(
      {},
      {
        spec: {
          group: redis.group,
          names: { kind: 'Redis' },
          versions: [{ name: 'v1beta1', served: true, schema: PUBLISHING }],
        },
      },
    );
    assert.equal(itemsOf(made(bindingTo(redis), objectOf(redis), publishing)), 'nothing');
  });

  it('is known in all versions that its definition serves, if in one', () => {
    const later = { ...redis, version: 'v2' };
    const definition = definitionOf(redis, ['v1beta1', 'v2']);
    assert.deepEqual(itemsOf(made(bindingTo(later), objectOf(later), definition)), {
      type: 'redis',
      host: 'x',
    });
    assert.equal(itemsOf(made(bindingTo(later), objectOf(later), definitionOf(redis, ['v2']))), 'nothing');
  });
});

describe('the list of bindable kinds', () => {
  const plain = definitionOf({ group: 'a.example', kind: 'A' }, ['v1']);
  const annotated = definitionOf({ group: 'b.example', kind: 'B' }, ['v2', 'v1'], {
    'service.binding/host': 'x',
  });
  const marked = definitionOf({ group: 'c.example', kind: 'C' }, ['v1'], {
    'servicebinding.io/provisioned-service': 'true',
  });
  const publishing = aDefinition(
    {},
    {
      spec: {
        group: 'd.example',
        names: { kind: 'D' },
        versions: [
          { name: 'v1', served: true, schema: PUBLISHING },
          { name: 'v2', served: true },
          { name: 'v0', served: false },
        ],
      },
    },
  );
  const leaving = {
    ...annotated,
    metadata: {
      name: 'x',
      annotations: { 'service.binding': 'x' },
      deletionTimestamp: '2026-01-01T00:00:00Z',
    },
  };

  it('has those with annotations or a published Secret, in each version that is served; the mark alone does not count', () => {
    assert.deepEqual(bindableKinds([plain, annotated, marked, publishing]), [
      { group: 'b.example', version: 'v1', kind: 'B' },
      { group: 'b.example', version: 'v2', kind: 'B' },
      { group: 'd.example', version: 'v1', kind: 'D' },
      { group: 'd.example', version: 'v2', kind: 'D' },
    ]);
  });

  it('has none for a key that merely starts like one of the annotations, which puts out nothing that is built in', () => {
    for (const key of ['service.bindingx', 'service.binding.acme/x', 'servicebinding.dev/x']) {
      const misspelt = { [key]: 'v' };
      assert.deepEqual(
        bindableKinds([definitionOf({ group: 'a.example', kind: 'A' }, ['v1'], misspelt)]),
        [],
      );
      const redis = { group: 'redis.redis.opstreelabs.in', kind: 'Redis' };
      const known = definitionOf(redis, ['v1beta1'], misspelt);
      assert.equal(registeredFor(known, false)?.annotations.has('service.binding/host'), true);
    }
  });

  it('does not depend on the order of the definitions, nor on how often they come', () => {
    const list = bindableKinds([publishing, annotated, annotated]);
    assert.deepEqual(list, bindableKinds([annotated, publishing]));
  });

  it('has none that is being deleted, and none of any other shape', () => {
    assert.deepEqual(bindableKinds([leaving, {}, { spec: { versions: [null] } }, { spec: null }]), []);
  });
});
