import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { type KnownWorkload, NO_WORKLOADS, type WorkloadLister } from '../resolve/workload-lister.ts';
import { anotherBinding, aReview, aSelectingBinding, aServiceBinding, merge } from '../testkit/builders.ts';
import { aDraftBinding, anOperatorBinding } from '../testkit/families.ts';
import { aStore } from '../testkit/world.ts';
import { validate } from '../validate.ts';

const aKnown = (override: Partial<KnownWorkload> = {}): KnownWorkload => ({
  group: 'apps',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'orders',
  labels: new Map([['app', 'orders']]),
  containers: ['app'],
  ...override,
});

const knowing = (...workloads: readonly KnownWorkload[]): WorkloadLister => ({
  workloadsOf: () => workloads,
  serves: () => true,
});

function warnings(
  binding: JsonObject,
  workloads: WorkloadLister,
  others: readonly JsonObject[] = [],
): readonly string[] {
  const { outcome, review } = validate(aReview(binding), { lister: aStore(others), workloads });
  assert.equal(outcome, 'allowed');
  return review.response.warnings ?? [];
}

const limited = (...containers: readonly string[]): JsonObject =>
  aServiceBinding({ spec: { workload: { containers } } });

describe('the workloads of a ServiceBinding', () => {
  const bySelector = aSelectingBinding({ matchLabels: { app: 'orders' } });
  const missing = (name: string): string =>
    `spec.workload.containers: no workload that is targeted now has a container ${name}`;
  const cases: Readonly<Record<string, [JsonObject, WorkloadLister, readonly string[]]>> = {
    'of which nothing is known give no warning': [limited('nope'), NO_WORKLOADS, []],
    'that are there give none': [aServiceBinding(), knowing(aKnown()), []],
    'by a name that is not there': [
      aServiceBinding(),
      knowing(),
      ['Deployment shop/orders does not exist yet: it is bound when it is created'],
    ],
    'by a selector that matches nothing': [
      bySelector,
      knowing(),
      ['no Deployment in shop matches spec.workload.selector yet: those that will are bound'],
    ],
    'of a kind that the API does not have': [
      aServiceBinding(),
      { ...knowing(), serves: () => false },
      [
        'the API does not have the kind Deployment.apps: install its CustomResourceDefinition, or correct spec.workload',
      ],
    ],
    'of a kind of the core group that the API does not have': [
      aServiceBinding({ spec: { workload: { apiVersion: 'v1', kind: 'Pot' } } }),
      { ...NO_WORKLOADS, serves: () => false },
      ['the API does not have the kind Pot: install its CustomResourceDefinition, or correct spec.workload'],
    ],
    'without one of the containers (SB-15)': [
      limited('app', 'nope', 'neither'),
      knowing(aKnown(), aKnown({ name: 'b', containers: ['side'] })),
      [missing('nope'), missing('neither')],
    ],
    'of which one has the container': [
      limited('side'),
      knowing(aKnown(), aKnown({ name: 'b', containers: ['side'] })),
      [],
    ],
    'of which the containers of one cannot be told': [
      limited('nope'),
      knowing(aKnown(), aKnown({ name: 'b', containers: undefined })),
      [],
    ],
  };
  for (const [name, [binding, workloads, want]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(warnings(binding, workloads), want));
  }
});

