import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, isList, isObject, type Json, type JsonObject } from '../api/json.ts';
import { diff } from '../patch/diff.ts';
import { workload } from '../testkit/arbitrary.ts';
import { aServiceBinding, merge } from '../testkit/builders.ts';
import {
  aDraftBinding,
  anApplicationMapping,
  anOperatorBinding,
  aStacksBinding,
  publishing,
} from '../testkit/families.ts';
import { WORKER_MAPPING } from '../testkit/arbitrary.ts';
import { projectIn } from '../testkit/project.ts';

const RUNS = { numRuns: 1000 };

const ARRAYS = anApplicationMapping({
  metadata: { name: 'workers.example.com' },
  spec: { versions: [{ version: '*', containers: ['.spec.processes'], volumes: '.spec.disks' }] },
});

/** What every binding has, whatever its API. */
interface Common {
  readonly index: number;
  readonly created: string;
  readonly worker: boolean;
  readonly secret: string;
  readonly directory: string;
}

const SECRETS = ['secret-a', 'secret-b'] as const;

const common = (index: number): fc.Arbitrary<Common> =>
  fc.record({
    index: fc.constant(index),
    created: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
    worker: fc.boolean(),
    secret: fc.constantFrom(...SECRETS, `b${index}-0badcafe`),
    directory: fc.constantFrom('db', 'mq', 'x.y'),
  });

const metadata = ({ index, created }: Common): JsonObject => ({
  metadata: { name: `b${index}`, uid: `uid-${index}`, creationTimestamp: created },
});

const reference = ({ worker }: Common): JsonObject =>
  worker
    ? { apiVersion: 'example.com/v1', kind: 'Worker', name: 'orders' }
    : { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' };

const application = ({ worker }: Common): JsonObject =>
  worker
    ? { group: 'example.com', version: 'v1', kind: 'Worker', resource: 'workers', name: 'orders' }
    : { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', name: 'orders' };

const specification = (each: Common): fc.Arbitrary<JsonObject> =>
  fc.constantFrom<readonly JsonObject[]>([], [{ name: 'A', key: 'username' }]).map((env) =>
    aServiceBinding({
      ...metadata(each),
      spec: {
        name: each.directory,
        type: 't',
        env,
        service: { name: each.secret },
        workload: reference(each),
      },
    }),
  );

const draft = (each: Common): fc.Arbitrary<JsonObject> =>
  fc.constantFrom<JsonObject>({}, { containers: [0] }, { containers: ['side', 7] }).map((filter) =>
    publishing(
      aDraftBinding({
        ...metadata(each),
        spec: { name: each.directory, application: { ...reference(each), ...filter } },
      }),
      { binding: { name: each.secret } },
    ),
  );

const operator = (each: Common): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      bindAsFiles: fc.boolean(),
      bindingPath: fc.constantFrom<JsonObject>(
        {},
        { secretPath: `spec.access.b${each.index}` },
        { containersPath: 'spec.processes' },
      ),
    })
    .map(({ bindAsFiles, bindingPath }) =>
      publishing(
        anOperatorBinding({
          ...metadata(each),
          spec: { name: each.directory, bindAsFiles, application: { ...application(each), bindingPath } },
        }),
        { secret: each.secret },
      ),
    );

const key = fc
  .record({
    name: fc.constantFrom('A', 'USER', 'file'),
    place: fc.constantFrom('', '/platform/bindings/secret/', '/other/bindings/secret/'),
  })
  .map(({ name, place }): JsonObject =>
    place === '' ? { name, bindAs: 'envVar' } : { name, bindAs: 'volume', mountPath: place },
  );

const stacks = (each: Common): fc.Arbitrary<JsonObject> =>
  fc.uniqueArray(key, { minLength: 1, maxLength: 3, selector: ({ name }) => name }).map((bindingKeys) =>
    publishing(aStacksBinding({ ...metadata(each), spec: { application: application(each) } }), {
      secret: each.secret,
      bindingKeys,
    }),
  );

const binding = (index: number): fc.Arbitrary<JsonObject> =>
  common(index).chain((each) => fc.oneof(specification(each), draft(each), operator(each), stacks(each)));

const bindings = fc
  .tuple(binding(0), binding(1), binding(2), binding(3), fc.integer({ min: 1, max: 4 }))
  .map(([a, b, c, d, count]) => [a, b, c, d].slice(0, count));

const project = (object: JsonObject, list: readonly JsonObject[]): JsonObject =>
  projectIn(object, [...list, WORKER_MAPPING, ARRAYS]).workload;

const deleted = (list: readonly JsonObject[]): readonly JsonObject[] =>
  list.map((each) => merge(each, { metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' } }));

/** A new Secret for each of them, under the status or the reference that names it. */
const renamed = (list: readonly JsonObject[]): readonly JsonObject[] =>
  list.map((each) => JSON.parse(JSON.stringify(each).replaceAll('secret-a', 'secret-c')) as JsonObject);

/** Without the root that unprojecting leaves, and without empty lists and maps. */
function essence(value: Json): Json | undefined {
  if (isList(value)) {
    const kept = value.filter((item) => !isDefaultRoot(item)).map((item) => essence(item) ?? {});
    return kept.length === 0 ? undefined : kept;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    const kept = essence(member);
    return kept === undefined ? [] : [[name, kept]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const isDefaultRoot = (item: Json): boolean =>
  dig(item, 'name') === 'SERVICE_BINDING_ROOT' && dig(item, 'value') === '/bindings';

/** Names of volumes, mounts' paths and variables: no API server takes one twice. */
function doubles(value: Json): readonly string[] {
  if (isList(value)) {
    const keys = value.flatMap((item) => dig(item, 'mountPath') ?? dig(item, 'name') ?? []);
    return [
      ...keys.filter((each, index) => keys.indexOf(each) !== index).map(String),
      ...value.flatMap(doubles),
    ];
  }
  return isObject(value) ? Object.values(value).flatMap(doubles) : [];
}

describe('for bindings of whatever APIs on one workload', () => {
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

  it('project, then unproject, gives the original but for roots and empty lists', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const back = project(project(object, list), deleted(list));
        assert.deepEqual(essence(back), essence(object));
      }),
      RUNS,
    );
  });

  it('nothing stands twice that may stand but once', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const users = new Set(doubles(object));
        assert.deepEqual(
          doubles(project(object, list)).filter((each) => !users.has(each)),
          [],
        );
      }),
      RUNS,
    );
  });

  it('the order in which they are found does not matter', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        assert.deepEqual(project(object, list.toReversed()), project(object, list));
      }),
      RUNS,
    );
  });

  it('a change of Secrets comes to the same as a first projection with the new ones', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const moved = project(project(object, list), renamed(list));
        assert.deepEqual(essence(moved), essence(project(object, renamed(list))));
      }),
      RUNS,
    );
  });

  it('applying the patch gives the projection', () => {
    fc.assert(
      fc.property(workload, bindings, (object, list) => {
        const projected = project(object, list);
        const operations = structuredClone(diff(object, projected)) as Operation[];
        const received = JSON.parse(JSON.stringify(object)) as JsonObject;
        const patched = jsonPatch.applyPatch(received, operations, true, true, false).newDocument;
        assert.deepEqual(patched, JSON.parse(JSON.stringify(projected)));
      }),
      RUNS,
    );
  });
});
