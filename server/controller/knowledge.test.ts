import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import { SERVICE_BINDING } from '../../lib/api/kinds.ts';
import {
  aDeployment,
  aMapping,
  anotherBinding,
  aServiceBinding,
  merge,
  UID,
} from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { Bindings } from './bindings.ts';
import { Namespaces } from './namespaces.ts';
import { Router } from './router.ts';
import { Workloads } from './workloads.ts';
import { DEPLOYMENTS } from './testing/resources.ts';

const version = (resourceVersion: string): JsonObject => ({ metadata: { resourceVersion } });
const PROVISIONED = { service: { apiVersion: 'example.com/v1', kind: 'Database', name: 'orders' } };

/** What the events of a source lead to. */
class Scene {
  readonly store = aStore([], { closed: false });
  readonly bindings = new Bindings(
    () => 0,
    () => undefined,
  );
  readonly namespaces = new Namespaces('cleat-system');
  readonly workloads = new Workloads({ lister: this.store, now: () => 0 });
  #enqueued: string[] = [];
  readonly suspected: string[] = [];
  readonly router = new Router({
    bindings: this.bindings,
    workloads: this.workloads,
    namespaces: this.namespaces,
    lister: this.store,
    resources: () => [DEPLOYMENTS],
    enqueue: (key) => this.#enqueued.push(key),
    renew: (key) => this.#enqueued.push(key),
    suspect: (key) => this.suspected.push(key),
    onTargets: () => {},
    onKinds: () => {},
  });

  /** The keys since the last time that somebody asked. */
  get enqueued(): readonly string[] {
    const keys = [...new Set(this.#enqueued)].sort();
    this.#enqueued = [];
    return keys;
  }

  put(...objects: readonly JsonObject[]): this {
    for (const object of objects) {
      this.store.upsert(object);
      this.router.upsert(object);
    }
    return this;
  }

  work(object: JsonObject): this {
    this.router.onWorkload(object, DEPLOYMENTS);
    return this;
  }
}

describe('what an event leads to', () => {
  it('a binding: to itself', () =>
    assert.deepEqual(new Scene().put(merge(aServiceBinding(), version('1'))).enqueued, ['shop/db']));

  it('the echo of our own write, or a list that says the same again: to nothing', () => {
    const scene = new Scene().put(merge(aServiceBinding(), version('1')));
    scene.bindings.written(merge(aServiceBinding(), version('2')));
    assert.deepEqual(scene.enqueued, ['shop/db']);
    assert.deepEqual(scene.put(merge(aServiceBinding(), version('1'))).enqueued, [], 'it was under way');
    assert.deepEqual(scene.put(merge(aServiceBinding(), version('2'))).enqueued, []);
    assert.deepEqual(scene.put(merge(aServiceBinding(), version('3'))).enqueued, ['shop/db']);
  });

  it('a binding that is gone: to itself, so that what is remembered of it is forgotten', () => {
    const scene = new Scene().put(aServiceBinding());
    assert.deepEqual(scene.enqueued, ['shop/db']);
    scene.router.remove({ ...SERVICE_BINDING, namespace: 'shop', name: 'db' });
    assert.deepEqual(scene.enqueued, ['shop/db']);
  });

  it('a workload: to the bindings that target it, and to those that it carries', () => {
    const scene = new Scene().put(aServiceBinding(), anotherBinding({ spec: { workload: { name: 'x' } } }));
    assert.deepEqual(scene.enqueued, ['shop/db', 'shop/mq']);
    assert.deepEqual(scene.work(aDeployment()).enqueued, ['shop/db']);
    const carries = { 'projector.servicebinding.io/mapping-2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0002': '{}' };
    assert.deepEqual(scene.work(aDeployment({ metadata: { annotations: carries } })).enqueued, [
      'shop/db',
      'shop/mq',
    ]);
  });

  it('a change of a workload that no binding could notice: to nothing', () => {
    const scene = new Scene().put(aServiceBinding()).work(aDeployment());
    assert.deepEqual(scene.enqueued, ['shop/db']);
    assert.deepEqual(scene.work(aDeployment({ status: { replicas: 3 }, ...version('7') })).enqueued, []);
    assert.deepEqual(scene.work(aDeployment({ metadata: { labels: { tier: 'x' } } })).enqueued, ['shop/db']);
  });

  it('a workload that is gone: to the bindings that targeted it', () => {
    const scene = new Scene().put(aServiceBinding()).work(aDeployment());
    assert.deepEqual(scene.enqueued, ['shop/db']);
    scene.router.onWorkloadGone({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'orders' });
    assert.deepEqual(scene.enqueued, ['shop/db']);
  });

  it('a service: to the bindings that name it, another of the same kind: to none', () => {
    const scene = new Scene().put(aServiceBinding({ spec: PROVISIONED }));
    assert.deepEqual(scene.enqueued, ['shop/db']);
    const service = {
      apiVersion: 'example.com/v1',
      kind: 'Database',
      metadata: { namespace: 'shop', name: 'orders' },
    };
    assert.deepEqual(scene.put(service).enqueued, ['shop/db']);
    assert.deepEqual(scene.put(merge(service, { metadata: { name: 'other' } })).enqueued, []);
    scene.router.synced({ group: 'example.com', kind: 'Database' }, true);
    assert.deepEqual(scene.enqueued, ['shop/db']);
  });

  it('PS-1: a binding that is the service of another: to that one too', () => {
    const service = { service: { apiVersion: 'servicebinding.io/v1', kind: 'ServiceBinding', name: 'db' } };
    const scene = new Scene().put(anotherBinding({ spec: service }));
    assert.deepEqual(scene.enqueued, ['shop/mq']);
    assert.deepEqual(scene.put(aServiceBinding()).enqueued, ['shop/db', 'shop/mq']);
  });

  it('WRM-27: a mapping: to all bindings of its kind', () => {
    const scene = new Scene().put(aServiceBinding(), anotherBinding());
    assert.deepEqual(scene.enqueued, ['shop/db', 'shop/mq']);
    assert.deepEqual(scene.put(aMapping({ metadata: { name: 'deployments.apps' } })).enqueued, [
      'shop/db',
      'shop/mq',
    ]);
    assert.deepEqual(scene.put(aMapping()).enqueued, []);
    assert.deepEqual([...scene.router.mappings], ['deployments.apps', 'workers.example.com']);
  });

  it('a namespace that becomes known, opts out or in: to all its bindings; any other change of it: to none', () => {
    const scene = new Scene().put(aServiceBinding());
    assert.deepEqual(scene.enqueued, ['shop/db']);
    assert.equal(scene.namespaces.standing('shop'), 'pending');
    const namespace = (labels: JsonObject): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels },
    });
    scene.router.onNamespace(namespace({ 'webhook.cleat.dev/ignore': 'true' }));
    assert.deepEqual(scene.enqueued, ['shop/db']);
    scene.router.onNamespace(namespace({ 'webhook.cleat.dev/ignore': 'true', team: 'a' }));
    assert.deepEqual(scene.enqueued, []);
    scene.router.onNamespace(namespace({}));
    assert.deepEqual(scene.enqueued, ['shop/db']);
  });

