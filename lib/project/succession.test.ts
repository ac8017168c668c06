import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REPLACE_ANNOTATION } from '../api/annotations.ts';
import { dig, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, anotherBinding, aServiceBinding, merge, UID } from '../testkit/builders.ts';
import { messages, ROOT } from '../testkit/fragments.ts';
import { first, leaving, volume } from '../testkit/operator-style.ts';
import { projectIn } from '../testkit/project.ts';

const binding = (override: JsonObject = {}): JsonObject =>
  aServiceBinding(
    merge(
      {
        metadata: { finalizers: ['finalizer.servicebinding.openshift.io'] },
        spec: { env: [{ name: 'DB_USER', key: 'username' }] },
      },
      override,
    ),
  );
const atOnce = binding({ metadata: { annotations: { [REPLACE_ANNOTATION]: 'true' } } });

const reads = (name: string, secret: string): JsonObject => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key: 'username' } },
});

/** As the Service Binding Operator leaves it, with a copy of the Secret. */
const leftWith = (secret: string): JsonObject =>
  aDeployment({
    spec: {
      template: {
        spec: {
          containers: [
            aContainer({
              env: [ROOT, reads('OWN', secret), reads('DB_USER', secret)],
              volumeMounts: [{ name: 'db', mountPath: '/bindings/db' }],
            }),
          ],
          volumes: [volume('db', secret, { defaultMode: 420 })],
        },
      },
    },
  });
const LEFT = leftWith('db-80c28fc0');

/** Which style it is, as its volumes say. */
function stylesOf(workload: JsonObject): readonly string[] {
  const volumes = dig(workload, 'spec', 'template', 'spec', 'volumes') as readonly JsonObject[];
  return volumes.map((each) => (each['projected'] === undefined ? 'operator' : 'Cleat'));
}
const namesOf = (workload: JsonObject): readonly unknown[] =>
  (first(workload)['env'] as readonly JsonObject[]).map(({ name }) => name);

describe('a projection of the Service Binding Operator, of a binding of the specification', () => {
  it('stays while nobody changes the Pod template, and that is said without being a failure', () => {
    const { workload, reports } = projectIn(LEFT, [binding()], LEFT);
    assert.equal(workload, LEFT);
    assert.equal(reports[0]?.reason, undefined);
    assert.equal(messages(reports).length, 1);
  });

  const quiet: Readonly<Record<string, JsonObject>> = {
    'a label of the workload': { metadata: { labels: { a: 'b' } } },
    'the number of replicas': { spec: { replicas: 3 } },
  };
  for (const [name, change] of Object.entries(quiet)) {
    it(`stays when somebody changes ${name}`, () => {
      const changed = merge(LEFT, change);
      assert.equal(projectIn(changed, [binding()], LEFT).workload, changed);
    });
  }

  const loud: Readonly<Record<string, JsonObject>> = {
    'the Pod’s spec': { spec: { template: { spec: { nodeName: 'a' } } } },
    'the Pod’s annotations, as kubectl rollout restart does': {
      spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } },
    },
    'the Pod’s labels': { spec: { template: { metadata: { labels: { a: 'b' } } } } },
  };
  for (const [name, change] of Object.entries(loud)) {
    it(`is replaced when somebody changes ${name}`, () => {
      const { workload } = projectIn(merge(LEFT, change), [binding()], LEFT);
      assert.deepEqual(stylesOf(workload), ['Cleat']);
      assert.equal(projectIn(workload, [binding()], workload).workload, workload);
    });
  }

  it('is replaced where the workload is created, and at once where the binding asks for it', () => {
    assert.deepEqual(stylesOf(projectIn(LEFT, [binding()]).workload), ['Cleat']);
    assert.deepEqual(stylesOf(projectIn(LEFT, [atOnce], LEFT).workload), ['Cleat']);
  });

  it('goes along when another binding changes the Pod template', () => {
    const { workload } = projectIn(LEFT, [binding(), anotherBinding()], LEFT);
    assert.deepEqual(stylesOf(workload), ['Cleat', 'Cleat']);
    const gone = projectIn(workload, [binding(), leaving(anotherBinding())], workload).workload;
    assert.deepEqual(stylesOf(gone), ['Cleat']);
  });

  const edited: Readonly<Record<string, JsonObject>> = {
    'other variables': { spec: { env: [{ name: 'DB_USER', key: 'user' }] } },
    'more variables': { spec: { env: [{ name: 'DB_NAME', key: 'name' }] } },
    'another directory': { spec: { name: 'database' } },
  };
  for (const [name, change] of Object.entries(edited)) {
    it(`is replaced when the binding asks for ${name}: both never stand side by side`, () => {
      const { workload } = projectIn(LEFT, [binding(change)], LEFT);
      assert.deepEqual(stylesOf(workload), ['Cleat']);
      assert.equal((first(workload)['volumeMounts'] as readonly JsonObject[]).length, 1);
    });
  }

  it('goes with all variables that read its copy of the Secret, whatever the binding says now', () => {
    const edited = merge(atOnce, { spec: { env: [{ name: 'DB_NAME', key: 'name' }] } });
    const { workload } = projectIn(LEFT, [edited], LEFT);
    assert.deepEqual(namesOf(workload), ['SERVICE_BINDING_ROOT', 'DB_NAME']);
  });

  it('is replaced when the service has another Secret: by its status the binding knows the former', () => {
    const named = binding({ status: { binding: { name: 'db-old' } } });
    const { workload, reports } = projectIn(leftWith('db-old'), [named], leftWith('db-old'));
    assert.deepEqual(stylesOf(workload), ['Cleat']);
    assert.equal((first(workload)['volumeMounts'] as readonly JsonObject[]).length, 1);
    assert.deepEqual(reports, []);
  });

  it('goes with the variables that the binding names, where the Secret is not its own', () => {
    const { workload } = projectIn(leftWith('db-secret'), [atOnce], LEFT);
    assert.deepEqual(namesOf(workload), ['SERVICE_BINDING_ROOT', 'OWN', 'DB_USER']);
    const named = binding({ status: { binding: { name: 'db-secret' } } });
    const back = projectIn(leftWith('db-secret'), [leaving(named)], LEFT).workload;
    assert.deepEqual(namesOf(back), ['SERVICE_BINDING_ROOT', 'OWN']);
    assert.doesNotMatch(JSON.stringify(back), new RegExp(UID));
  });
});

