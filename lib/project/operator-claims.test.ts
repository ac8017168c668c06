import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, aServiceBinding, merge } from '../testkit/builders.ts';
import { messages, OTHER } from '../testkit/fragments.ts';
import {
  RECORD,
  files,
  variables,
  another,
  leaving,
  volume,
  volumes,
  first,
  record,
  left,
  leftAsVariables,
  from,
} from '../testkit/operator-style.ts';
import { projectIn } from '../testkit/project.ts';

describe('what is taken stays whose it is', () => {
  it('by an older binding of the same name: the younger is left out until the older goes', () => {
    const younger = another({ spec: { name: 'db' }, status: { secret: 'mq-secret' } });
    const { workload, reports } = projectIn(aDeployment(), [younger, files()]);
    assert.deepEqual(volumes(workload), [volume('db')]);
    assert.deepEqual(messages(reports), [
      'mq: it already has a volume db (from ServiceBinding shop/db): the binding was left out; set another spec.name on one of the two',
    ]);
    assert.doesNotMatch(JSON.stringify(workload), new RegExp(OTHER));
    assert.equal(projectIn(workload, [younger, files()]).workload, workload);
    const after = projectIn(workload, [younger, leaving(files())]);
    assert.deepEqual(volumes(after.workload), [volume('db', 'mq-secret')]);
    assert.deepEqual(after.reports, []);
  });

  it('by an older binding of the specification: its directory and the name of its volume are two things', () => {
    const older = aServiceBinding({ metadata: { name: 'older', uid: OTHER }, spec: { name: 'db' } });
    const { workload, reports } = projectIn(aDeployment(), [
      files({ metadata: { creationTimestamp: '2026-02-02T00:00:00Z' } }),
      older,
    ]);
    assert.equal((first(workload)['volumeMounts'] as readonly Json[]).length, 1);
    assert.match(messages(reports).join('\n'), /^db: .*\/bindings\/db .*from ServiceBinding shop\/older/);
  });

  const own: Readonly<Record<string, JsonObject>> = {
    'an empty directory': { name: 'db', emptyDir: {} },
    'a Secret of another name': volume('db', 'mine', { defaultMode: 420 }),
    'a projected volume': { name: 'db', projected: { sources: [{ secret: { name: 'db-secret' } }] } },
  };
  for (const [name, entry] of Object.entries(own)) {
    it(`by a volume of the user's own: ${name}`, () => {
      const workload = aDeployment({
        spec: {
          template: {
            spec: {
              containers: [aContainer({ volumeMounts: [{ name: 'db', mountPath: '/mine' }] })],
              volumes: [entry],
            },
          },
        },
      });
      const { workload: after, reports } = projectIn(workload, [files()]);
      assert.equal(after, workload);
      assert.match(messages(reports).join('\n'), /^db: it already has a volume db \(the workload's own\)/);
      assert.equal(projectIn(after, [leaving(files())]).workload, workload);
    });
  }

  it('by the user: a volume of that name that comes after the projection went', () => {
    const bound = projectIn(aDeployment(), [files()]).workload;
    const replaced = merge(bound, {
      spec: { template: { spec: { volumes: [{ name: 'db', emptyDir: {} }] } } },
    });
    const { workload, reports } = projectIn(replaced, [files()]);
    assert.deepEqual(volumes(workload), [{ name: 'db', emptyDir: {} }]);
    assert.equal(record(workload), undefined);
    assert.equal(reports.length, 1);
  });
});

describe('what is refused leaves no trace', () => {
  it('a workload without containers has no record', () => {
    const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: aDeployment()['metadata'] ?? {} };
    const { workload: after, reports } = projectIn(workload, [files()]);
    assert.equal(after, workload);
    assert.match(messages(reports).join('\n'), /no containers found/);
  });
});

describe('a workload that the Service Binding Operator bound is taken over', () => {
  const cases: Readonly<Record<string, { workload: JsonObject; binding: JsonObject }>> = {
    'as files': { workload: left(), binding: files() },
    'as files, of a Secret that was made': {
      workload: left('db', 'db-80c28fc0'),
      binding: files({ status: { secret: 'db-80c28fc0' } }),
    },
    'as variables': { workload: leftAsVariables('db-secret'), binding: variables() },
  };
  for (const [name, { workload, binding }] of Object.entries(cases)) {
    it(`${name}: only the workload's own annotations change`, () => {
      const { workload: after, reports } = projectIn(workload, [binding]);
      assert.equal(dig(after, 'spec'), dig(workload, 'spec'));
      assert.equal(typeof record(after), 'string');
      assert.deepEqual(reports, []);
      assert.equal(projectIn(after, [binding]).workload, after);
    });
  }

  it('and its next Secret takes the place of the first', () => {
    const { workload } = projectIn(left('db', 'db-80c28fc0'), [files({ status: { secret: 'db-0badcafe' } })]);
    assert.deepEqual(volumes(workload), [volume('db', 'db-0badcafe')]);
    assert.deepEqual(first(workload)['volumeMounts'], [{ name: 'db', mountPath: '/bindings/db' }]);
  });

  it('and the variables of a Secret that was superseded go with the next change of its Pod template', () => {
    const workload = leftAsVariables('db-0badcafe', 'db-secret');
    const { workload: taken } = projectIn(workload, [variables()], workload);
    assert.equal(dig(taken, 'spec'), dig(workload, 'spec'));
    assert.equal(typeof record(taken), 'string');
    assert.equal(projectIn(taken, [variables()], taken).workload, taken);
    const touched = merge(taken, { spec: { template: { spec: { nodeName: 'a' } } } });
    const changed = first(projectIn(touched, [variables()], taken).workload)['envFrom'];
    assert.deepEqual(changed, [{ configMapRef: { name: 'c' } }, from('db-secret')]);
  });

  it('unless they would win over those of the present one', () => {
    const workload = leftAsVariables('db-secret', 'db-0badcafe');
    const { workload: taken } = projectIn(workload, [variables()], workload);
    assert.deepEqual(first(taken)['envFrom'], [{ configMapRef: { name: 'c' } }, from('db-secret')]);
  });

  it('with a record that was damaged it is told as one without', () => {
    const bound = projectIn(aDeployment(), [files()]).workload;
    const damaged = merge(bound, { metadata: { annotations: { [RECORD]: '{"secret":' } } });
    assert.deepEqual(projectIn(damaged, [files()]).workload, bound);
  });
});
