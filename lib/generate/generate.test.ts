/**
 * @module Where the items of a Secret come from, in which order, and what it asks the world for.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { drive } from './drive.ts';
import { generate } from './generate.ts';
import type { SourceReference } from './generation.ts';
import {
  aBinding,
  aConfigMap,
  aDatabase,
  aDefinition,
  CREDENTIALS,
  DATABASE,
  itemsOf,
  made,
  messageOf,
  readerOf,
  SECRET_SERVICE,
} from './testkit/derived.ts';

function failureOf(binding: Binding, ...objects: readonly JsonObject[]) {
  const { generated } = made(binding, ...objects);
  assert.ok(generated.outcome === 'failed');
  return generated.failure;
}

describe('a service', () => {
  it('that is not there makes the binding wait for it', () => {
    const { stage, message, cause } = failureOf(aBinding());
    assert.deepEqual([stage, cause], ['service', 'absent']);
    assert.match(message, /^Database ns\/db was not found; create it/);
  });

  it('that can be in no namespace is not asked to be created', () => {
    const spec = { group: 'example.com', names: { kind: 'Database' }, scope: 'Cluster' };
    const cluster = aDefinition({}, { spec });
    assert.match(
      messageOf(made(aBinding(), cluster)),
      /^Database ns\/db cannot be there: .* in no namespace/,
    );
  });

  it('is one of a thousand at most', () => {
    const services = Array.from({ length: 1001 }, () => DATABASE);
    const generation = made(aBinding({ services }), aDatabase());
    assert.equal(itemsOf(generation), 'failed: service');
    assert.match(
      messageOf(generation),
      /^ServiceBinding ns\/my-binding names 1001 services; bind at most 1000/,
    );
  });

  it("that may not be read says so, with the reader's reason", () => {
    const { generated } = drive(generate(aBinding()), () => ({
      state: 'denied',
      message: 'ann may not get databases',
    }));
    assert.deepEqual(generated, {
      outcome: 'failed',
      failure: { stage: 'service', message: 'ann may not get databases', cause: 'denied' },
    });
  });

  it('in another namespace is asked for only where the binding may look there', () => {
    const services = [{ ...DATABASE, namespace: 'other' }];
    const asked: SourceReference[] = [];
    const generation = drive(
      generate(aBinding({ services, derivation: { crossesNamespaces: false } })),
      (source) => {
        asked.push(source);
        return { state: 'absent' };
      },
    );
    assert.deepEqual(asked, []);
    assert.equal(itemsOf(generation), 'failed: service');
    assert.match(messageOf(generation), /Database other\/db is not in the namespace of the binding, ns/);
    const there = {
      ...aDatabase({ 'service.binding/a': 'b' }),
      metadata: { name: 'db', namespace: 'other', annotations: { 'service.binding/a': 'b' } },
    };
    assert.deepEqual(itemsOf(made(aBinding({ services }), there)), { a: 'b' });
  });

  it('may be referred to by the plural of its kind; names are then made of the kind that it has', () => {
    const services = [{ ...DATABASE, kind: '', resource: 'databases' }];
    const binding = aBinding({ services, derivation: { naming: '{{ .service.kind }}_{{ .name }}' } });
    const database = aDatabase({ 'service.binding/a': 'b' });
    assert.deepEqual(itemsOf(made(binding, database, aDefinition({ 'service.binding/c': 'd' }))), {
      Database_a: 'b',
      Database_c: 'd',
    });
    assert.match(messageOf(made(binding)), /^databases ns\/db was not found/);
  });

  it('whose definition may not be read fails: it may say more than is known', () => {
    const read = readerOf([aDatabase()]);
    const generation = drive(generate(aBinding()), (source) =>
      source.source === 'definition' ? { state: 'denied', message: 'no' } : read(source),
    );
    assert.equal(itemsOf(generation), 'failed: definition');
  });
});

describe('OLD-14: several services', () => {
  const services = [DATABASE, { ...DATABASE, name: 'second' }];
  const second = (annotations: JsonObject) =>
    aDatabase({}, { metadata: { name: 'second', namespace: 'ns', uid: 'u2', annotations } });

  it('each give a part', () => {
    const items = itemsOf(
      made(
        aBinding({ services }),
        aDatabase({ 'service.binding/a': '1' }),
        second({ 'service.binding/b': '2' }),
      ),
    );
    assert.deepEqual(items, { a: '1', b: '2' });
  });

  it('that give the same name: the later wins, and a warning says so', () => {
    const generation = made(
      aBinding({ services }),
      aDatabase({ 'service.binding/a': '1' }),
      second({ 'service.binding/a': '2' }),
    );
    assert.deepEqual(itemsOf(generation), { a: '2' });
    assert.deepEqual(generation.warnings, [
      'several items are called "a": that of Database ns/second (service.binding/a) is taken, not that of Database ns/db (service.binding/a)',
    ]);
    const same = made(
      aBinding({ services }),
      aDatabase({ 'service.binding/a': '1' }),
      second({ 'service.binding/a': '1' }),
    );
    assert.deepEqual(same.warnings, []);
  });

  it('stand in layers: an annotation of the first wins over a Secret that the second publishes', () => {
    const other = { ...second({}), status: { binding: { name: 'db-cred' } } };
    const items = itemsOf(
      made(aBinding({ services }), aDatabase({ 'service.binding/user': 'mine' }), other, CREDENTIALS),
    );
    assert.deepEqual(items, { user: 'mine', pass: 's3cr3t' });
  });
});

describe('the entries type and provider of a binding', () => {
  it('SB-44 SB-45: win over whatever the services give, and over mappings', () => {
    const mappings = [
      { name: 'provider', template: 'mapped' },
      { name: 'seen', template: '{{ .type }}' },
    ];
    const binding = aBinding({ derivation: { entries: { type: 'mysql', provider: 'mine' }, mappings } });
    const database = aDatabase({ 'service.binding/type': 'postgresql', 'service.binding/host': 'h' });
    const generation = made(binding, database);
    assert.deepEqual(itemsOf(generation), { type: 'mysql', provider: 'mine', host: 'h', seen: 'mysql' });
    assert.deepEqual(generation.warnings, [
      'the mapping "provider" is not used: spec.provider says it already; take one of the two out',
    ]);
  });

  it('are never renamed', () => {
    const binding = aBinding({ derivation: { entries: { type: 'mysql' }, naming: 'X_{{ .name }}' } });
    assert.deepEqual(itemsOf(made(binding, aDatabase({ 'service.binding/a': 'b' }))), {
      type: 'mysql',
      X_a: 'b',
    });
  });
});

describe('what is asked for', () => {
  function asked(binding: Binding, ...objects: readonly JsonObject[]) {
    const read = readerOf(objects);
    const demands: (readonly SourceReference[])[] = [];
    const making = generate(binding);
    let step = making.next();
    while (step.done !== true) {
      const demand = step.value;
      if (demand.demand === 'read') demands.push(demand.sources);
      step = making.next(demand.demand === 'read' ? demand.sources.map(read) : []);
    }
    return demands.map((sources) =>
      sources.map((source) => ('kind' in source ? `${source.source} ${source.kind}` : source.source)),
    );
  }

  it('comes in one fixed order, each thing once, and all at once where it can', () => {
    const database = {
      ...aDatabase({
        'service.binding': 'path={.metadata.annotations.s},objectType=Secret',
        'service.binding/a': 'path={.metadata.annotations.s},objectType=Secret,sourceKey=user',
        'service.binding/b': 'path={.metadata.annotations.c},objectType=ConfigMap,sourceKey=mode',
        s: 'db-cred',
        c: 'db-conf',
      }),
    };
    const binding = aBinding({ services: [DATABASE, DATABASE], derivation: { ownedResources: true } });
    assert.deepEqual(asked(binding, database, CREDENTIALS, aConfigMap({ mode: 'ha' })), [
      ['object Database', 'definition Database', 'descriptors'],
      ['object Secret', 'object ConfigMap'],
      ['owned ConfigMap', 'owned Secret', 'owned Service', 'owned Route'],
    ]);
  });

  it('is no more than what is needed', () => {
    assert.deepEqual(asked(aBinding(), aDatabase({ 'service.binding/a': 'b' })), [
      ['object Database', 'definition Database', 'descriptors'],
    ]);
    const mixed = aBinding({ services: [SECRET_SERVICE, DATABASE, SECRET_SERVICE] });
    const objects = [CREDENTIALS, aDatabase({ 'service.binding/a': 'b' })];
    assert.deepEqual(asked(mixed, ...objects), [
      ['object Secret', 'object Database', 'definition Database', 'descriptors'],
    ]);
    assert.deepEqual(itemsOf(made(mixed, ...objects)), { a: 'b', pass: 's3cr3t', user: 'admin' });
  });
});
