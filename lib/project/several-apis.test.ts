import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, isList, type Json, type JsonObject } from '../api/json.ts';
import { aMapping, aServiceBinding, merge } from '../testkit/builders.ts';
import { aDraftBinding, anApplicationMapping, anOperatorBinding, publishing } from '../testkit/families.ts';
import { OTHER } from '../testkit/fragments.ts';
import { projectIn } from '../testkit/project.ts';

const leaving = (binding: JsonObject): JsonObject =>
  merge(binding, { metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' } });

describe('bindings of several APIs with different mappings on one workload', () => {
  const work = (kind: string, version: string): JsonObject => ({
    apiVersion: `example.com/${version}`,
    kind,
  });
  const worker: JsonObject = {
    ...work('Worker', 'v1'),
    metadata: { name: 'w', namespace: 'shop' },
    spec: {
      process: { id: 'p', environment: [{ name: 'A', value: 'b' }] },
      steps: [{ name: 's' }],
      more: [{ name: 'm' }],
      disks: [{ name: 'cache', emptyDir: {} }],
    },
  };
  const mapping = aMapping();
  const arrays = anApplicationMapping({
    metadata: { name: 'workers.example.com' },
    spec: { versions: [{ version: '*', containers: ['.spec.steps'], volumes: '.spec.disks' }] },
  });
  const specification = aServiceBinding({
    metadata: { uid: OTHER, name: 'a' },
    spec: { workload: { ...work('Worker', 'v1'), name: 'w' }, env: [{ name: 'USER', key: 'user' }] },
  });
  const draft = publishing(
    aDraftBinding({
      metadata: { uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0005', name: 'b' },
      spec: { application: { ...work('Worker', 'v1'), name: 'w' } },
    }),
    { binding: { name: 'b-secret' } },
  );
  const operator = publishing(
    anOperatorBinding({
      metadata: { name: 'c' },
      spec: {
        application: {
          group: 'example.com',
          kind: 'Worker',
          resource: 'workers',
          name: 'w',
          bindingPath: { containersPath: 'spec.more' },
        },
      },
    }),
    { secret: 'c-secret' },
  );
  const world = [mapping, arrays, specification, draft, operator];

  it('each goes where its own mapping says, and together they are as right as alone', () => {
    const { workload, reports } = projectIn(worker, world);
    assert.deepEqual(reports, []);
    const names = (value: Json | undefined): readonly unknown[] =>
      isList(value) ? value.map((entry) => dig(entry, 'name')) : [];
    const volumeOf = (uid: unknown): string => `servicebinding-${String(uid)}`;
    const [a, b] = [volumeOf(OTHER), volumeOf(dig(draft, 'metadata', 'uid'))];
    assert.deepEqual(names(dig(workload, 'spec', 'disks')), ['cache', 'c', a, b]);
    assert.deepEqual(names(dig(workload, 'spec', 'process', 'mounts')), ['c', a]);
    assert.deepEqual(names(dig(workload, 'spec', 'process', 'environment')), [
      'A',
      'SERVICE_BINDING_ROOT',
      'USER',
    ]);
    const [step, more] = [
      dig(workload, 'spec', 'steps') as readonly Json[],
      dig(workload, 'spec', 'more') as readonly Json[],
    ];
    assert.deepEqual(names(dig(step[0] ?? {}, 'volumeMounts')), [b]);
    assert.deepEqual(names(dig(more[0] ?? {}, 'volumeMounts')), ['c']);
    assert.equal(projectIn(workload, world).workload, workload);
    assert.equal(projectIn(workload, world.toReversed()).workload, workload);
  });

  it('and each can go alone', () => {
    const { workload } = projectIn(worker, world);
    for (const going of [specification, draft, operator]) {
      const rest = world.map((object) => (object === going ? leaving(object) : object));
      const without = world.filter((object) => object !== going);
      const { workload: after, reports } = projectIn(workload, rest);
      assert.deepEqual(reports, []);
      assert.equal(projectIn(after, without).workload, after);
      assert.doesNotMatch(JSON.stringify(after), new RegExp(String(dig(going, 'metadata', 'uid'))));
    }
  });
});
