import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aContainer, aDeployment, anotherBinding, aServiceBinding, UID } from '../testkit/builders.ts';
import {
  OTHER,
  ROOT,
  mount,
  fromSecret,
  containers,
  withContainers,
  withSpec,
  messages,
} from '../testkit/fragments.ts';
import { projectIn } from '../testkit/project.ts';

describe('two bindings', () => {
  const env = [{ name: 'USER', key: 'username' }];

  it('on one Secret do not erase each other', () => {
    const first = withSpec({ env });
    const second = anotherBinding({
      spec: { service: { name: 'db-secret' }, env: [{ name: 'PASS', key: 'password' }] },
    });
    const bound = projectIn(aDeployment(), [first, second]).workload;
    const deleted = anotherBinding({
      metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' },
      spec: { service: { name: 'db-secret' }, env: [{ name: 'PASS', key: 'password' }] },
    });
    assert.deepEqual(containers(projectIn(bound, [first, deleted]).workload)[0]?.['env'], [
      ROOT,
      fromSecret('USER', 'username'),
    ]);
  });

  it('that want the same directory: the older keeps it, the younger says so (APP-10, APP-11)', () => {
    const { workload, reports } = projectIn(aDeployment(), [
      anotherBinding({ spec: { name: 'db' } }),
      aServiceBinding(),
    ]);
    assert.deepEqual(containers(workload)[0]?.['volumeMounts'], [mount(UID, '/bindings/db')]);
    assert.deepEqual(messages(reports), [
      'mq: container app already mounts /bindings/db (from ServiceBinding shop/db): this mount was left out; set another spec.name on one of the two',
    ]);
  });

  it('that want the same variable: the older keeps it, and only that variable is left out', () => {
    const second = anotherBinding({ spec: { env: [...env, { name: 'PASS', key: 'password' }] } });
    const { workload, reports } = projectIn(aDeployment(), [second, withSpec({ env })]);
    assert.deepEqual(containers(workload)[0]?.['env'], [
      ROOT,
      fromSecret('PASS', 'password', 'mq-secret'),
      fromSecret('USER', 'username'),
    ]);
    assert.deepEqual(messages(reports), [
      'mq: container app already has the variable USER (from ServiceBinding shop/db): this variable was left out; rename one of the two',
    ]);
  });

  it('of the same age: the name decides', () => {
    const second = anotherBinding({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z', name: 'a' },
      spec: { name: 'db' },
    });
    assert.deepEqual(
      containers(projectIn(aDeployment(), [aServiceBinding(), second]).workload)[0]?.['volumeMounts'],
      [mount(OTHER, '/bindings/db')],
    );
  });

  it('the user keeps a variable and a mount path that is taken', () => {
    const workload = withContainers(
      aContainer({
        env: [{ name: 'USER', value: 'me' }],
        volumeMounts: [{ name: 'own', mountPath: '/bindings/db/' }],
      }),
    );
    const bound = projectIn(workload, [withSpec({ env })]);
    assert.deepEqual(containers(bound.workload)[0]?.['env'], [{ name: 'USER', value: 'me' }, ROOT]);
    assert.deepEqual(containers(bound.workload)[0]?.['volumeMounts'], [
      { name: 'own', mountPath: '/bindings/db/' },
    ]);
    assert.deepEqual(messages(bound.reports), [
      "db: container app already mounts /bindings/db (the workload's own): this mount was left out; set another spec.name on one of the two",
      "db: container app already has the variable USER (the workload's own): this variable was left out; rename one of the two",
    ]);
  });

  it('SERVICE_BINDING_ROOT from a source: the container is left alone, the others are not', () => {
    const source = { name: 'SERVICE_BINDING_ROOT', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } };
    const { workload, reports } = projectIn(
      withContainers(aContainer({ env: [source] }), aContainer({ name: 'side' })),
      [aServiceBinding()],
    );
    assert.deepEqual(containers(workload)[0], aContainer({ env: [source] }));
    assert.deepEqual(containers(workload)[1]?.['volumeMounts'], [mount(UID, '/bindings/db')]);
    assert.match(messages(reports)[0] ?? '', /container app takes SERVICE_BINDING_ROOT from valueFrom/);
  });
});
