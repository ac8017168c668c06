import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, aMapping } from '../testkit/builders.ts';
import { TEMPLATE, ROOT, fromSecret, containers, withSpec } from '../testkit/fragments.ts';
import { projectIn } from '../testkit/project.ts';

describe('a projection that is there', () => {
  const binding = withSpec({ env: [{ name: 'USER', key: 'username' }], type: 'mysql' });
  const bound = projectIn(aDeployment(), [binding]).workload;

  it('is left alone when it is right', () => {
    assert.equal(projectIn(bound, [binding]).workload, bound);
  });

  it('is left alone when it is right but not recorded, as servicebinding/runtime leaves it', () => {
    const annotations = Object.entries(dig(bound, 'metadata', 'annotations') as JsonObject).filter(
      ([key]) => !key.includes('cleat'),
    );
    const runtime = {
      ...bound,
      metadata: { ...(bound['metadata'] as JsonObject), annotations: Object.fromEntries(annotations) },
    };
    assert.equal(projectIn(runtime, [binding]).workload, runtime);
    const renamed = withSpec({
      env: [{ name: 'USER', key: 'username' }],
      type: 'mysql',
      workload: { name: 'other' },
    });
    assert.deepEqual(containers(projectIn(runtime, [renamed]).workload)[0]?.['env'], [ROOT]);
  });

  it('moves with its Secret', () => {
    const moved = withSpec({
      env: [{ name: 'USER', key: 'username' }],
      type: 'mysql',
      service: { name: 'new-secret' },
    });
    const { workload } = projectIn(bound, [moved]);
    assert.deepEqual(containers(workload)[0]?.['env'], [ROOT, fromSecret('USER', 'username', 'new-secret')]);
    assert.doesNotMatch(JSON.stringify(workload), /db-secret/);
  });

  it('is taken away when the binding targets something else', () => {
    const { workload } = projectIn(bound, [withSpec({ workload: { name: 'other' } })]);
    assert.deepEqual(
      workload,
      aDeployment({ spec: { template: { spec: { containers: [aContainer({ env: [ROOT] })] } } } }),
    );
  });

  it('stays while the Secret is unknown', () => {
    const service = { apiVersion: 'example.com/v1', kind: 'Database', name: 'gone' };
    assert.equal(projectIn(bound, [withSpec({ service })]).workload, bound);
  });

  it('stays when its binding is not known: the cache may be younger than the binding', () => {
    assert.equal(projectIn(bound, []).workload, bound);
  });

  it('moves with a mapping that changed, and leaves nothing behind (WRM-26, WRM-27)', () => {
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: { process: { id: 'a' }, task: {} },
    };
    const forWorker = withSpec({ workload: { apiVersion: 'example.com/v1', kind: 'Worker' } });
    const before = projectIn(worker, [forWorker, aMapping()]).workload;
    const changed = aMapping({
      spec: {
        versions: [
          {
            version: 'v1',
            containers: [{ path: '.spec.task' }],
            volumes: '.spec.volumes',
            annotations: '.spec.notes',
          },
        ],
      },
    });
    const after = projectIn(before, [forWorker, changed]).workload;
    assert.deepEqual(dig(after, 'spec', 'process'), { id: 'a', environment: [ROOT] });
    assert.deepEqual(Object.keys(after['spec'] as JsonObject), ['process', 'task', 'notes', 'volumes']);
  });

  it('is taken away when its mapping changed, even while the Secret is unknown', () => {
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: { process: { id: 'a' } },
    };
    const reference = { apiVersion: 'example.com/v1', kind: 'Worker' };
    const before = projectIn(worker, [withSpec({ workload: reference }), aMapping()]).workload;
    const unknown = withSpec({
      workload: reference,
      service: { apiVersion: 'example.com/v1', kind: 'Database', name: 'gone' },
    });
    assert.equal(projectIn(before, [unknown, aMapping()]).workload, before);
    const changed = aMapping({ spec: { versions: [{ version: '*', volumes: '.spec.other' }] } });
    assert.deepEqual(Object.keys(projectIn(before, [unknown, changed]).workload['spec'] as JsonObject), [
      'process',
    ]);
  });

  it('is found again when a container was put before its own', () => {
    const [container] = containers(bound);
    const inserted = {
      ...bound,
      spec: {
        ...(bound['spec'] as JsonObject),
        template: {
          spec: {
            ...(dig(bound, ...TEMPLATE) as JsonObject),
            containers: [aContainer({ name: 'new' }), container as JsonObject],
          },
          metadata: dig(bound, 'spec', 'template', 'metadata') as Json,
        },
      },
    };
    const removed = projectIn(inserted, [withSpec({ workload: { name: 'other' } })]).workload;
    assert.deepEqual(containers(removed), [aContainer({ name: 'new' }), aContainer({ env: [ROOT] })]);
  });
});
