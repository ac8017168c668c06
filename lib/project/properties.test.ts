import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import { diff } from '../patch/diff.ts';
import { bindings, workload, WORKER_MAPPING } from '../testkit/arbitrary.ts';
import { projectIn } from '../testkit/project.ts';

const RUNS = { numRuns: 1500 };

const project = (object: JsonObject, list: readonly JsonObject[]): JsonObject =>
  projectIn(object, [...list, WORKER_MAPPING]).workload;

const deleted = (list: readonly JsonObject[]): readonly JsonObject[] =>
  list.map((binding) => ({
    ...binding,
    metadata: { ...(binding['metadata'] as JsonObject), deletionTimestamp: '2026-03-03T00:00:00Z' },
  }));

/** Without the root that unprojecting leaves, and without empty lists and maps. */
function essence(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    const kept = (value as readonly Json[])
      .filter((item) => !isDefaultRoot(item))
      .map((item) => essence(item) ?? {});
    return kept.length === 0 ? undefined : kept;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const kept = essence(member);
    return kept === undefined ? [] : [[key, kept]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const isDefaultRoot = (item: Json): boolean =>
  isObject(item) && item['name'] === 'SERVICE_BINDING_ROOT' && item['value'] === '/bindings';

/** Every list of the document with its place. */
function lists(value: Json, place = ''): readonly (readonly [string, readonly Json[]])[] {
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return [[place, items], ...items.flatMap((item, index) => lists(item, `${place}/${index}`))];
  }
  return isObject(value)
    ? Object.entries(value).flatMap(([key, member]) => lists(member, `${place}/${key}`))
    : [];
}

describe('for whatever workload and bindings', () => {
  it('applying the patch gives the projection, and the patch is valid at every step', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const projected = project(object, list);
        const operations = structuredClone(diff(object, projected)) as Operation[];
        // Over JSON, as the API server has it: a generated object may hold one and the same map twice.
        const received = JSON.parse(JSON.stringify(object)) as JsonObject;
        const patched = jsonPatch.applyPatch(received, operations, true, true, false).newDocument;
        assert.deepEqual(patched, JSON.parse(JSON.stringify(projected)));
      }),
      RUNS,
    );
  });

  it('projecting twice changes nothing', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const projected = project(object, list);
        assert.equal(project(projected, list), projected);
        const reread = JSON.parse(JSON.stringify(projected)) as JsonObject;
        assert.equal(project(reread, list), reread);
      }),
      RUNS,
    );
  });

  it('project, then unproject, gives the original', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const back = project(project(object, list), deleted(list));
        assert.deepEqual(essence(back), essence(object));
      }),
      RUNS,
    );
  });

  it('what the user wrote is untouched and in its order', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const after = new Map(lists(project(object, list)));
        for (const [place, items] of lists(object)) {
          const start = after.get(place)?.slice(0, items.length) ?? [];
          if (/\/(?:env|volumeMounts|volumes|disks)$/.test(place)) assert.deepEqual(start, items);
        }
      }),
      RUNS,
    );
  });

  it('the order in which bindings are found does not matter', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        assert.deepEqual(project(object, list.toReversed()), project(object, list));
      }),
      RUNS,
    );
  });

  it('binding one after the other comes to the same as all at once', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const stepwise = list.reduce(
          (bound, _binding, index) => project(bound, list.slice(0, index + 1)),
          object,
        );
        assert.deepEqual(essence(stepwise), essence(project(object, list)));
      }),
      RUNS,
    );
  });
});
