/**
 * @module What the objects that a service owns give.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { drive } from './drive.ts';
import { generate } from './generate.ts';
import type { SourceReference, SourceState } from './generation.ts';
import {
  aBinding,
  aConfigMap,
  aDatabase,
  aSecret,
  DATABASE,
  itemsOf,
  made,
  messageOf,
  owned,
  pausesOf,
  readerOf,
  UID,
} from './testkit/derived.ts';

describe('owned resources', () => {
  const detecting = aBinding({ derivation: { ownedResources: true } });
  it('are not searched where there are more than two thousand of a kind', () => {
    const secrets = Array.from({ length: 2001 }, (_, index) => aSecret({}, { metadata: owned(`s${index}`) }));
    const generation = made(detecting, aDatabase(), ...secrets);
    assert.equal(itemsOf(generation), 'failed: service');
    assert.match(messageOf(generation), /^Database ns\/db owns more than 2000 objects of the kind Secret/);
    const few = [...secrets.slice(2), aSecret({ a: 'b' }, { metadata: owned('last') })];
    assert.deepEqual(itemsOf(made(detecting, aDatabase(), ...few)), { a: 'b' });
  });

  it('are searched with pauses, however many services own the same', () => {
    const uids = Array.from({ length: 50 }, (_, index) => `uid-${index}`);
    const ownerReferences = uids.map((uid) => ({ apiVersion: 'v1', kind: 'Database', name: 'db', uid }));
    const configMaps = Array.from({ length: 1000 }, (_, index) =>
      aConfigMap({}, { metadata: { name: `c${index}`, namespace: 'ns', ownerReferences } }),
    );
    const databases = uids.map((uid, index) => {
      const database = aDatabase();
      return { ...database, metadata: { ...(database['metadata'] as JsonObject), name: `db${index}`, uid } };
    });
    const services = uids.map((_, index) => ({ ...DATABASE, name: `db${index}` }));
    const binding = aBinding({ services, derivation: { ownedResources: true } });
    const { pauses } = pausesOf(binding, ...databases, ...configMaps);
    assert.ok(pauses >= 15, `it paused ${pauses} times`);
  });

  const service = (name: string, clusterIP?: string, owner = UID) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: owned(name, owner),
    spec: clusterIP === undefined ? {} : { clusterIP },
  });
  const route = (name: string, host: string) => ({
    apiVersion: 'route.openshift.io/v1',
    kind: 'Route',
    metadata: owned(name),
    spec: { host },
  });
  const ingress = (name: string, ...hosts: readonly string[]) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: owned(name),
    spec: { rules: hosts.map((host) => ({ host })) },
  });

  it('OLD-1: give their data, addresses and hosts', () => {
    const items = itemsOf(
      made(
        detecting,
        aDatabase(),
        aConfigMap({ mode: 'ha' }, { metadata: owned('conf') }),
        aSecret({ pass: 'p' }, { metadata: owned('cred') }),
        service('svc', '10.0.0.1'),
        route('r', 'db.apps.example'),
      ),
    );
    assert.deepEqual(items, { mode: 'ha', pass: 'p', clusterIP: '10.0.0.1', host: 'db.apps.example' });
  });

  it('are named for the service, whatever they are themselves', () => {
    const binding = aBinding({
      derivation: { ownedResources: true, naming: '{{ .service.kind | upper }}_{{ .name | upper }}' },
    });
    assert.deepEqual(itemsOf(made(binding, aDatabase(), service('svc', '10.0.0.1'))), {
      DATABASE_CLUSTERIP: '10.0.0.1',
    });
  });

  it('count only where they are asked for, and where the service owns them', () => {
    assert.equal(itemsOf(made(aBinding(), aDatabase(), service('svc', '10.0.0.1'))), 'nothing');
    assert.equal(itemsOf(made(detecting, aDatabase(), service('svc', '10.0.0.1', 'another'))), 'nothing');
  });

  it('of a service that was never stored are none', () => {
    const database = { ...aDatabase(), metadata: { name: 'db', namespace: 'ns' } };
    assert.equal(itemsOf(made(detecting, database, service('svc', '10.0.0.1', ''))), 'nothing');
  });

  it('of one kind: the last by name wins, a headless Service only if there is no other', () => {
    const several = [service('c', 'None'), service('a', '10.0.0.1'), service('b', '10.0.0.2'), service('d')];
    assert.deepEqual(itemsOf(made(detecting, aDatabase(), ...several)), { clusterIP: '10.0.0.2' });
    assert.deepEqual(itemsOf(made(detecting, aDatabase(), ...several.toReversed())), {
      clusterIP: '10.0.0.2',
    });
    assert.deepEqual(itemsOf(made(detecting, aDatabase(), service('a', 'None'))), { clusterIP: 'None' });
    assert.equal(itemsOf(made(detecting, aDatabase(), service('a'))), 'nothing');
  });

  it('without data are skipped', () => {
    const { data, ...empty } = aConfigMap({}, { metadata: owned('conf') });
    assert.ok(data);
    assert.deepEqual(itemsOf(made(detecting, aDatabase(), empty, service('svc', '10.0.0.1'))), {
      clusterIP: '10.0.0.1',
    });
  });

  it('win over annotations', () => {
    const database = aDatabase({ 'service.binding/clusterIP': 'x' });
    assert.deepEqual(itemsOf(made(detecting, database, service('svc', '10.0.0.1'))), {
      clusterIP: '10.0.0.1',
    });
  });

  it('that may not be read fail the binding for its services', () => {
    const read = readerOf([aDatabase()]);
    const answer = (source: SourceReference): SourceState =>
      source.source === 'owned' && source.kind === 'Secret'
        ? { state: 'denied', message: 'ann may not list' }
        : read(source);
    const { generated } = drive(generate(detecting), answer);
    assert.ok(generated.outcome === 'failed');
    assert.deepEqual([generated.failure.stage, generated.failure.cause], ['service', 'denied']);
  });

  it('OLD-1: include the host of an Ingress in the application-stacks API, and nowhere else', () => {
    const older = aBinding({ derivation: { ownedResources: true, olderSpellings: true } });
    const objects = [
      aDatabase(),
      ingress('a', 'a.example'),
      ingress('b', '*.example', 'b.example', 'c.example'),
    ];
    assert.deepEqual(itemsOf(made(older, ...objects)), { host: 'b.example' });
    assert.deepEqual(itemsOf(made(older, ...objects, route('r', 'r.example'))), { host: 'r.example' });
    assert.equal(itemsOf(made(detecting, ...objects)), 'nothing');
  });
});
