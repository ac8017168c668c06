import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, isList, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aMapping, aServiceBinding, merge, UID } from '../testkit/builders.ts';
import {
  containers,
  fromSecret,
  messages,
  mount,
  ROOT,
  withContainers,
  withSpec,
} from '../testkit/fragments.ts';
import { projectIn } from '../testkit/project.ts';

const env = [{ name: 'DB_PASSWORD', key: 'password' }];
const ours = fromSecret('DB_PASSWORD', 'password');
const elsewhere = { workload: { name: 'other' } };

const put = (workload: JsonObject, list: readonly JsonObject[]): JsonObject =>
  merge(workload, { spec: { template: { spec: { containers: list } } } });

function aWorker(spec: JsonObject): JsonObject {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Worker',
    metadata: { name: 'orders', namespace: 'shop' },
    spec,
  };
}
const worker = { apiVersion: 'example.com/v1', kind: 'Worker' };
const mapped = (template: JsonObject): JsonObject =>
  aMapping({ spec: { versions: [{ version: '*', ...template }] } });

function secretsOf(workload: JsonObject, ...place: readonly string[]): readonly Json[] {
  const list = dig(workload, ...place);
  return isList(list) ? list.map((entry) => dig(entry, 'valueFrom', 'secretKeyRef', 'name') ?? null) : [];
}

describe("the user's own variable that reads the very same Secret", () => {
  it('stays when the recorded one is gone with its container list', () => {
    const binding = withSpec({ env, workload: { containers: ['app'] } });
    const bound = projectIn(withContainers(aContainer()), [binding]).workload;
    const replaced = put(bound, [aContainer(), aContainer({ name: 'side', env: [ours] })]);
    const again = projectIn(replaced, [binding]).workload;
    assert.deepEqual(containers(again)[1], aContainer({ name: 'side', env: [ours] }));
    const unbound = projectIn(again, [withSpec({ env, ...elsewhere })]).workload;
    assert.deepEqual(containers(unbound)[1], aContainer({ name: 'side', env: [ours] }));
  });

  it('stays when a container was inserted before the bound one, and got the variable later', () => {
    const binding = withSpec({ env, workload: { containers: ['app'] } });
    const bound = projectIn(withContainers(aContainer()), [binding]).workload;
    const [app = {}] = containers(bound);
    const inserted = projectIn(put(bound, [aContainer({ name: 'side' }), app]), [binding]).workload;
    const own = fromSecret('DB_PASSWORD', 'other');
    const edited = projectIn(put(inserted, [aContainer({ name: 'side', env: [own] }), app]), [
      binding,
    ]).workload;
    assert.deepEqual(containers(edited)[0], aContainer({ name: 'side', env: [own] }));
    assert.deepEqual(containers(edited)[1]?.['env'], [ROOT, ours]);
  });

  it('stays when a changed mapping leads to it, and the binding says so', () => {
    const binding = withSpec({ env, workload: worker });
    const at = (place: string): JsonObject =>
      mapped({ containers: [{ path: '.spec', env: place }], volumes: '.spec.v', annotations: '.spec.a' });
    const users = [fromSecret('DB_PASSWORD', 'x', 'users-own')];
    const bound = projectIn(aWorker({ env2: users }), [binding, at('.env1')]).workload;
    const { workload, reports } = projectIn(bound, [binding, at('.env2')]);
    assert.deepEqual(secretsOf(workload, 'spec', 'env2').slice(0, 1), ['users-own']);
    assert.equal(reports.length, 1);
  });

  it('stays when the template lost its annotations and the user rewrote the recorded entry', () => {
    const binding = withSpec({ env });
    const bound = projectIn(withContainers(aContainer()), [binding]).workload;
    const theirs = fromSecret('DB_PASSWORD', 'z', 'users-other');
    const edited = merge(put(bound, [aContainer({ env: [ROOT, theirs] })]), {
      spec: { template: { metadata: { annotations: null } } },
    });
    assert.deepEqual(containers(projectIn(edited, [binding]).workload)[0]?.['env'], [ROOT, theirs]);
  });
});

describe('a projection whose annotations were stripped', () => {
  it('is recognised by its volume: nothing stands twice', () => {
    const binding = withSpec({ env });
    const bound = projectIn(withContainers(aContainer()), [binding]).workload;
    const stripped = merge(bound, {
      metadata: { annotations: null },
      spec: { template: { metadata: { annotations: null } } },
    });
    const { workload, reports } = projectIn(stripped, [binding]);
    assert.deepEqual(messages(reports), []);
    assert.deepEqual(dig(workload, 'spec', 'template', 'spec'), dig(bound, 'spec', 'template', 'spec'));
  });
});

