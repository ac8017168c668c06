import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { inject, mutate } from '../index.ts';
import { bindings, workload, WORKER_MAPPING } from '../testkit/arbitrary.ts';
import { aReview } from '../testkit/builders.ts';
import { frozen } from '../testkit/freeze.ts';
import { aStore } from '../testkit/world.ts';

const CRD: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'workers.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Worker', plural: 'workers' } },
};
const RESOURCES = frozen([WORKER_MAPPING, CRD]);

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** As read from a file: a generated object may hold one and the same map twice. */
const worlds = fc
  .tuple(workload, bindings)
  .map(([object, all]): readonly JsonObject[] => copy([...all, object]));

/** The workload as it is after a create that the webhook saw. */
function admitted(object: JsonObject, world: readonly JsonObject[]): Json {
  const { review } = mutate(aReview(object), aStore(world));
  const patch = dig(review as unknown as Json, 'response', 'patch');
  if (typeof patch !== 'string') return object;
  const operations = JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as Operation[];
  return jsonPatch.applyPatch(copy(object), operations, true, true, false).newDocument;
}

describe('inject, on whatever world', () => {
  it('modifies nothing of its input, and gives the same again', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const free = inject({ objects: world, resources: RESOURCES });
        const objects = frozen(copy(world));
        assert.deepEqual(inject({ objects, resources: RESOURCES }), free);
      }),
    );
  });

  it('does what the webhook does', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { objects } = inject({ objects: frozen(world), resources: RESOURCES });
        const { before, after } = objects.at(-1) ?? { before: {}, after: {} };
        assert.deepEqual(after, admitted(before, [...world.slice(0, -1), WORKER_MAPPING]));
      }),
    );
  });

  it('changes nothing in its own output', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const first = inject({ objects: frozen(world), resources: RESOURCES });
        const output = first.objects.map(({ after }) => after);
        const second = inject({ objects: frozen(output), resources: RESOURCES });
        for (const { before, after } of second.objects) assert.equal(after, before);
        assert.deepEqual(second.bindings, first.bindings);
      }),
    );
  });

  it('does not depend on the order of its input, but for the order of its output', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const forwards = inject({ objects: frozen(world), resources: RESOURCES });
        const backwards = inject({ objects: world.toReversed(), resources: RESOURCES });
        assert.deepEqual(backwards.objects.toReversed(), forwards.objects);
        assert.deepEqual(backwards.bindings.toReversed(), forwards.bindings);
      }),
    );
  });
});
