import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, isObject, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, merge, UID } from '../testkit/builders.ts';
import { aStacksBinding, publishing } from '../testkit/families.ts';
import { containers, fromSecret, messages, OTHER, TEMPLATE, withEnv } from '../testkit/fragments.ts';
import { projectIn } from '../testkit/project.ts';

const PLACE = '/platform/bindings/secret/';
/** The directory tells it. */
const VOLUME = 'service-bindings-ac42842b';

const file = (name: string, mountPath = PLACE): JsonObject => ({ name, bindAs: 'volume', mountPath });
const variable = (name: string): JsonObject => ({ name, bindAs: 'envVar' });

/** Binds Deployment shop/orders, with the items where the status says. */
const binding = (bindingKeys: readonly JsonObject[], override: JsonObject = {}): JsonObject =>
  publishing(aStacksBinding(merge({ spec: { application: { kind: 'Deployment' } } }, override)), {
    secret: 'db-secret',
    bindingKeys,
    ...(dig(override, 'status') as JsonObject | undefined),
  });
const younger = (bindingKeys: readonly JsonObject[], override: JsonObject = {}): JsonObject =>
  binding(
    bindingKeys,
    merge(
      {
        metadata: { name: 'mq', uid: OTHER, creationTimestamp: '2026-02-02T00:00:00Z' },
        status: { secret: 'mq-secret' },
      },
      override,
    ),
  );
