import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, aMapping, aPod, aServiceBinding, UID } from '../testkit/builders.ts';
import {
  TEMPLATE,
  ROOT,
  mount,
  fromSecret,
  containers,
  withContainers,
  withEnv,
  withSpec,
} from '../testkit/fragments.ts';
import { projectIn } from '../testkit/project.ts';

describe('a projection', () => {
  it('is a volume with the whole Secret, a mount, and a root (PS-6, SB-37, SB-41, SB-42, APP-1, APP-3, APP-6)', () => {
    const { workload } = projectIn(aDeployment(), [aServiceBinding()]);
    assert.deepEqual(dig(workload, ...TEMPLATE), {
      containers: [{ ...aContainer(), env: [ROOT], volumeMounts: [mount(UID, '/bindings/db')] }],
      volumes: [
        {
          name: `servicebinding-${UID}`,
          projected: { defaultMode: 420, sources: [{ secret: { name: 'db-secret' } }] },
        },
      ],
    });
    assert.deepEqual(dig(workload, 'spec', 'template', 'metadata', 'annotations'), {
      [`projector.servicebinding.io/secret-${UID}`]: 'db-secret',
    });
  });

  it('stashes the mapping in force on the workload, byte for byte (WRM-26)', () => {
    const { workload } = projectIn(aDeployment(), [aServiceBinding()]);
    assert.equal(
      dig(workload, 'metadata', 'annotations', `projector.servicebinding.io/mapping-${UID}`),
      '{"versions":[{"version":"*","annotations":".spec.template.metadata.annotations","containers":[{"path":".spec.template.spec.initContainers[*]","name":".name","env":".env","volumeMounts":".volumeMounts"},{"path":".spec.template.spec.containers[*]","name":".name","env":".env","volumeMounts":".volumeMounts"}],"volumes":".spec.template.spec.volumes"}]}',
    );
  });

  it('binds every container, init containers too (SB-13)', () => {
    const workload = aDeployment({
      spec: {
        template: {
          spec: {
            initContainers: [aContainer({ name: 'init' })],
            containers: [aContainer(), aContainer({ name: 'side' })],
          },
        },
      },
    });
    const bound = projectIn(workload, [aServiceBinding()]).workload;
    for (const container of [...containers(bound), ...containers(bound, 'initContainers')]) {
      assert.deepEqual(container['volumeMounts'], [mount(UID, '/bindings/db')]);
    }
  });

  it('binds only the containers that are listed (SB-11, SB-14, WRM-28), and ignores names that match nothing (SB-15)', () => {
    const workload = withContainers(aContainer(), aContainer({ name: 'side' }));
    const binding = withSpec({ workload: { containers: ['side', 'nope'] } });
    const [first, second] = containers(projectIn(workload, [binding]).workload);
    assert.deepEqual(first, aContainer());
    assert.deepEqual(second?.['volumeMounts'], [mount(UID, '/bindings/db')]);
  });

  it('binds an init container alone if it is the one that is listed (SB-14)', () => {
    const workload = aDeployment({
      spec: { template: { spec: { initContainers: [aContainer({ name: 'init' })] } } },
    });
    const bound = projectIn(workload, [withSpec({ workload: { containers: ['init'] } })]).workload;
    assert.deepEqual(containers(bound), [aContainer()]);
    assert.equal(containers(bound, 'initContainers')[0]?.['env'] !== undefined, true);
  });

  it('mounts below the root that a container has, each its own (SB-40, SB-43)', () => {
    const workload = withContainers(
      aContainer({ env: [{ name: 'SERVICE_BINDING_ROOT', value: '/custom/' }] }),
      aContainer({ name: 'side' }),
    );
    const [first, second] = containers(projectIn(workload, [aServiceBinding()]).workload);
    assert.deepEqual(first?.['env'], [{ name: 'SERVICE_BINDING_ROOT', value: '/custom/' }]);
    assert.deepEqual(first?.['volumeMounts'], [mount(UID, '/custom/db')]);
    assert.deepEqual(second?.['volumeMounts'], [mount(UID, '/bindings/db')]);
  });

  it('names the directory by spec.name (SB-38)', () => {
    const [container] = containers(projectIn(aDeployment(), [withSpec({ name: 'account' })]).workload);
    assert.deepEqual(container?.['volumeMounts'], [mount(UID, '/bindings/account')]);
  });

  it('overrides type and provider by the downward API (SB-44, SB-45), also for variables (SB-19, SB-22)', () => {
    const env = [
      { name: 'KIND', key: 'type' },
      { name: 'BY', key: 'provider' },
      { name: 'USER', key: 'username' },
    ];
    const { workload } = projectIn(aDeployment(), [withSpec({ type: 'mysql', provider: 'bitnami', env })]);
    const path = (key: string): JsonObject => ({
      fieldPath: `metadata.annotations['projector.servicebinding.io/${key}-${UID}']`,
    });
    assert.deepEqual(containers(workload)[0]?.['env'], [
      ROOT,
      { name: 'BY', valueFrom: { fieldRef: path('provider') } },
      { name: 'KIND', valueFrom: { fieldRef: path('type') } },
      fromSecret('USER', 'username'),
    ]);
    assert.deepEqual(dig(workload, ...TEMPLATE, 'volumes'), [
      {
        name: `servicebinding-${UID}`,
        projected: {
          defaultMode: 420,
          sources: [
            { secret: { name: 'db-secret' } },
            { downwardAPI: { items: [{ path: 'type', fieldRef: path('type') }] } },
            { downwardAPI: { items: [{ path: 'provider', fieldRef: path('provider') }] } },
          ],
        },
      },
    ]);
  });

  it('records the variables that it added, on the workload alone', () => {
    const { workload } = projectIn(aDeployment(), [withSpec({ env: [{ name: 'USER', key: 'username' }] })]);
    assert.equal(
      dig(workload, 'metadata', 'annotations', `projector.cleat.dev/env-${UID}`),
      '{"/spec/template/spec/containers/0/env":["USER"]}',
    );
  });

  it('writes nothing where there is nothing to write', () => {
    const workload = aDeployment({ metadata: { name: 'other' } });
    assert.equal(projectIn(workload, [aServiceBinding()]).workload, workload);
  });

  it('follows the built-in mapping of a Pod, and stashes it where servicebinding/runtime has no place for it', () => {
    const binding = withSpec({ workload: { apiVersion: 'v1', kind: 'Pod' } });
    const bound = projectIn(aPod(), [binding]).workload;
    assert.deepEqual(Object.keys(dig(bound, 'metadata', 'annotations') as JsonObject), [
      `projector.servicebinding.io/secret-${UID}`,
      `projector.cleat.dev/mapping-${UID}`,
    ]);
    assert.equal(Array.isArray(dig(bound, 'spec', 'volumes')), true);
  });

  it('follows a mapping to wherever it leads, creating what is missing (WRM-24, WRM-30, WRM-31)', () => {
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: { process: { id: 'a' } },
    };
    const binding = withSpec({ workload: { apiVersion: 'example.com/v1', kind: 'Worker' } });
    const { workload } = projectIn(worker, [binding, aMapping()]);
    assert.deepEqual(workload['spec'], {
      process: { id: 'a', environment: [ROOT], mounts: [mount(UID, '/bindings/db')] },
      podAnnotations: { [`projector.servicebinding.io/secret-${UID}`]: 'db-secret' },
      disks: [
        {
          name: `servicebinding-${UID}`,
          projected: { defaultMode: 420, sources: [{ secret: { name: 'db-secret' } }] },
        },
      ],
    });
  });

  it('binds all containers of a mapping without names, whatever the filter (WRM-29)', () => {
    const nameless = aMapping({
      spec: { versions: [{ version: '*', containers: [{ path: '.spec.process' }] }] },
    });
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: { process: {} },
    };
    const binding = withSpec({
      workload: { apiVersion: 'example.com/v1', kind: 'Worker', containers: ['x'] },
    });
    assert.deepEqual(dig(projectIn(worker, [binding, nameless]).workload, 'spec', 'process', 'env'), [ROOT]);
  });
});

