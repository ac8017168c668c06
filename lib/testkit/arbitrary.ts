/**
 * @module Generated worlds: workloads as users write them, and bindings that meet on them.
 */
import fc from 'fast-check';
import type { Json, JsonObject } from '../api/json.ts';
import { aMapping, aServiceBinding } from './builders.ts';

const SECRETS = ['secret-a', 'secret-b'] as const;
const VARIABLES = ['A', 'B_1', 'USER', 'ZED', '__proto__', 'constructor'] as const;
const DIRECTORIES = ['db', 'mq', 'x.y'] as const;

const secret = fc.constantFrom(...SECRETS);
const variable = fc.constantFrom(...VARIABLES);
const unknownField = fc.constantFrom<JsonObject>({}, { future: { deep: [1, null] } });

const literal = variable.map((name): JsonObject => ({ name, value: 'x' }));
const reference = fc
  .record({ name: variable, secret, key: fc.constantFrom('username', 'type') })
  .map(({ name, secret: from, key }): JsonObject => ({
    name,
    valueFrom: { secretKeyRef: { name: from, key } },
  }));
const root = fc
  .constantFrom('/bindings', '/custom/', '/a/../b', 'relative', '')
  .map((value): JsonObject => ({ name: 'SERVICE_BINDING_ROOT', value }));
const envEntry = fc
  .tuple(fc.oneof(literal, reference, root), unknownField)
  .map(([entry, more]): JsonObject => ({ ...entry, ...more }));
const mount = fc
  .tuple(fc.constantFrom('/data', '/bindings/db', '/bindings/mq/', '/custom/x.y'), unknownField)
  .map(([mountPath, more]): JsonObject => ({ name: 'data', mountPath, ...more }));

/** Like names are the API server's to refuse: two entries of a list never share one here. */
const unique = (arbitrary: fc.Arbitrary<JsonObject>, key: string): fc.Arbitrary<JsonObject[]> =>
  fc.uniqueArray(arbitrary, { maxLength: 4, selector: (entry) => entry[key] });

const container = (name: string): fc.Arbitrary<JsonObject> =>
  fc
    .record(
      { env: unique(envEntry, 'name'), volumeMounts: unique(mount, 'mountPath'), more: unknownField },
      { requiredKeys: ['more'] },
    )
    .map(({ more, ...lists }): JsonObject => ({ name, image: 'i', ...lists, ...more }));

const podSpec = fc
  .record(
    {
      initContainers: fc.tuple(container('init')),
      containers: fc.oneof(fc.tuple(container('app')), fc.tuple(container('app'), container('side'))),
      volumes: fc.array(
        fc.constantFrom<JsonObject>(
          { name: 'data', emptyDir: {} },
          { name: 'cfg', configMap: { name: 'c' } },
        ),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['containers'] },
  )
  .map((spec): JsonObject => spec);

const annotations = fc.constantFrom<JsonObject>({}, { annotations: { note: 'keep', '~/x': 'y' } });

const deployment = fc.tuple(podSpec, annotations, annotations).map(([spec, own, templates]): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', namespace: 'shop', labels: { app: 'orders', tier: 'web' }, ...own },
  spec: { template: { metadata: { labels: { app: 'orders' }, ...templates }, spec } },
}));

/** Containers in places of their own, one of which needs its parents made. */
const worker = fc.tuple(podSpec, annotations).map(([{ containers, volumes = [] }, own]): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Worker',
  metadata: { name: 'orders', namespace: 'shop', labels: { app: 'orders', tier: 'web' }, ...own },
  spec: { processes: containers as Json, disks: volumes },
}));

export const WORKER_MAPPING = aMapping({
  spec: {
    versions: [
      {
        version: '*',
        annotations: ".spec.notes['all']",
        containers: [
          { path: '.spec.processes[*]', name: '.name', env: '.env', volumeMounts: '.volumeMounts' },
        ],
        volumes: '.spec.disks',
      },
    ],
  },
});

export const workload: fc.Arbitrary<JsonObject> = fc.oneof({ weight: 2, arbitrary: deployment }, worker);

const target = fc.oneof(
  fc.constant<JsonObject>({ name: 'orders' }),
  fc.constant<JsonObject>({ selector: { matchLabels: { tier: 'web' } } }),
  fc.constant<JsonObject>({ name: 'other' }),
);

const binding = (index: number): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      created: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
      target,
      kind: fc.constantFrom(
        { apiVersion: 'apps/v1', kind: 'Deployment' },
        { apiVersion: 'example.com/v1', kind: 'Worker' },
      ),
      containers: fc.constantFrom<JsonObject>({}, { containers: ['app'] }, { containers: ['nope', 'side'] }),
      secret,
      name: fc.constantFrom(...DIRECTORIES),
      overrides: fc.constantFrom<JsonObject>(
        {},
        { type: 'mysql' },
        { provider: 'p' },
        { type: 't', provider: 'p' },
      ),
      env: unique(
        fc
          .record({ name: variable, key: fc.constantFrom('username', 'type', 'provider') })
          .map((entry): JsonObject => entry),
        'name',
      ),
    })
    .map(({ created, target: to, kind, containers, secret: from, name, overrides, env }) => ({
      ...aServiceBinding({
        metadata: { name: `b${index}`, uid: `uid-${index}`, creationTimestamp: created },
      }),
      spec: {
        name,
        ...overrides,
        env,
        service: { apiVersion: 'v1', kind: 'Secret', name: from },
        workload: { ...kind, ...containers, ...to },
      },
    }));

export const bindings: fc.Arbitrary<JsonObject[]> = fc
  .tuple(binding(0), binding(1), binding(2), fc.integer({ min: 1, max: 3 }))
  .map(([a, b, c, count]) => [a, b, c].slice(0, count));
