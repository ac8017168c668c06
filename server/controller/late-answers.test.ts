import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../lib/api/json.ts';
import { aDeployment, aServiceBinding, merge } from '../../lib/testkit/builders.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { Bindings } from './bindings.ts';
import { judgeObject } from './workload-record.ts';
import { Workloads } from './workloads.ts';
import { DEPLOYMENTS } from './testing/resources.ts';

const WORKLOAD = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'orders' };
const KEY = 'apps/Deployment/shop/orders';

const inVersion = (object: JsonObject, resourceVersion: string, uid: string): JsonObject =>
  merge(object, { metadata: { resourceVersion, uid } });

describe('an answer of the API server that comes after the watch has told more', () => {
  const lister = aStore([]);
  const record = (version: string) => {
    const judged = judgeObject(inVersion(aDeployment(), version, 'u'), DEPLOYMENTS, lister);
    assert.ok(judged);
    return judged.record;
  };

  it('does not make a workload older', () => {
    const workloads = new Workloads({ lister, now: () => 0 });
    workloads.observe(inVersion(aDeployment(), '12', 'u'), DEPLOYMENTS);
    workloads.learn(record('11'));
    assert.equal(workloads.get(KEY)?.resourceVersion, '12');
    workloads.learn(record('13'));
    assert.equal(workloads.get(KEY)?.resourceVersion, '13');
  });

  it('does not bring back a workload that is gone', () => {
    const workloads = new Workloads({ lister, now: () => 0 });
    workloads.observe(inVersion(aDeployment(), '10', 'u'), DEPLOYMENTS);
    workloads.remove(WORKLOAD);
    workloads.learn(record('11'));
    assert.equal(workloads.get(KEY), undefined);
  });

  it('does not put a binding that is gone in the place of the one that was created since', () => {
    const bindings = new Bindings(
      () => 0,
      () => undefined,
    );
    const key = bindings.observe(inVersion(aServiceBinding(), '10', 'old'))?.record.key ?? '';
    bindings.remove(key);
    bindings.observe(inVersion(aServiceBinding(), '12', 'new'));
    bindings.written(inVersion(aServiceBinding(), '11', 'old'));
    assert.equal(bindings.get(key)?.uid, 'new');
  });
});