describe('what the user wrote', () => {
  it('keeps its place, its unknown fields and its order (WRM-32)', () => {
    const workload = aDeployment({
      spec: {
        template: {
          spec: {
            containers: [
              aContainer({
                env: [
                  { name: 'Z', value: '1', future: true },
                  { name: 'A', value: '' },
                ],
                volumeMounts: [{ name: 'z', mountPath: '/z', future: 1 }],
              }),
            ],
            volumes: [
              { name: 'z', csiFuture: { x: 1 } },
              { name: 'a', emptyDir: {} },
            ],
          },
        },
      },
    });
    const bound = projectIn(workload, [withSpec({ env: [{ name: 'B', key: 'b' }] })]).workload;
    const [container] = containers(bound);
    assert.deepEqual(container?.['env'], [
      { name: 'Z', value: '1', future: true },
      { name: 'A', value: '' },
      ROOT,
      fromSecret('B', 'b'),
    ]);
    assert.deepEqual(container?.['volumeMounts'], [
      { name: 'z', mountPath: '/z', future: 1 },
      mount(UID, '/bindings/db'),
    ]);
    assert.deepEqual((dig(bound, ...TEMPLATE, 'volumes') as Json[]).slice(0, 2), [
      { name: 'z', csiFuture: { x: 1 } },
      { name: 'a', emptyDir: {} },
    ]);
  });

  it('is not taken away with the projection, even if it reads the very same Secret', () => {
    const own = fromSecret('OWN', 'password');
    const binding = withSpec({ env: [{ name: 'USER', key: 'username' }] });
    const bound = projectIn(withEnv(own), [binding]).workload;
    const gone = {
      ...binding,
      metadata: { ...(binding['metadata'] as JsonObject), deletionTimestamp: '2026-01-02T00:00:00Z' },
    };
    assert.deepEqual(containers(projectIn(bound, [gone]).workload)[0]?.['env'], [own, ROOT]);
  });

  it('is not taken for a projection when it was there first, without any sign of one', () => {
    const own = fromSecret('USER', 'username');
    const binding = withSpec({ env: [{ name: 'USER', key: 'username' }] });
    const { workload, reports } = projectIn(withEnv(own), [binding]);
    assert.deepEqual(containers(workload)[0]?.['env'], [own, ROOT]);
    assert.deepEqual(reports, []);
    assert.equal(dig(workload, 'metadata', 'annotations', `projector.cleat.dev/env-${UID}`), '{}');
    const retargeted = withSpec({ env: [{ name: 'USER', key: 'username' }], workload: { name: 'other' } });
    assert.deepEqual(containers(projectIn(workload, [retargeted]).workload)[0]?.['env'], [own, ROOT]);
  });
});