  it('a binding that vanishes though it was projected: to a suspicion, of each workload that carries it', () => {
    const scene = new Scene().put(aServiceBinding());
    const carries = { [`projector.servicebinding.io/mapping-${UID}`]: '{}' };
    scene.work(aDeployment({ metadata: { annotations: carries } }));
    scene.suspected.length = 0;
    const identity = { ...SERVICE_BINDING, namespace: 'shop', name: 'db' };
    scene.store.remove(identity);
    scene.router.remove(identity);
    assert.deepEqual(scene.suspected, ['apps/Deployment/shop/orders']);
    assert.equal(scene.bindings.size, 0);
    assert.deepEqual(scene.bindings.workloadKinds(), []);
  });
});

describe('what is known of workloads', () => {
  it('whose they are', () => {
    const { store, workloads } = new Scene().put(aServiceBinding()).work(aDeployment());
    const binding = store.bindingByUid(UID);
    assert.ok(binding);
    assert.deepEqual(
      workloads.targetsOf(binding).map(({ name }) => name),
      ['orders'],
    );
    assert.deepEqual(workloads.carriersOf(binding, binding.workload), []);
    assert.deepEqual(workloads.targetsOf(binding)[0]?.containers, ['app']);
  });

  it('that a verdict holds until what it rests on changes', () => {
    const scene = new Scene().work(aDeployment());
    const record = scene.workloads.get('apps/Deployment/shop/orders');
    assert.ok(record);
    assert.equal(scene.workloads.isRight(record), true);
    scene.put(aServiceBinding());
    assert.equal(scene.workloads.isRight(record), undefined);
  });

  it('that a projection of another namespace is no business of the binding there', () => {
    const scene = new Scene().put(aServiceBinding());
    assert.deepEqual(scene.enqueued, ['shop/db']);
    const annotations = { [`projector.servicebinding.io/mapping-${UID}`]: '{}' };
    scene.work(aDeployment({ metadata: { namespace: 'other', annotations } }));
    assert.deepEqual(scene.enqueued, []);
    const binding = scene.store.bindingByUid(UID);
    assert.ok(binding);
    assert.deepEqual(scene.workloads.carriersOf(binding, binding.workload), []);
    assert.deepEqual(scene.suspected, ['apps/Deployment/other/orders']);
  });
});
