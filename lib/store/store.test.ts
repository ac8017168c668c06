import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { type GroupVersionKind, SERVICE_BINDING, WORKLOAD_RESOURCE_MAPPING } from '../api/kinds.ts';
import type { ObjectIdentity } from '../api/sink.ts';
import { aMapping, aServiceBinding, merge, UID } from '../testkit/builders.ts';
import { Store } from './store.ts';

const DATABASE: JsonObject = {
  apiVersion: 'example.com/v1',
  kind: 'Database',
  metadata: { name: 'orders-db', namespace: 'shop' },
  status: { binding: { name: 'db-secret' } },
};
const DATABASES = { group: 'example.com', kind: 'Database' };
const REFERENCE = { ...DATABASES, version: 'v1', namespace: 'shop', name: 'orders-db' };
const ORDERS = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'orders', labels: new Map() };
const BINDING: ObjectIdentity = { ...SERVICE_BINDING, namespace: 'shop', name: 'db' };
const WORKERS = { group: 'example.com', plural: 'workers' };

const versioned = (resourceVersion: string, override: JsonObject = {}): JsonObject =>
  aServiceBinding(merge({ metadata: { resourceVersion } }, override));
const invalid = (resourceVersion = '1'): JsonObject =>
  versioned(resourceVersion, { spec: { service: null } });

interface Watched {
  readonly store: Store;
  /** The kinds, each time that they were announced. */
  readonly kinds: string[][];
  readonly invalid: string[];
}

function watched(closedWorld = false): Watched {
  const kinds: string[][] = [];
  const heard: string[] = [];
  const store = new Store({
    closedWorld,
    onServiceKinds: (list: readonly GroupVersionKind[]) =>
      void kinds.push(list.map(({ group, version, kind }) => `${group}/${version} ${kind}`).sort()),
    onInvalid: ({ kind, name }, errors) =>
      void heard.push(`${kind} ${name}: ${errors.map(({ path }) => path).join()}`),
  });
  return { store, kinds, invalid: heard };
}

describe('a binding in the store', () => {
  it('that comes again in the same version is not looked at again', () => {
    const { store } = watched();
    store.upsert(versioned('1'));
    const [before] = store.bindingsFor(ORDERS);
    store.upsert(versioned('1', { spec: { workload: { name: 'other' } } }));
    assert.deepEqual(store.bindingsFor(ORDERS), [before]);
    store.upsert(versioned('2', { spec: { workload: { name: 'other' } } }));
    assert.deepEqual(store.bindingsFor(ORDERS), []);
  });

  it('is looked at each time in a closed world: an exported file keeps its version, whatever is edited', () => {
    const { store } = watched(true);
    store.upsert(versioned('1'));
    store.upsert(versioned('1', { spec: { workload: { name: 'other' } } }));
    assert.deepEqual(store.bindingsFor(ORDERS), []);
  });

  it('without a version is looked at each time', () => {
    const { store } = watched();
    store.upsert(aServiceBinding());
    store.upsert(aServiceBinding({ spec: { workload: { name: 'other' } } }));
    assert.deepEqual(store.bindingsFor(ORDERS), []);
  });

  it('that was created anew under its name replaces the old one', () => {
    const { store } = watched();
    store.upsert(versioned('1'));
    store.upsert(versioned('2', { metadata: { uid: 'new' } }));
    assert.equal(store.bindingByUid(UID), undefined);
    assert.deepEqual(
      store.bindingsFor(ORDERS).map(({ uid }) => uid),
      ['new'],
    );
  });

  it('is gone once it is removed, and comes back in the same version', () => {
    const { store } = watched();
    store.upsert(versioned('1'));
    store.remove({ ...BINDING, name: 'another' });
    assert.equal(store.bindingsFor(ORDERS).length, 1);
    store.remove(BINDING);
    store.remove(BINDING);
    assert.equal(store.bindingByUid(UID), undefined);
    assert.deepEqual(store.bindingsFor(ORDERS), []);
    store.upsert(versioned('1'));
    assert.equal(store.bindingsFor(ORDERS).length, 1);
  });

  it('that cannot be used is kept apart, and heals', () => {
    const { store, invalid: heard } = watched();
    store.upsert(versioned('1'));
    store.upsert(invalid('2'));
    store.upsert(invalid('2'));
    assert.deepEqual(heard, ['ServiceBinding db: spec.service']);
    assert.deepEqual(store.bindingsFor(ORDERS), []);
    assert.equal(store.bindingByUid(UID), undefined);
    assert.deepEqual(store.invalidBinding(SERVICE_BINDING, 'shop', 'db'), {
      ...BINDING,
      type: { group: 'servicebinding.io', version: 'v1', kind: 'ServiceBinding' },
      uid: UID,
      problem: 'spec.service: is required',
    });
    store.upsert(versioned('3'));
    assert.equal(store.invalidBinding(SERVICE_BINDING, 'shop', 'db'), undefined);
    assert.equal(store.bindingsFor(ORDERS).length, 1);
  });
});