const leaving = (object: JsonObject): JsonObject =>
  merge(object, { metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' } });

const first = (workload: JsonObject): JsonObject => containers(workload)[0] ?? {};
const env = (workload: JsonObject): readonly JsonObject[] => {
  const list = first(workload)['env'];
  return Array.isArray(list) ? list.filter(isObject) : [];
};
const listing = (...bindingKeys: readonly JsonObject[]): JsonObject => ({
  name: 'SERVICE_BINDINGS',
  value: JSON.stringify({ bindingKeys }),
});
const volumes = (workload: JsonObject): Json | undefined => dig(workload, ...TEMPLATE, 'volumes');
const secret = (name: string, ...keys: readonly string[]): JsonObject => ({
  secret: { name, items: keys.map((key) => ({ key, path: key })) },
});
const volume = (...sources: readonly JsonObject[]): JsonObject => ({
  name: VOLUME,
  projected: { defaultMode: 420, sources },
});

const mixed = binding([file('password'), variable('uri')]);

describe('a projection of items', () => {
  it('is a variable or a file for each, and a list of them all (OLD-11, OLD-12)', () => {
    const { workload, reports } = projectIn(aDeployment(), [mixed]);
    assert.deepEqual(env(workload), [listing(file('password'), variable('uri')), fromSecret('uri', 'uri')]);
    assert.deepEqual(first(workload)['volumeMounts'], [{ name: VOLUME, mountPath: PLACE, readOnly: true }]);
    assert.deepEqual(volumes(workload), [volume(secret('db-secret', 'password'))]);
    assert.deepEqual(reports, []);
  });

  it('is left alone when it is right', () => {
    const { workload } = projectIn(aDeployment(), [mixed]);
    assert.equal(projectIn(workload, [mixed]).workload, workload);
    const reread = JSON.parse(JSON.stringify(workload)) as JsonObject;
    assert.equal(projectIn(reread, [mixed]).workload, reread);
  });

  it('lists no mount where there are variables alone', () => {
    const { workload } = projectIn(aDeployment(), [binding([variable('uri')])]);
    assert.equal(volumes(workload), undefined);
    assert.equal(first(workload)['volumeMounts'], undefined);
  });

  it('has a directory for each prefix', () => {
    const { workload } = projectIn(aDeployment(), [
      binding([file('a'), file('b', '/other/bindings/secret/')]),
    ]);
    const mounts = first(workload)['volumeMounts'] as readonly JsonObject[];
    assert.deepEqual(mounts.map(({ mountPath }) => String(mountPath)).sort(), [
      '/other/bindings/secret/',
      PLACE,
    ]);
    assert.equal(new Set(mounts.map(({ name }) => name)).size, 2);
  });

  it('goes without a trace but for lists that it emptied', () => {
    const { workload } = projectIn(aDeployment(), [mixed]);
    const back = projectIn(workload, [leaving(mixed)]).workload;
    assert.deepEqual(first(back), aContainer({ env: [], volumeMounts: [] }));
    assert.deepEqual(volumes(back), []);
    assert.deepEqual(back['metadata'], aDeployment()['metadata']);
  });
});

describe('what changes moves', () => {
  const { workload: before } = projectIn(aDeployment(), [mixed]);
  const cases: Readonly<Record<string, { after: JsonObject; env: readonly JsonObject[]; volumes: Json }>> = {
    'to another Secret': {
      after: binding([file('password'), variable('uri')], { status: { secret: 'new' } }),
      env: [listing(file('password'), variable('uri')), fromSecret('uri', 'uri', 'new')],
      volumes: [volume(secret('new', 'password'))],
    },
    'from file to variable, and back': {
      after: binding([variable('password'), file('uri')]),
      env: [listing(variable('password'), file('uri')), fromSecret('password', 'password')],
      volumes: [volume(secret('db-secret', 'uri'))],
    },
    'to another name': {
      after: binding([file('DB_password'), variable('DB_uri')]),
      env: [fromSecret('DB_uri', 'DB_uri'), listing(file('DB_password'), variable('DB_uri'))],
      volumes: [volume(secret('db-secret', 'DB_password'))],
    },
    'to variables alone': {
      after: binding([variable('uri')]),
      env: [listing(variable('uri')), fromSecret('uri', 'uri')],
      volumes: [],
    },
  };
  for (const [name, { after, env: wanted, volumes: wantedVolumes }] of Object.entries(cases)) {
    it(name, () => {
      const { workload } = projectIn(before, [after]);
      assert.deepEqual(env(workload), wanted);
      assert.deepEqual(volumes(workload), wantedVolumes);
      assert.equal(projectIn(workload, [after]).workload, workload);
    });
  }

  it('but stays while the Secret is unknown', () => {
    const pending = merge(mixed, { metadata: { generation: 2 } });
    assert.equal(projectIn(before, [pending]).workload, before);
  });
});

describe('several bindings', () => {
  const [a, b] = [binding([file('a'), variable('x')]), younger([file('b'), variable('y')])];

  it('share the list and the directory, whoever came first (OLD-11)', () => {
    const { workload, reports } = projectIn(aDeployment(), [b, a]);
    assert.deepEqual(env(workload), [
      listing(file('a'), file('b'), variable('x'), variable('y')),
      fromSecret('x', 'x'),
      fromSecret('y', 'y', 'mq-secret'),
    ]);
    assert.deepEqual(volumes(workload), [volume(secret('db-secret', 'a'), secret('mq-secret', 'b'))]);
    assert.deepEqual(reports, []);
    const stepwise = projectIn(projectIn(aDeployment(), [b]).workload, [a, b]).workload;
    assert.deepEqual(stepwise['spec'], workload['spec']);
    assert.equal(projectIn(workload, [a, b]).workload, workload);
  });

  it('of which one goes: the others stay', () => {
    const { workload } = projectIn(aDeployment(), [a, b]);
    const after = projectIn(workload, [leaving(a), b]).workload;
    assert.deepEqual(after['spec'], projectIn(aDeployment(), [b]).workload['spec']);
  });

  it('of which one waits for its Secret: what it had stays, beside what the others change', () => {
    const { workload } = projectIn(aDeployment(), [a, b]);
    const pending = merge(a, { metadata: { generation: 2 } });
    const moved = younger([file('c')]);
    const after = projectIn(workload, [pending, moved]).workload;
    assert.deepEqual(env(after), [listing(file('a'), file('c'), variable('x')), fromSecret('x', 'x')]);
    assert.deepEqual(volumes(after), [volume(secret('db-secret', 'a'), secret('mq-secret', 'c'))]);
  });

  it('with the same file or variable: the older keeps it, and the younger is told', () => {
    const [older, late] = [
      binding([file('a'), variable('x')]),
      younger([file('a'), variable('x'), file('z')]),
    ];
    const { workload, reports } = projectIn(aDeployment(), [late, older]);
    assert.deepEqual(env(workload), [listing(file('a'), variable('x'), file('z')), fromSecret('x', 'x')]);
    assert.deepEqual(volumes(workload), [volume(secret('db-secret', 'a'), secret('mq-secret', 'z'))]);
    const told = messages(reports);
    assert.equal(told.length, 2);
    assert.match(told.join('\n'), /^mq: .*\bx\b.*ServiceBinding shop\/db/m);
    assert.match(
      told.join('\n'),
      /^mq: \/platform\/bindings\/secret\/a is already the file of ServiceBinding shop\/db/m,
    );
    assert.equal(projectIn(workload, [late, older]).workload, workload);
  });
});

describe("what is the user's stays", () => {
  it('a variable of an item', () => {
    const { workload, reports } = projectIn(withEnv({ name: 'uri', value: 'mine' }), [mixed]);
    assert.deepEqual(env(workload)[0], { name: 'uri', value: 'mine' });
    assert.match(messages(reports).join('\n'), /^db: .*\buri\b.*the workload's own/);
    const back = projectIn(workload, [leaving(mixed)]).workload;
    assert.deepEqual(first(back)['env'], [{ name: 'uri', value: 'mine' }]);
  });

  it('a variable of an item, and SERVICE_BINDINGS does not list it: it lists what is there (OLD-11)', () => {
    const { workload } = projectIn(withEnv({ name: 'uri', value: 'mine' }), [mixed]);
    assert.deepEqual(env(workload)[1], listing(file('password')));
    assert.equal(projectIn(workload, [mixed]).workload, workload);
    const same = projectIn(withEnv(fromSecret('uri', 'uri')), [mixed]).workload;
    assert.deepEqual(env(same)[1], listing(file('password'), variable('uri')));
  });

  const written: Readonly<Record<string, JsonObject>> = {
    'that is the very same': fromSecret('uri', 'uri'),
    'that reads another key': fromSecret('uri', 'other'),
    'that reads another Secret': fromSecret('uri', 'uri', 'other'),
  };
  for (const [name, entry] of Object.entries(written)) {
    it(`a variable of an item ${name}, before and after`, () => {
      const { workload } = projectIn(withEnv(entry), [mixed]);
      assert.deepEqual(env(workload)[0], entry);
      assert.equal(projectIn(workload, [mixed]).workload, workload);
      assert.deepEqual(first(projectIn(workload, [leaving(mixed)]).workload)['env'], [entry]);
    });
  }

  it('SERVICE_BINDINGS', () => {
    const own = { name: 'SERVICE_BINDINGS', value: 'mine' };
    const { workload, reports } = projectIn(withEnv(own), [mixed]);
    assert.deepEqual(env(workload)[0], own);
    assert.match(messages(reports).join('\n'), /^db: .*SERVICE_BINDINGS.*the workload's own/);
    assert.equal(projectIn(workload, [mixed]).workload, workload);
  });

  it('a directory', () => {
    const mounts = [{ name: 'own', mountPath: '/platform/bindings/secret' }];
    const workload = aDeployment({
      spec: {
        template: {
          spec: {
            containers: [aContainer({ volumeMounts: mounts })],
            volumes: [{ name: 'own', emptyDir: {} }],
          },
        },
      },
    });
    const { workload: after, reports } = projectIn(workload, [mixed]);
    assert.deepEqual(first(after)['volumeMounts'], mounts);
    assert.match(
      messages(reports).join('\n'),
      /^db: container app already mounts \/platform\/bindings\/secret\/ \(the workload's own\): .*mountPathPrefix/,
    );
    assert.deepEqual(env(after)[0], listing(variable('uri')));
    assert.equal(projectIn(after, [mixed]).workload, after);
  });

  it('a directory of one container: the other one has the files and lists them, and all whose they are are told', () => {
    const taken = aContainer({
      volumeMounts: [{ name: 'own', mountPath: '/platform/bindings/secret' }],
    });
    const both = aDeployment({
      spec: {
        template: {
          spec: {
            containers: [taken, aContainer({ name: 'side' })],
            volumes: [{ name: 'own', emptyDir: {} }],
          },
        },
      },
    });
    const { workload, reports } = projectIn(both, [mixed, younger([file('z')])]);
    const lists = containers(workload).map((container) => (container['env'] as readonly JsonObject[])[0]);
    assert.deepEqual(lists, [
      listing(variable('uri')),
      listing(file('password'), variable('uri'), file('z')),
    ]);
    assert.deepEqual(
      messages(reports).map((text) => text.slice(0, text.indexOf(' already'))),
      ['db: container app', 'mq: container app'],
    );
  });

  it('a variable that reads the same Secret, under a name that is none of the items', () => {
    const own = fromSecret('MINE', 'uri');
    const { workload } = projectIn(withEnv(own), [mixed]);
    assert.deepEqual(first(projectIn(workload, [leaving(mixed)]).workload)['env'], [own]);
  });
});

it('a record that was lost is written again, and what stands there is not put in twice', () => {
  const { workload } = projectIn(aDeployment(), [mixed]);
  const { annotations: _lost, ...metadata } = workload['metadata'] as JsonObject;
  const { workload: after, reports } = projectIn({ ...workload, metadata }, [mixed]);
  assert.deepEqual(after['spec'], workload['spec']);
  assert.equal(typeof dig(after, 'metadata', 'annotations', `projector.cleat.dev/record-${UID}`), 'string');
  assert.deepEqual(reports, []);
});
