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
import type { Generation, SourceState } from './generation.ts';
import { aBinding, aDatabase, itemsOf, made, messageOf, readerOf } from './testkit/derived.ts';
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

/** How often there is a pause. */
function pausesOf(...args: Parameters<typeof made>): {
  readonly pauses: number;
  readonly generation: Generation;
} {
  const [from, ...objects] = args;
  const read = readerOf(objects);
  const making = generate(from);
  let pauses = 0;
  let step = making.next();
  while (step.done !== true) {
    const demand = step.value;
    const states: readonly SourceState[] = demand.demand === 'read' ? demand.sources.map(read) : [];
    if (demand.demand === 'pause') pauses += 1;
    step = making.next(states);
  }
  return { pauses, generation: step.value };
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

  it('may be many annotations with the longest of paths', () => {
    const marks = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [
        `service.binding/x${index}`,
        'path={.spec.l[*]},optional=true,elementType=sliceOfMaps,sourceKey=a',
      ]),
    );
    const service = aDatabase(marks, { spec: { l: [] } });
    const { pauses, generation } = pausesOf(aBinding(), service);
    assert.equal(itemsOf(generation), 'failed: annotation');
    assert.ok(pauses > 100);
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