describe('what is known of a service', () => {
  const PRESENT = { known: true, present: true, secretName: 'db-secret', annotated: false };
  const ABSENT = { known: true, present: false };

  it('PS-1: its Secret, or that it names none', () => {
    const { store } = watched();
    store.upsert(DATABASE);
    assert.deepEqual(store.service(REFERENCE), PRESENT);
    assert.deepEqual(store.service({ ...REFERENCE, version: 'v1beta1' }), PRESENT);
    for (const binding of [null, {}, { name: '' }, { name: 1 }, 'x']) {
      store.upsert({ ...DATABASE, status: { binding } });
      assert.deepEqual(store.service(REFERENCE), { ...PRESENT, secretName: undefined });
    }
  });

  it('in an open world nothing, until its kind is synced', () => {
    const { store } = watched();
    assert.deepEqual(store.service(REFERENCE), { known: false });
    store.upsert(merge(DATABASE, { metadata: { name: 'another' } }));
    assert.deepEqual(store.service(REFERENCE), { known: false });
    store.synced(DATABASES, true);
    assert.deepEqual(store.service(REFERENCE), ABSENT);
    store.upsert(DATABASE);
    store.remove({ ...DATABASES, namespace: 'shop', name: 'orders-db' });
    assert.deepEqual(store.service(REFERENCE), ABSENT);
    store.synced(DATABASES, false);
    assert.deepEqual(store.service(REFERENCE), { known: false });
  });

  it('SEC-10: that what is built in for its kind holds as its definition says, whatever version is referred to', () => {
    const reference = {
      group: 'psmdb.percona.com',
      kind: 'PerconaServerMongoDB',
      namespace: 'shop',
      name: 'db',
    };
    const definition = (versions: readonly string[], schema: JsonObject = {}): JsonObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'perconaservermongodbs.psmdb.percona.com' },
      spec: {
        group: reference.group,
        names: { kind: reference.kind },
        versions: versions.map((name) => ({ name, served: true, schema })),
      },
    });
    const { store } = watched();
    store.upsert({
      apiVersion: 'psmdb.percona.com/v1',
      kind: reference.kind,
      metadata: { name: 'db', namespace: 'shop' },
    });
    const annotated = (version: string): unknown => {
      const state = store.service({ ...reference, version });
      return state.known && state.present && state.annotated;
    };
    const both = (): readonly unknown[] => ['v1-10-0', 'v1-12-0'].map(annotated);
    assert.deepEqual(both(), [true, false]);
    store.upsert(definition(['v1-10-0', 'v1-12-0']));
    assert.deepEqual(both(), [true, true]);
    store.upsert(definition(['v1-12-0']));
    assert.deepEqual(both(), [false, false]);
    const name = { properties: { name: { type: 'string' } } };
    const status = { properties: { binding: name } };
    store.upsert(definition(['v1-10-0'], { openAPIV3Schema: { properties: { status } } }));
    assert.deepEqual(both(), [false, false]);
    store.remove({
      group: 'apiextensions.k8s.io',
      kind: 'CustomResourceDefinition',
      namespace: '',
      name: 'perconaservermongodbs.psmdb.percona.com',
    });
    assert.deepEqual(both(), [true, false]);
  });

  it('in a closed world that it is not there', () => {
    const { store } = watched(true);
    assert.deepEqual(store.service(REFERENCE), ABSENT);
    store.upsert(DATABASE);
    assert.deepEqual(store.service({ ...REFERENCE, namespace: 'other' }), ABSENT);
    assert.deepEqual([store.has(REFERENCE), store.has({ ...REFERENCE, name: 'x' })], [true, false]);
  });
});

