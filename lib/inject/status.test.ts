import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { frozen } from '../testkit/freeze.ts';
import {
  aContainer,
  aDeployment,
  anotherBinding,
  aSelectingBinding,
  aServiceBinding,
  merge,
} from '../testkit/builders.ts';
import { inject, type InjectOptions } from './inject.ts';

const SECRET: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db-secret', namespace: 'shop' },
};
const DATABASE: JsonObject = {
  apiVersion: 'example.com/v1',
  kind: 'Database',
  metadata: { name: 'orders-db', namespace: 'shop' },
  status: { binding: { name: 'db-secret' } },
};
const TO_DATABASE = { service: { apiVersion: 'example.com/v1', kind: 'Database', name: 'orders-db' } };
const CREATED = '2026-01-01T00:00:00Z';

interface Said {
  readonly ready: boolean;
  readonly message: string;
  /** `Type Status Reason`, in order. */
  readonly conditions: readonly string[];
  readonly status: Json | undefined;
  readonly warnings: readonly string[];
}

/** What comes of the first object, which is a binding. */
function statusOf(objects: readonly JsonObject[], options: InjectOptions = {}): Said {
  const result = inject({ objects: frozen(objects) }, options);
  const status = dig(result.objects[0]?.after, 'status');
  const conditions = (dig(status, 'conditions') ?? []) as readonly JsonObject[];
  const [binding] = result.bindings;
  assert.ok(binding);
  return {
    ready: binding.ready,
    message: binding.message,
    conditions: conditions.map(({ type, status: is, reason }) => [type, is, reason].join(' ')),
    status,
    warnings: result.warnings,
  };
}

interface Case {
  readonly objects: readonly JsonObject[];
  readonly options?: InjectOptions;
  readonly conditions: readonly string[];
  readonly message: RegExp;
}

const NOT_LOOKED_AT = 'WorkloadProjected Unknown Initializing';
const RESOLVED = 'ServiceAvailable True ResolvedBindingSecret';

