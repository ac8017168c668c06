import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject } from '../api/json.ts';
import { frozen } from '../testkit/freeze.ts';
import {
  aDeployment,
  aMapping,
  aPod,
  aSelectingBinding,
  aServiceBinding,
  UID,
  merge,
} from '../testkit/builders.ts';
import { inject, type InjectResult } from './inject.ts';

const SECRET: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db-secret', namespace: 'shop' },
};
const WORKER: JsonObject = {
  apiVersion: 'example.com/v1',
  kind: 'Worker',
  metadata: { name: 'mailer', namespace: 'shop' },
  spec: { process: { id: 'main' } },
};
const TO_WORKER = { workload: { apiVersion: 'example.com/v1', kind: 'Worker', name: 'mailer' } };

function injected(objects: readonly JsonObject[], resources: readonly JsonObject[] = []): InjectResult {
  return inject({ objects: frozen(objects), resources: frozen(resources) });
}

/** Whether the object of each kind came out changed. */
const changed = ({ objects }: InjectResult): readonly boolean[] =>
  objects.map(({ before, after }) => before !== after);

const volumesOf = (object: JsonObject | undefined, ...path: readonly string[]): readonly unknown[] => {
  const volumes = dig(object, ...path, 'volumes');
  return Array.isArray(volumes) ? volumes : [];
};

/** An object without the members that only an API server gives. */
const asWritten = (object: JsonObject): JsonObject =>
  merge(object, { metadata: { uid: null, generation: null, creationTimestamp: null } });

describe('what is projected offline', () => {
  const of = (kind: string, more: JsonObject = {}): JsonObject =>
    aServiceBinding({ spec: { workload: { apiVersion: 'v1', kind, name: 'orders', ...more } } });

  it('a Pod and a Job, since they count as being created', () => {
    const job = aDeployment({ apiVersion: 'batch/v1', kind: 'Job' });
    const pod = injected([of('Pod'), aPod(), SECRET]);
    assert.equal(volumesOf(pod.objects[1]?.after, 'spec').length, 1);
    const result = injected([of('Job', { apiVersion: 'batch/v1' }), job, SECRET]);
    assert.equal(volumesOf(result.objects[1]?.after, 'spec', 'template', 'spec').length, 1);
  });

  it('no object with a deletionTimestamp', () => {
    const pod = aPod({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    assert.deepEqual(changed(injected([of('Pod'), pod, SECRET])), [true, false, false]);
  });

  it('a workload whose name is still to be generated, if a selector finds it', () => {
    const nameless = aDeployment({ metadata: { name: null, generateName: 'orders-', namespace: null } });
    const binding = aSelectingBinding({ matchLabels: { app: 'orders' } }, { metadata: { namespace: null } });
    const named = aServiceBinding({ metadata: { namespace: null, name: 'named', uid: 'u' } });
    const { objects, bindings } = injected([binding, nameless, named]);
    assert.equal(volumesOf(objects[1]?.after, 'spec', 'template', 'spec').length, 1);
    assert.equal(dig(objects[1]?.after, 'metadata', 'name'), null);
    assert.match(bindings[0]?.message ?? '', /^projected into 1 workload$/);
    assert.match(bindings[1]?.message ?? '', /^Deployment default\/orders does not exist/);
  });

  it('says which workload it was, also without a name', () => {
    const root = { name: 'SERVICE_BINDING_ROOT', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
    const containers = [{ name: 'app', env: [root] }];
    const nameless = aDeployment({
      metadata: { name: null, generateName: 'orders-' },
      spec: { template: { spec: { containers } } },
    });
    const { bindings } = injected([aSelectingBinding({ matchLabels: { app: 'orders' } }), nameless, SECRET]);
    assert.match(bindings[0]?.message ?? '', /^Deployment shop\/orders-\*: /);
  });

  it('nothing of what is no object: without a kind, a name, or metadata', () => {
    const odd: readonly JsonObject[] = [
      {},
      { kind: 'Deployment' },
      { kind: 'Deployment', metadata: [] },
      { kind: 'Deployment', metadata: { name: 1 } },
      { metadata: { name: 'x' } },
    ];
    assert.ok(!changed(injected([...odd, ...odd])).includes(true));
  });

  it('WRM-26: a projection that no longer belongs there is taken away', () => {
    const { objects } = injected([aServiceBinding(), aDeployment(), SECRET]);
    const bound = objects[1]?.after ?? {};
    const retargeted = aServiceBinding({ spec: { workload: { name: 'other' } } });
    const result = injected([retargeted, bound, SECRET]);
    assert.deepEqual(volumesOf(result.objects[1]?.after, 'spec', 'template', 'spec'), []);
  });
});

describe('what a file leaves out', () => {
  it('no namespace is the default one, no uid is a stable one, and neither is printed', () => {
    const binding = asWritten(aServiceBinding());
    const { objects } = injected([binding, aDeployment()]);
    const [volume] = volumesOf(objects[1]?.after, 'spec', 'template', 'spec');
    assert.equal(dig(volume as JsonObject, 'name'), 'servicebinding-e5dce99f-8bf3-5c23-89a5-f8cadd3ccfa7');
    assert.deepEqual(dig(objects[0]?.after, 'metadata'), binding['metadata']);
    assert.equal(dig(objects[0]?.after, 'status', 'observedGeneration'), 1);
  });

  it('the same object has the same uid in every version of its API', () => {
    const volumeIn = (apiVersion: string): unknown =>
      volumesOf(
        injected([asWritten(aServiceBinding({ apiVersion })), aDeployment()]).objects[1]?.after,
        'spec',
        'template',
        'spec',
      )[0];
    assert.deepEqual(volumeIn('servicebinding.io/v1alpha3'), volumeIn('servicebinding.io/v1'));
  });

  it('objects without a namespace meet in the default one', () => {
    const nowhere = { metadata: { namespace: null } };
    const { bindings } = injected([
      aServiceBinding(nowhere),
      aDeployment({ metadata: { namespace: 'default' } }),
    ]);
    assert.equal(bindings[0]?.ready, true);
    assert.equal(bindings[0].binding, 'ServiceBinding default/db');
  });
});

describe('WRM-4: the plural that a mapping goes by', () => {
  const crd = (scope: string, plural = 'workpeople'): JsonObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'workpeople.example.com' },
    spec: { group: 'example.com', scope, names: { kind: 'Worker', plural } },
  });
  const mapping = (name: string): JsonObject => aMapping({ metadata: { name, uid: name } });
  const guess =
    'the plural of Worker (example.com) is not known and taken to be workers: add its CustomResourceDefinition to the input';

  it('comes from a CustomResourceDefinition in the input', () => {
    const { objects, warnings } = injected(
      [aServiceBinding({ spec: TO_WORKER }), WORKER],
      [crd('Namespaced'), mapping('workpeople.example.com'), SECRET],
    );
    assert.equal((dig(objects[1]?.after, 'spec', 'disks') as unknown[]).length, 1);
    assert.deepEqual(warnings, []);
  });

  it('is guessed otherwise, with one warning', () => {
    const another = merge(WORKER, { metadata: { name: 'other' } });
    const selecting = aServiceBinding({
      spec: { workload: { ...TO_WORKER.workload, name: null, selector: {} } },
    });
    const { objects, warnings } = injected(
      [selecting, WORKER, another],
      [mapping('workers.example.com'), SECRET, crd('Namespaced', '')],
    );
    assert.equal((dig(objects[2]?.after, 'spec', 'disks') as unknown[]).length, 1);
    assert.deepEqual(warnings, [guess]);
  });

  it('does not matter for what no binding targets', () => {
    assert.deepEqual(injected([WORKER]).warnings, []);
  });

  it('comes with the scope: what has no namespace is in none, and so no binding targets it', () => {
    const global = merge(WORKER, { metadata: { namespace: null } });
    const binding = aServiceBinding({ metadata: { namespace: null }, spec: TO_WORKER });
    assert.equal(changed(injected([binding, global], [crd('Cluster')]))[1], false);
    assert.equal(changed(injected([binding, global], [crd('Namespaced')]))[1], true);
  });
});