describe('another ServiceBinding on the same workload (APP-10, APP-11)', () => {
  const env = [{ name: 'USER', key: 'username' }];
  const older = aServiceBinding({ spec: { env } });
  const younger = anotherBinding();
  const other = (override: JsonObject): JsonObject => merge(older, override);
  const mounts = (who: string, wins: string): string =>
    `ServiceBinding shop/${who} mounts the directory db too, on Deployment shop/orders: ${wins}; set another spec.name on one of the two`;
  const sets = (wins: string): string =>
    `ServiceBinding shop/db sets the variable USER too, on Deployment shop/orders: ${wins}; rename one of the two`;
  const THAT = 'that one keeps it, being older';
  const THIS = 'this binding keeps it, being older';

  const cases: Readonly<Record<string, [JsonObject, readonly JsonObject[], readonly string[]]>> = {
    'that wants other things gives no warning': [younger, [older], []],
    'that has the directory': [merge(younger, { spec: { name: 'db' } }), [older], [mounts('db', THAT)]],
    'that is younger': [aServiceBinding(), [merge(younger, { spec: { name: 'db' } })], [mounts('mq', THIS)]],
    'that has the variable': [
      merge(younger, { spec: { env: [...env, { name: 'PASS', key: 'p' }] } }),
      [older],
      [sets(THAT)],
    ],
    'that is of the same age': [
      merge(younger, { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { env } }),
      [older],
      [sets('that one keeps it, being first by name')],
    ],
    'before this one is stored: it is the youngest': [
      merge(younger, { metadata: { uid: '', creationTimestamp: null }, spec: { env } }),
      [older],
      [sets(THAT)],
    ],
    'that is being deleted': [
      merge(younger, { spec: { env } }),
      [other({ metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' } })],
      [],
    ],
    'in another namespace': [
      merge(younger, { spec: { env } }),
      [other({ metadata: { namespace: 'elsewhere' } })],
      [],
    ],
    'on another workload': [
      merge(younger, { spec: { env } }),
      [other({ spec: { workload: { name: 'mailer' } } })],
      [],
    ],
    'on other containers': [
      merge(younger, { spec: { env, workload: { containers: ['app'] } } }),
      [other({ spec: { workload: { containers: ['side'] } } })],
      [],
    ],
    'on some of its containers': [
      merge(younger, { spec: { env, workload: { containers: ['app', 'side'] } } }),
      [other({ spec: { workload: { containers: ['side'] } } })],
      [sets(THAT)],
    ],
    'is not what this one was before': [
      merge(older, { metadata: { generation: 2 }, spec: { type: 'x' } }),
      [older],
      [],
    ],
    'is not what this one was under its former uid': [
      merge(older, { metadata: { uid: 'new' } }),
      [older],
      [],
    ],
  };
  for (const [name, [binding, others, want]] of Object.entries(cases)) {
    it(name, () => {
      assert.deepEqual(warnings(binding, knowing(aKnown({ containers: ['app', 'side'] })), others), want);
      // By name, also where nothing is known of the workload.
      assert.deepEqual(warnings(binding, NO_WORKLOADS, others), want);
    });
  }

  it('is told once, however many workloads they share, and found by selectors', () => {
    const selecting = aSelectingBinding(
      { matchLabels: { app: 'orders' } },
      { metadata: { name: 'mq', uid: 'mq' } },
    );
    const binding = merge(selecting, { spec: { name: 'db' } });
    const found = knowing(aKnown(), aKnown({ name: 'more' }));
    const all = aSelectingBinding({});
    assert.deepEqual(warnings(binding, found, [all]), [
      mounts('db', 'that one keeps it, being first by name'),
    ]);
    assert.deepEqual(warnings(binding, NO_WORKLOADS, [all]), []);
  });
});

describe('what a binding of an opt-in API meets', () => {
  const draft = (spec: JsonObject): JsonObject => aDraftBinding({ spec });
  const operator = (spec: JsonObject): JsonObject => anOperatorBinding({ spec });
  const byLabels = {
    resource: null,
    kind: 'Deployment',
    name: null,
    labelSelector: { matchLabels: { a: 'b' } },
  };

  const cases: Readonly<Record<string, [readonly string[], readonly string[]]>> = {
    'a container that no target has, by name only (SB-15)': [
      warnings(draft({ application: { containers: ['nope', 7] } }), knowing(aKnown())),
      ['spec.application.containers: no workload that is targeted now has a container nope'],
    ],
    'a selector that matches nothing': [
      warnings(operator({ application: byLabels }), knowing()),
      ['no Deployment in shop matches spec.application.labelSelector yet: those that will are bound'],
    ],
    'a kind that the API does not have': [
      warnings(aDraftBinding(), { ...knowing(), serves: () => false }),
      [
        'the API does not have the kind Deployment.apps: install its CustomResourceDefinition, or correct spec.application',
      ],
    ],
    'nothing that is known of a resource without its kind': [
      warnings(anOperatorBinding(), { ...knowing(), serves: () => false }),
      [],
    ],
    'nothing, if it is for nothing but a Secret': [
      warnings(operator({ application: { name: null } }), { ...knowing(), serves: () => false }),
      [],
    ],
    'a binding of another API with the same directory (APP-10)': [
      warnings(
        operator({ name: 'mq', application: { resource: null, kind: 'Deployment' } }),
        knowing(aKnown()),
        [anotherBinding()],
      ),
      [
        'ServiceBinding shop/mq mounts the directory mq too, on Deployment shop/orders: this binding keeps it, being older; set another spec.name on one of the two',
      ],
    ],
    'no directory, if it mounts none': [
      warnings(
        operator({ name: 'mq', bindAsFiles: false, application: { resource: null, kind: 'Deployment' } }),
        knowing(aKnown()),
        [anotherBinding()],
      ),
      [],
    ],
  };
  for (const [name, [given, want]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(given, want));
  }
});