describe('the kinds of services are announced when there is another one, or one less', () => {
  const to = (kind: string, resourceVersion: string, name = 'db'): JsonObject =>
    versioned(resourceVersion, {
      metadata: { name, uid: name },
      spec: { service: { apiVersion: 'example.com/v1', kind, name: 'x' } },
    });

  it('and not otherwise', () => {
    const { store, kinds } = watched();
    store.upsert(to('Database', '1'));
    store.upsert(to('Database', '2', 'another'));
    store.upsert(to('Database', '3', 'another'));
    store.remove({ ...BINDING, name: 'another' });
    store.upsert(to('Queue', '4', 'queue'));
    store.remove({ ...BINDING, name: 'queue' });
    store.upsert(to('Queue', '5'));
    store.upsert(invalid('6'));
    assert.deepEqual(kinds, [
      ['example.com/v1 Database'],
      ['example.com/v1 Database', 'example.com/v1 Queue'],
      ['example.com/v1 Database'],
      ['example.com/v1 Queue'],
      [],
    ]);
  });

  it('also where the only binding of a kind changes in another way', () => {
    const { store, kinds } = watched();
    store.upsert(to('Database', '1'));
    store.upsert(to('Database', '2'));
    assert.deepEqual(kinds, [['example.com/v1 Database']]);
  });
});

const BY = 'ClusterWorkloadResourceMapping';

describe('mappings in the store', () => {
  it('WRM-4, WRM-24: are found by the resource that they are named after', () => {
    const { store } = watched();
    assert.equal(store.mapping(WORKERS, BY), undefined);
    store.upsert(aMapping());
    store.upsert(aMapping({ metadata: { name: 'pods' } }));
    const found = store.mapping(WORKERS, BY);
    assert.ok(found !== undefined && 'mapping' in found);
    assert.ok(store.mapping({ group: '', plural: 'pods' }, BY));
    assert.equal(store.mapping({ group: 'other.example.com', plural: 'workers' }, BY), undefined);
    store.remove({ ...WORKLOAD_RESOURCE_MAPPING, namespace: '', name: 'workers.example.com' });
    assert.equal(store.mapping(WORKERS, BY), undefined);
  });

  it('WRM-21: that cannot be used are told, with the place', () => {
    const { store, invalid: heard } = watched();
    store.upsert(aMapping({ spec: { versions: [{ version: '*', volumes: '.spec.volumes[*]' }] } }));
    assert.deepEqual(heard, ['ClusterWorkloadResourceMapping workers.example.com: spec.versions[0].volumes']);
    const found = store.mapping(WORKERS, BY);
    assert.ok(found !== undefined && 'problem' in found);
    assert.match(found.problem, /^spec\.versions\[0\]\.volumes: /);
  });
});

it('counts what it holds, by kind', () => {
  const { store } = watched();
  for (const object of [aServiceBinding(), invalid(), aMapping(), DATABASE]) store.upsert(object);
  store.upsert({ kind: 'Nameless', metadata: {} });
  assert.deepEqual(store.counts(), [
    { kind: 'ServiceBinding', count: 1 },
    { kind: 'ClusterWorkloadResourceMapping', count: 1 },
    { kind: 'example.com/Database', count: 1 },
  ]);
});