describe('the conditions of a binding say what has become of it (SB-28, SB-29)', () => {
  const cases: Readonly<Record<string, Case>> = {
    'SB-50: the service and the workload are there': {
      objects: [aServiceBinding(), aDeployment(), SECRET],
      conditions: [RESOLVED, 'WorkloadProjected True WorkloadProjected', 'Ready True ServiceBound'],
      message: /^projected into 1 workload$/,
    },
    'SB-54: a Provisioned Service names its Secret': {
      objects: [aServiceBinding({ spec: TO_DATABASE }), aDeployment(), DATABASE, SECRET],
      conditions: [RESOLVED, 'WorkloadProjected True WorkloadProjected', 'Ready True ServiceBound'],
      message: /^projected into 1 workload$/,
    },
    'SB-54: the service is available even if the workload is missing': {
      objects: [aServiceBinding({ spec: TO_DATABASE }), DATABASE, SECRET],
      conditions: [RESOLVED, 'WorkloadProjected False WorkloadNotFound', 'Ready False WorkloadNotFound'],
      message: /^Deployment shop\/orders does not exist: create it, or correct spec.workload$/,
    },
    'SB-48, SB-51: the workload is missing': {
      objects: [aServiceBinding(), aDeployment({ metadata: { namespace: 'elsewhere' } }), SECRET],
      conditions: [RESOLVED, 'WorkloadProjected False WorkloadNotFound', 'Ready False WorkloadNotFound'],
      message: /^Deployment shop\/orders does not exist/,
    },
    'SB-51, SB-55: the service is missing': {
      objects: [aServiceBinding({ spec: TO_DATABASE }), aDeployment()],
      conditions: ['ServiceAvailable False ServiceNotFound', NOT_LOOKED_AT, 'Ready False ServiceNotFound'],
      message: /^Database shop\/orders-db does not exist: create it, or correct spec.service$/,
    },
    'SB-56, PS-1: the service has no binding yet': {
      objects: [
        aServiceBinding({ spec: TO_DATABASE }),
        aDeployment(),
        merge(DATABASE, { status: { binding: null } }),
      ],
      conditions: [
        'ServiceAvailable Unknown ServiceMissingBinding',
        NOT_LOOKED_AT,
        'Ready False ServiceMissingBinding',
      ],
      message: /^Database shop\/orders-db has no .status.binding.name yet/,
    },
    'SB-32: a selector that finds nothing is content with that': {
      objects: [aSelectingBinding({ matchLabels: { app: 'none' } }), aDeployment(), SECRET],
      conditions: [RESOLVED, 'WorkloadProjected True WorkloadProjected', 'Ready True ServiceBound'],
      message: /^projected into 0 workloads$/,
    },
    'SB-51, SB-8: the binding contradicts itself': {
      objects: [aServiceBinding({ spec: { workload: { selector: {} } } }), aDeployment(), SECRET],
      conditions: [
        'ServiceAvailable Unknown Initializing',
        'WorkloadProjected False Invalid',
        'Ready False Invalid',
      ],
      message: /^the binding cannot be used: spec\.workload\.selector: must not be set beside name/,
    },
    'a field of metadata has the wrong type': {
      objects: [aServiceBinding({ metadata: { creationTimestamp: 2026 } }), aDeployment(), SECRET],
      conditions: [
        'ServiceAvailable Unknown Initializing',
        'WorkloadProjected False Invalid',
        'Ready False Invalid',
      ],
      message: /metadata\.creationTimestamp: must be a string, not a number$/,
    },
    'it has no name yet': {
      objects: [aServiceBinding({ metadata: { name: null, generateName: 'db-' } }), aDeployment(), SECRET],
      conditions: [
        'ServiceAvailable Unknown Initializing',
        'WorkloadProjected False Invalid',
        'Ready False Invalid',
      ],
      message: /^the binding cannot be used: metadata\.name: is required$/,
    },
    'its uid is that of another one': {
      objects: [aServiceBinding({ metadata: { name: 'copy' } }), aDeployment(), aServiceBinding(), SECRET],
      conditions: [
        'ServiceAvailable Unknown Initializing',
        'WorkloadProjected False Invalid',
        'Ready False Invalid',
      ],
      message: /metadata\.uid: is also that of ServiceBinding shop\/db$/,
    },
    'WRM-21: the mapping cannot be used': {
      objects: [
        aServiceBinding(),
        aDeployment(),
        SECRET,
        {
          apiVersion: 'servicebinding.io/v1',
          kind: 'ClusterWorkloadResourceMapping',
          metadata: { name: 'deployments.apps' },
          spec: { versions: [{ version: '*', volumes: '.spec.volumes[*]' }] },
        },
      ],
      conditions: [RESOLVED, 'WorkloadProjected False Unprojectable', 'Ready False Unprojectable'],
      message:
        /^Deployment shop\/orders: nothing was projected: .*deployments\.apps cannot be used \(spec\.versions\[0\]\.volumes: /,
    },
    'the workload is being deleted': {
      objects: [aServiceBinding(), aDeployment({ metadata: { deletionTimestamp: CREATED } }), SECRET],
      conditions: [RESOLVED, 'WorkloadProjected False Unprojectable', 'Ready False Unprojectable'],
      message: /cannot be changed any more \(it is being deleted\): create it again to bind it$/,
    },
    'the Secret has to be there, and is not': {
      objects: [aServiceBinding(), aDeployment()],
      options: { requireSecrets: true },
      conditions: ['ServiceAvailable False ServiceNotFound', NOT_LOOKED_AT, 'Ready False ServiceNotFound'],
      message: /^Secret shop\/db-secret is not in the input/,
    },
  };
  for (const [name, { objects, options, conditions, message }] of Object.entries(cases)) {
    it(name, () => {
      const said = statusOf(objects, options);
      assert.deepEqual(said.conditions, conditions);
      assert.match(said.message, message);
      assert.equal(said.ready, conditions.at(-1)?.startsWith('Ready True'));
    });
  }
});

describe('what several workloads and bindings come to', () => {
  const root = { name: 'SERVICE_BINDING_ROOT', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };

  it('SB-33: the failures of several workloads are in one condition, each with its name', () => {
    const of = (name: string, container: JsonObject): JsonObject =>
      aDeployment({ metadata: { name }, spec: { template: { spec: { containers: [container] } } } });
    const said = statusOf([
      aSelectingBinding({ matchLabels: { app: 'orders' } }),
      of('fine', aContainer()),
      of('bad', aContainer({ env: [root] })),
      of('worse', aContainer({ env: [root] })),
      SECRET,
    ]);
    assert.match(
      said.message,
      /^1 of 3 workloads projected; Deployment shop\/bad: .*; Deployment shop\/worse: /,
    );
    assert.deepEqual(said.conditions.slice(1), [
      'WorkloadProjected False Unprojectable',
      'Ready False Unprojectable',
    ]);
  });

  it('APP-10, APP-11: of two that want the same directory only the younger one is not ready', () => {
    const older = aServiceBinding({ spec: { name: 'data' } });
    const younger = anotherBinding({ spec: { name: 'data', service: { name: 'db-secret' } } });
    const { bindings } = inject({ objects: [younger, older, aDeployment(), SECRET] });
    assert.deepEqual(
      bindings.map(({ binding, ready }) => [binding, ready]),
      [
        ['ServiceBinding shop/mq', false],
        ['ServiceBinding shop/db', true],
      ],
    );
    assert.match(
      bindings[0]?.message ?? '',
      /already mounts \/bindings\/data \(.*db.*\): this mount was left out/,
    );
    assert.match(
      statusOf([younger, older, aDeployment(), SECRET]).conditions.join(),
      /Ready False Collision/,
    );
  });

  it('a binding that is being deleted targets nothing, and its status is left alone', () => {
    const deleting = aServiceBinding({ metadata: { deletionTimestamp: CREATED } });
    const { objects, bindings } = inject({ objects: [deleting, aDeployment(), SECRET] });
    assert.deepEqual(bindings, []);
    for (const { before, after } of objects) assert.equal(after, before);
  });
});

describe('the rest of the status', () => {
  it('SB-34, SB-28: it names the Secret and the generation that it speaks of', () => {
    const { status } = statusOf([aServiceBinding({ metadata: { generation: 7 } }), aDeployment(), SECRET]);
    assert.deepEqual(dig(status, 'binding'), { name: 'db-secret' });
    assert.equal(dig(status, 'observedGeneration'), 7);
    assert.deepEqual((dig(status, 'conditions') as JsonObject[])[2], {
      type: 'Ready',
      status: 'True',
      reason: 'ServiceBound',
      message: 'projected into 1 workload',
      observedGeneration: 7,
      lastTransitionTime: CREATED,
    });
  });

  it('a Secret that is merely referenced may be missing: a warning', () => {
    const { ready, warnings } = statusOf([aServiceBinding(), aDeployment()]);
    assert.ok(ready);
    assert.deepEqual(warnings, [
      'ServiceBinding shop/db: Secret shop/db-secret is not in the input: the Pods will not start without it',
    ]);
  });

  it('is left out if nobody wants it', () => {
    const binding = aServiceBinding();
    const { objects, bindings } = inject({ objects: [binding, aDeployment(), SECRET] }, { status: false });
    assert.equal(objects[0]?.after, binding);
    assert.equal(bindings[0]?.ready, true);
  });

  it('SB-30: lastTransitionTime is the creation, or 1970 where there is none', () => {
    const timeOf = (binding: JsonObject): unknown =>
      dig(
        (dig(statusOf([binding, aDeployment(), SECRET]).status, 'conditions') as JsonObject[])[0],
        'lastTransitionTime',
      );
    assert.equal(timeOf(aServiceBinding()), CREATED);
    assert.equal(timeOf(aServiceBinding({ metadata: { creationTimestamp: null } })), '1970-01-01T00:00:00Z');
  });

  it('SB-30: lastTransitionTime stays as long as the status does, and what others wrote stays too', () => {
    const condition = (type: string, status: string): JsonObject => ({
      type,
      status,
      reason: 'Old',
      message: 'old',
      lastTransitionTime: '2020-02-02T00:00:00Z',
    });
    const conditions = [condition('ServiceAvailable', 'True'), condition('Ready', 'False')];
    const { status } = statusOf([
      aServiceBinding({ status: { note: 'kept', conditions } }),
      aDeployment(),
      SECRET,
    ]);
    const times = (dig(status, 'conditions') as JsonObject[]).map(
      ({ lastTransitionTime }) => lastTransitionTime,
    );
    assert.deepEqual(times, ['2020-02-02T00:00:00Z', CREATED, CREATED]);
    assert.equal(dig(status, 'note'), 'kept');
  });
});
