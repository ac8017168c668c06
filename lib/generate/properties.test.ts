/**
 * @module Whatever the objects say: nothing is thrown, nothing grows without bounds, nothing runs without a pause, and no
 * message tells what a Secret holds.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../api/json.ts';
import { decodeBase64 } from './base64.ts';
import { maxBytes, maxItems } from './collection.ts';
import { generate } from './generate.ts';
import type { Generation } from './generation.ts';
import { aBinding, aDatabase, DATABASE, itemsOf, made, messageOf, pausesOf } from './testkit/derived.ts';
import { binding, database, ENCODED, HIDDEN, json, secret } from './testkit/arbitrary.ts';
import { maxSteps, stepsPerPause } from './work.ts';

function checkBounds({ generated }: Generation): void {
  if (generated.outcome !== 'make') return;
  assert.ok(generated.data.size <= maxItems + 100);
  assert.ok(generated.name.length <= 253);
  let size = 0;
  for (const [name, value] of generated.data) {
    assert.match(name, /^[-._a-zA-Z0-9]{1,253}$/);
    size += decodeBase64(value)?.length ?? Number.NaN;
  }
  assert.ok(size <= maxBytes);
}

describe('hostile input', () => {
  it('is never thrown on, stays within bounds, gives the same twice, and is not told', () => {
    fc.assert(
      fc.property(binding, database, secret, (from, service, credentials) => {
        const generation = made(from, service, credentials);
        checkBounds(generation);
        assert.deepEqual(generation, made(from, service, credentials));
        const { generated, warnings } = generation;
        const texts = [generated.outcome === 'failed' ? generated.failure.message : '', ...warnings].join(
          '\n',
        );
        assert.ok(!texts.includes(HIDDEN) && !texts.includes(ENCODED), texts);
      }),
      { numRuns: 1500 },
    );
  });

  it('may be objects of any shape', () => {
    fc.assert(
      fc.property(json, json, fc.boolean(), (first, second, older) => {
        const shapes = [first, second].map((shape) =>
          typeof shape === 'object' && shape !== null && !Array.isArray(shape) ? (shape as JsonObject) : {},
        );
        const [one = {}, two = {}] = shapes;
        let calls = 0;
        const making = generate(aBinding({ derivation: { olderSpellings: older, ownedResources: true } }));
        let step = making.next();
        while (step.done !== true) {
          const { value } = step;
          calls += 1;
          const object = { ...(calls === 1 ? aDatabase() : {}), ...(calls % 2 === 0 ? one : two) };
          step = making.next(
            value.demand === 'read' ? value.sources.map(() => ({ state: 'found', objects: [object] })) : [],
          );
        }
        checkBounds(step.value);
      }),
      { numRuns: 500 },
    );
  });

  it('may be a template that never ends: it is stopped, with pauses on the way', () => {
    const loop = '{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}';
    const { pauses, generation } = pausesOf(
      aBinding({ derivation: { mappings: [{ name: 'x', template: loop }] } }),
      aDatabase(),
    );
    assert.equal(itemsOf(generation), 'failed: mapping');
    assert.match(messageOf(generation), /takes more than 1000000 steps/);
    assert.ok(pauses >= 40);
  });

  it('may be many long templates: all together are stopped', () => {
    const loop = '{{ range 90000 }}{{ end }}';
    const mappings = Array.from({ length: 3000 }, (_, index) => ({ name: `x${index}`, template: loop }));
    const { pauses, generation } = pausesOf(aBinding({ derivation: { mappings } }), aDatabase());
    assert.equal(itemsOf(generation), 'failed: mapping');
    assert.match(messageOf(generation), /takes too much work to make/);
    assert.ok(pauses <= (2 * maxSteps) / stepsPerPause);
  });

  const marks = (length: number, value: string): JsonObject =>
    Object.fromEntries(Array.from({ length }, (_, index) => [`service.binding/x${index}`, value]));

  it('may be many annotations with the longest of paths', () => {
    const path = 'path={.spec.l[*]},optional=true,elementType=sliceOfMaps,sourceKey=a';
    const { pauses, generation } = pausesOf(aBinding(), aDatabase(marks(1900, path), { spec: { l: [] } }));
    assert.equal(itemsOf(generation), 'nothing');
    assert.ok(pauses > 100);
  });

  it('may be more annotations than can be evaluated, which are not even read', () => {
    const generation = made(aBinding(), aDatabase(marks(2001, 'x')));
    assert.match(messageOf(generation), /more than 2000 annotations are too many for one binding/);
  });

  it('may be annotations that take long to read, on every service', () => {
    const template = `elementType=template,source=${'{{ $x := 1 }}'.repeat(2000)}`;
    const services = Array.from({ length: 10 }, (_, index) => ({ ...DATABASE, name: `db-${index}` }));
    const databases = services.map(({ name }) =>
      aDatabase(
        {},
        { metadata: { name, namespace: 'ns', annotations: { 'servicebinding.dev/x': template } } },
      ),
    );
    // The last is refused, so nothing is evaluated: the pauses are those between the annotations read.
    const last = aDatabase(
      {},
      { metadata: { name: 'db', namespace: 'ns', annotations: { 'service.binding/x': '' } } },
    );
    const binding = aBinding({ services: [...services, DATABASE], derivation: { olderSpellings: true } });
    const { pauses, generation } = pausesOf(binding, ...databases, last);
    assert.equal(itemsOf(generation), 'failed: annotation');
    assert.ok(pauses >= 5);
  });

  it('may be ClusterServiceVersions that say much, for every service', () => {
    const owned = (version: string, descriptors: Json) => ({
      name: 'databases.example.com',
      kind: 'Database',
      version,
      statusDescriptors: descriptors,
    });
    const many = Array.from({ length: 1500 }, (_, index) => ({
      path: 'p'.repeat(50),
      'x-descriptors': [`x${index}`],
    }));
    const versions = Array.from({ length: 5000 }, (_, index) => owned(`v0.${index}`, null));
    const csv = (name: string, entries: readonly Json[]): JsonObject => ({
      apiVersion: 'operators.coreos.com/v1alpha1',
      kind: 'ClusterServiceVersion',
      metadata: { name, namespace: 'ns' },
      spec: { customresourcedefinitions: { owned: entries } },
    });
    let gone = 0;
    const counted = new Proxy(versions, {
      get: (target, key, receiver): unknown => {
        if (key === '0') gone += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    const services = Array.from({ length: 20 }, (_, index) => ({ ...DATABASE, name: `db-${index}` }));
    const objects = services.map(({ name }) => aDatabase({}, { metadata: { name, namespace: 'ns' } }));
    const binding = aBinding({ services });
    const { pauses } = pausesOf(binding, ...objects, csv('a', counted), csv('b', [owned('v1', many)]));
    assert.equal(gone, 1);
    assert.ok(pauses >= 5);
  });

  it('may be a value that one annotation names in many places', () => {
    let nested: Json = Array.from({ length: 2000 }, (_, index) => index);
    for (let level = 0; level < 50; level += 1) nested = { x: nested };
    const options = ',elementType=sliceOfStrings,sourceValue=x';
    const service = aDatabase({ 'service.binding/x': `path={.spec..}${options}` }, { spec: nested });
    const generation = made(aBinding(), service);
    assert.equal(itemsOf(generation), 'failed: value');
    assert.match(messageOf(generation), /is too deep or too large to be written as text$/);
  });

  it('may be a large list, a deep object, or one with names that JavaScript knows', () => {
    const list = Array.from({ length: 200_000 }, () => 'x');
    const at = (spec: Json, options = '') =>
      made(aBinding(), aDatabase({ 'service.binding/x': `path={.spec}${options}` }, { spec }));
    assert.equal(itemsOf(at(list)), 'failed: secret-key');
    assert.equal(itemsOf(at([list])), 'failed: value');
    let deep: Json = 'x';
    for (let level = 0; level < 5000; level += 1) deep = { a: deep };
    assert.equal(itemsOf(at(deep)), 'failed: value');
    const named = JSON.parse(
      '{"__proto__":{"polluted":"yes"},"constructor":"c","hasOwnProperty":"h"}',
    ) as Json;
    assert.deepEqual(itemsOf(at(named)), {
      x___proto___polluted: 'yes',
      x_constructor: 'c',
      x_hasOwnProperty: 'h',
    });
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });
});