describe('a Secret volume of the user’s own that has the binding’s name stays', () => {
  const own = volume('db', 'users-own');
  const mount = { name: 'db', mountPath: '/etc/mine' };
  const workload = aDeployment({
    spec: {
      template: { spec: { containers: [aContainer({ volumeMounts: [mount] })], volumes: [own] } },
    },
  });
  const isThere = (after: JsonObject): void => {
    const all = dig(after, 'spec', 'template', 'spec', 'volumes') as readonly JsonObject[];
    const mounts = first(after)['volumeMounts'] as readonly JsonObject[];
    assert.deepEqual([all[0], mounts[0]], [own, mount]);
  };

  for (const [name, held] of Object.entries({ left: binding(), 'to be replaced': atOnce })) {
    it(`on a workload that was never bound, by a binding that is ${name}`, () => {
      const { workload: bound, reports } = projectIn(workload, [held], workload);
      isThere(bound);
      assert.deepEqual(stylesOf(bound), ['operator', 'Cleat']);
      assert.deepEqual(reports, []);
      assert.equal(projectIn(bound, [held], bound).workload, bound);
    });
  }

  it('beside a projection of Cleat’s, whatever the user changes, and when that goes', () => {
    const { workload: bound } = projectIn(workload, [binding()], workload);
    const edited = merge(bound, { spec: { template: { spec: { nodeName: 'a' } } } });
    isThere(projectIn(edited, [binding()], bound).workload);
    isThere(projectIn(bound, [leaving(binding())], bound).workload);
  });

  it('beside a projection of Cleat’s even where it reads the very Secret', () => {
    const { workload: bound } = projectIn(aDeployment(), [binding()]);
    const added = [volume('db'), ...(dig(bound, 'spec', 'template', 'spec', 'volumes') as JsonObject[])];
    const edited = merge(bound, { spec: { template: { spec: { volumes: added } } } });
    assert.equal(projectIn(edited, [binding()], bound).workload, edited);
  });

  it('but not what a rollback of the Pod template brings back: that is replaced', () => {
    const { workload: bound } = projectIn(LEFT, [atOnce], LEFT);
    const { spec } = LEFT;
    const rolledBack = { ...bound, spec: spec ?? {} };
    assert.deepEqual(projectIn(rolledBack, [binding()], bound).workload, bound);
  });

  it('when a binding goes that was never projected', () => {
    assert.equal(projectIn(workload, [leaving(atOnce)], workload).workload, workload);
  });
});