describe('resources are used and not printed', () => {
  it('services, Secrets, bindings, mappings and workloads', () => {
    const deployment = aDeployment();
    const { objects, bindings, warnings } = injected([deployment], [aServiceBinding(), SECRET]);
    assert.equal(objects.length, 1);
    assert.notEqual(objects[0]?.after, deployment);
    assert.deepEqual(
      bindings.map(({ ready }) => ready),
      [true],
    );
    assert.deepEqual(warnings, []);
    assert.equal(injected([aServiceBinding()], [aDeployment(), SECRET]).bindings[0]?.ready, true);
  });

  it('an object that is among them too counts once, and as it is printed', () => {
    const binding = aServiceBinding({ spec: { name: 'printed' } });
    const objects = [binding, aDeployment(), SECRET];
    const {
      bindings,
      warnings,
      objects: out,
    } = injected(objects, [aServiceBinding(), aDeployment(), SECRET]);
    assert.deepEqual(
      bindings.map(({ message }) => message),
      ['projected into 1 workload'],
    );
    assert.match(JSON.stringify(out[1]?.after), /\/bindings\/printed/);
    assert.deepEqual(warnings, []);
  });
});

it('of an object that stands twice the last one counts, with a warning if they differ', () => {
  const first = aServiceBinding({ spec: { name: 'first' } });
  const last = aServiceBinding({ spec: { name: 'last' } });
  const { objects, warnings } = injected([first, aDeployment(), last, SECRET, SECRET]);
  assert.match(JSON.stringify(objects[1]?.after), /\/bindings\/last/);
  assert.deepEqual(warnings, ['ServiceBinding shop/db stands twice in the input: the last one counts']);
});

describe('the projection of a binding that is not in the input', () => {
  it('stays as it is, and is told', () => {
    const bound =
      inject({ objects: [aDeployment()], resources: [aServiceBinding()] }).objects[0]?.after ?? {};
    const { objects, warnings } = inject({ objects: [bound] });
    assert.equal(objects[0]?.after, bound);
    assert.deepEqual(warnings, [
      `Deployment shop/orders carries the projection of a binding that is not in the input or cannot be used (uid ${UID}): it was left as it is`,
    ]);
  });
});
