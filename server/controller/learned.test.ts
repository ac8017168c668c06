import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import { aDeployment, anotherBinding, aServiceBinding, merge } from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { Bindings } from './bindings.ts';
import { Namespaces } from './namespaces.ts';
import { Router } from './router.ts';
import { DEPLOYMENTS } from './testing/resources.ts';
import { type Judged, judgeObject } from './workload-record.ts';
import { Workloads } from './workloads.ts';

/** What is learned of a workload, by a write or a read, and which bindings are looked at for it. */
class Scene {
  readonly store = aStore([], { closed: false });
  readonly bindings = new Bindings(
    () => 0,
    () => undefined,
  );
  readonly enqueued = new Set<string>();
  readonly workloads = new Workloads({
    lister: this.store,
    now: () => 0,
    onLearned: (before, after) => this.router.onLearned(before, after),
  });
  readonly router: Router = new Router({
    bindings: this.bindings,
    workloads: this.workloads,
    namespaces: new Namespaces('cleat-system'),
    lister: this.store,
    resources: () => [DEPLOYMENTS],
    enqueue: (key) => this.enqueued.add(key),
    renew: (key) => this.enqueued.add(key),
    suspect: () => {},
    onTargets: () => {},
    onKinds: () => {},
  });
  #version = 0;

  put(...objects: readonly JsonObject[]): void {
    for (const object of objects) {
      this.store.upsert(object);
      this.router.upsert(object);
    }
    this.enqueued.clear();
  }

  see(object: JsonObject): void {
    this.router.onWorkload(object, DEPLOYMENTS);
    this.enqueued.clear();
  }

  /** As it comes back from a write or a read. */
  judge(object: JsonObject): Judged {
    const metadata = { uid: 'u', resourceVersion: String(++this.#version) };
    const judged = judgeObject(merge(object, { metadata }), DEPLOYMENTS, this.store);
    assert.ok(judged);
    return judged;
  }
}

describe('what a write or a read of our own tells of a workload', () => {
  const sharing: JsonObject = { spec: { name: 'shared' } };
  const older = aServiceBinding(sharing);
  const younger = anotherBinding(sharing);

  it('is told to a binding that another one stood in the way of, and that no event will tell', () => {
    const scene = new Scene();
    scene.put(older, younger);
    const { workload } = scene.judge(aDeployment());
    scene.see(scene.judge(workload).workload);
    scene.put(merge(older, { metadata: { deletionTimestamp: '2026-03-03T00:00:00Z', generation: 2 } }));
    const { workload: freed } = scene.judge(workload);
    const { record } = scene.judge(freed);
    scene.workloads.learn(record);
    assert.deepEqual(record.verdict.failures.size, 0);
    assert.ok(scene.enqueued.has('shop/mq'));
  });

  it('is nothing to those whose projection simply came to be', () => {
    const scene = new Scene();
    scene.put(aServiceBinding(), anotherBinding());
    scene.see(scene.judge(aDeployment()).workload);
    const { workload } = scene.judge(aDeployment());
    scene.workloads.learn(scene.judge(workload).record);
    assert.deepEqual([...scene.enqueued], []);
  });

  it('is told to those that find it by labels that it did not have when it was seen last', () => {
    const scene = new Scene();
    const selector = { matchLabels: { bound: 'yes' } };
    const workload = { apiVersion: 'apps/v1', kind: 'Deployment', selector };
    const selecting = aServiceBinding();
    scene.put({ ...selecting, spec: { ...(selecting['spec'] as JsonObject), workload } });
    scene.see(scene.judge(aDeployment()).workload);
    scene.workloads.learn(scene.judge(aDeployment({ metadata: { labels: { bound: 'yes' } } })).record);
    assert.deepEqual([...scene.enqueued], ['shop/db']);
  });
});