describe('a mapping', () => {
  const binding = withSpec({ env, workload: worker });

  it('may lead to two places in one object: both are bound (WRM-15)', () => {
    const mapping = mapped({
      containers: [
        { path: '.spec.process', env: '.e1', volumeMounts: '.m1' },
        { path: '.spec.process', env: '.e2', volumeMounts: '.m2' },
      ],
    });
    const { workload } = projectIn(aWorker({ process: {} }), [binding, mapping]);
    assert.deepEqual(Object.keys(dig(workload, 'spec', 'process') as JsonObject).sort(), [
      'e1',
      'e2',
      'm1',
      'm2',
    ]);
  });

  for (const [name, template] of Object.entries({
    'whose places are one': { containers: [{ path: '.spec.process', env: '.x', volumeMounts: '.x' }] },
    'whose places stand inside each other': {
      containers: [{ path: '.spec', volumeMounts: '.disks' }],
      volumes: '.spec.disks',
    },
  })) {
    it(`${name} projects nothing and says so`, () => {
      const object = aWorker({ process: {} });
      const { workload, reports } = projectIn(object, [binding, mapped(template)]);
      assert.equal(workload, object);
      assert.match(messages(reports)[0] ?? '', /place/);
    });
  }

  it('that moved to the own annotations leaves no stash behind that would undo the projection', () => {
    const places = { containers: [{ path: '.spec.process' }], volumes: '.spec.v' };
    const first = projectIn(aWorker({ process: {} }), [
      binding,
      mapped({ ...places, annotations: '.spec.a' }),
    ]).workload;
    const own = mapped({ ...places, annotations: '.metadata.annotations' });
    const second = projectIn(first, [binding, own]).workload;
    const unknown = withSpec({
      env,
      workload: worker,
      service: { apiVersion: 'example.com/v1', kind: 'Database', name: 'gone' },
    });
    assert.equal(projectIn(second, [unknown, own]).workload, second);
  });

  it('whose places cannot be read any more keeps the books of the projection, and says so', () => {
    const bound = projectIn(aWorker({ process: {} }), [binding, aMapping()]).workload;
    const broken = merge(bound, { spec: { disks: 'broken' } });
    const { workload, reports } = projectIn(broken, [
      withSpec({ env, workload: { ...worker, name: 'other' } }),
      aMapping(),
    ]);
    assert.equal(workload, broken);
    assert.match(messages(reports)[0] ?? '', /could not be taken away: \/spec\/disks is not a list/);
  });
});

describe('an empty list of containers', () => {
  it('binds all of them, as no list does (SB-13)', () => {
    const { workload } = projectIn(withContainers(aContainer()), [
      withSpec({ workload: { containers: [] } }),
    ]);
    assert.deepEqual(containers(workload)[0]?.['volumeMounts'], [mount(UID, '/bindings/db')]);
  });
});

describe('more than a workload can take', () => {
  const many = (count: number, spec: JsonObject = {}): JsonObject[] =>
    Array.from({ length: count }, (_, index) =>
      merge(
        aServiceBinding({ metadata: { name: `b${String(index).padStart(4, '0')}`, uid: `u-${index}` } }),
        { spec },
      ),
    );

  it('1,000 bindings: what the annotations have room for is bound, the others say so', () => {
    const { workload, reports } = projectIn(withContainers(aContainer()), many(1000));
    const own = JSON.stringify(dig(workload, 'metadata', 'annotations'));
    assert.ok(own.length < 300_000);
    assert.ok(reports.length > 100 && reports.every(({ message }) => message.includes('256 KiB')));
  });

  it('10,000 variables in 100 containers: the binding says so', () => {
    const variables = Array.from({ length: 10_000 }, (_, index) => ({ name: `V${index}`, key: 'k' }));
    const object = withContainers(
      ...Array.from({ length: 100 }, (_, index) => aContainer({ name: `c${index}` })),
    );
    const { workload, reports } = projectIn(object, [withSpec({ env: variables })]);
    assert.equal(workload, object);
    assert.match(messages(reports)[0] ?? '', /too large/);
  });

  it('a record that does not fit is left out', () => {
    const variables = Array.from({ length: 250 }, (_, index) => ({
      name: `V${'x'.repeat(60)}${index}`,
      key: 'k',
    }));
    const object = withContainers(
      ...Array.from({ length: 25 }, (_, index) => aContainer({ name: `c${index}` })),
    );
    const { workload, reports } = projectIn(object, [withSpec({ env: variables })]);
    assert.deepEqual(reports, []);
    assert.equal(dig(workload, 'metadata', 'annotations', `projector.cleat.dev/env-${UID}`), undefined);
  });
});
