import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, merge } from '../testkit/builders.ts';
import { messages, ROOT } from '../testkit/fragments.ts';
import {
  another,
  files,
  variables,
  leaving,
  volume,
  volumes,
  first,
  from,
  left,
  leftAsVariables,
} from '../testkit/operator-style.ts';
import { projectIn } from '../testkit/project.ts';

describe('a projection in the style of the Service Binding Operator', () => {
  it('is a plain volume and a mount of two fields', () => {
    const { workload, reports } = projectIn(aDeployment(), [files()]);
    assert.deepEqual(volumes(workload), [volume('db')]);
    assert.deepEqual(first(workload), {
      ...aContainer(),
      env: [ROOT],
      volumeMounts: [{ name: 'db', mountPath: '/bindings/db' }],
    });
    assert.deepEqual(reports, []);
  });

  it('is envFrom behind what is there, and nothing else', () => {
    const { workload } = projectIn(leftAsVariables(), [variables()]);
    assert.deepEqual(
      first(workload),
      aContainer({ envFrom: [{ configMapRef: { name: 'c' } }, from('db-secret')] }),
    );
    assert.equal(volumes(workload), undefined);
  });

  for (const [name, binding] of Object.entries({ files: files(), variables: variables() })) {
    it(`is left alone when it is right: ${name}`, () => {
      const { workload } = projectIn(aDeployment(), [binding]);
      assert.equal(projectIn(workload, [binding]).workload, workload);
    });
    it(`stays while the Secret is unknown: ${name}`, () => {
      const { workload } = projectIn(aDeployment(), [binding]);
      const pending = merge(binding, { metadata: { generation: 2 } });
      assert.equal(projectIn(workload, [pending]).workload, workload);
    });
  }

  it('is right too as the API server has completed it', () => {
    const { workload } = projectIn(aDeployment(), [files()]);
    const completed = merge(workload, {
      spec: { template: { spec: { volumes: [volume('db', 'db-secret', { defaultMode: 420 })] } } },
    });
    assert.equal(projectIn(completed, [files()]).workload, completed);
  });

  it('is what a user who wrote the very same mount and variable meant: nothing is missing, nothing comes twice', () => {
    const { workload, reports } = projectIn(leftAsVariables('db-secret'), [variables()]);
    assert.deepEqual(first(workload)['envFrom'], [{ configMapRef: { name: 'c' } }, from('db-secret')]);
    assert.deepEqual(reports, []);
  });
});

describe('unbinding leaves nothing but the root, and emptied lists', () => {
  const cases: Readonly<Record<string, { binding: JsonObject; want: JsonObject; volumes?: Json }>> = {
    files: { binding: files(), want: aContainer({ env: [ROOT], volumeMounts: [] }), volumes: [] },
    variables: { binding: variables(), want: aContainer({ envFrom: [] }) },
  };
  for (const [name, { binding, want, volumes: wanted }] of Object.entries(cases)) {
    it(name, () => {
      const { workload } = projectIn(aDeployment(), [binding]);
      const back = projectIn(workload, [leaving(binding)]).workload;
      assert.deepEqual(first(back), want);
      assert.deepEqual(volumes(back), wanted);
      assert.deepEqual(back['metadata'], aDeployment()['metadata']);
    });
  }

  it('also what is not recorded, as the Service Binding Operator left it', () => {
    const back = projectIn(left(), [leaving(files())]).workload;
    assert.deepEqual(first(back), aContainer({ env: [ROOT], volumeMounts: [] }));
    assert.deepEqual(volumes(back), []);
    const env = projectIn(leftAsVariables('db-0badcafe', 'db-secret', 'mq-0badcafe'), [leaving(variables())]);
    assert.deepEqual(first(env.workload)['envFrom'], [{ configMapRef: { name: 'c' } }, from('mq-0badcafe')]);
  });

  it('where it stands on a workload that it no longer targets', () => {
    const { workload } = projectIn(aDeployment(), [files()]);
    const elsewhere = files({ spec: { application: { name: 'other' } } });
    assert.deepEqual(volumes(projectIn(workload, [elsewhere]).workload), []);
  });
});

describe('what changes moves', () => {
  const cases: Readonly<
    Record<string, { before?: JsonObject; after: JsonObject; container: JsonObject; volumes: Json }>
  > = {
    'to another Secret': {
      after: files({ status: { secret: 'db-0badcafe' } }),
      container: { env: [ROOT], volumeMounts: [{ name: 'db', mountPath: '/bindings/db' }] },
      volumes: [volume('db', 'db-0badcafe')],
    },
    'to another directory': {
      after: files({ spec: { name: 'database' } }),
      container: { env: [ROOT], volumeMounts: [{ name: 'database', mountPath: '/bindings/database' }] },
      volumes: [volume('database')],
    },
    'from files to variables': {
      after: variables(),
      container: { env: [ROOT], volumeMounts: [], envFrom: [from('db-secret')] },
      volumes: [],
    },
    'from variables to files': {
      before: variables(),
      after: files(),
      container: {
        env: [ROOT],
        volumeMounts: [{ name: 'db', mountPath: '/bindings/db' }],
        envFrom: [],
      },
      volumes: [volume('db')],
    },
  };
  for (const [name, { before = files(), after, container, volumes: wanted }] of Object.entries(cases)) {
    it(name, () => {
      const { workload } = projectIn(projectIn(aDeployment(), [before]).workload, [after]);
      assert.deepEqual(first(workload), aContainer(container));
      assert.deepEqual(volumes(workload), wanted);
      assert.equal(projectIn(workload, [after]).workload, workload);
    });
  }

  it('to the containers of another containersPath, and from those of the first', () => {
    const at = (path: string): JsonObject =>
      files({ spec: { application: { bindingPath: { containersPath: path } } } });
    const workload = aDeployment({ spec: { a: [{ name: 'one' }], b: [{ name: 'two' }] } });
    const bound = projectIn(workload, [at('spec.a')]).workload;
    const mounted = [{ name: 'db', mountPath: '/bindings/db' }];
    assert.deepEqual(dig(bound, 'spec', 'a'), [{ name: 'one', env: [ROOT], volumeMounts: mounted }]);
    assert.deepEqual(first(bound)['volumeMounts'], mounted);
    const moved = projectIn(bound, [at('spec.b')]).workload;
    assert.deepEqual(dig(moved, 'spec', 'a'), [{ name: 'one', env: [ROOT], volumeMounts: [] }]);
    assert.deepEqual(dig(moved, 'spec', 'b'), [{ name: 'two', env: [ROOT], volumeMounts: mounted }]);
    assert.deepEqual(first(moved)['volumeMounts'], mounted);
    assert.equal(projectIn(moved, [at('spec.b')]).workload, moved);
  });

  it('to the field of another secretPath; one that somebody else has changed is left (Q-19)', () => {
    const at = (path: string, status: JsonObject = {}): JsonObject =>
      files({ spec: { application: { bindingPath: { secretPath: path } } }, status });
    const bound = projectIn(aDeployment(), [at('spec.access.secret')]).workload;
    assert.equal(dig(bound, 'spec', 'access', 'secret'), 'db-secret');
    const renamed = projectIn(bound, [at('spec.access.secret', { secret: 'new' })]).workload;
    assert.equal(dig(renamed, 'spec', 'access', 'secret'), 'new');
    const moved = projectIn(bound, [at('spec.other')]).workload;
    assert.deepEqual([dig(moved, 'spec', 'access'), dig(moved, 'spec', 'other')], [{}, 'db-secret']);
    const back = projectIn(bound, [leaving(at('spec.access.secret'))]).workload;
    assert.deepEqual(dig(back, 'spec', 'access'), {});
    const edited = merge(bound, { spec: { access: { secret: 'mine' } } });
    const kept = projectIn(edited, [leaving(at('spec.access.secret'))]).workload;
    assert.equal(dig(kept, 'spec', 'access', 'secret'), 'mine');
  });
});

describe('what the Service Binding Operator wrote at secretPath', () => {
  const at = (secret: string): JsonObject =>
    files({ spec: { application: { bindingPath: { secretPath: 'spec.x.secret' } } }, status: { secret } });
  const cases: Readonly<Record<string, { status: string; there: string; want: JsonObject }>> = {
    'goes with the binding: the Secret of its status': { status: 'sh', there: 'sh', want: {} },
    'goes with the binding: a Secret that was made for it': {
      status: 'db-0badcafe',
      there: 'db-80c28fc0',
      want: {},
    },
    'stays if it is another name': { status: 'sh', there: 'mine', want: { secret: 'mine' } },
  };
  for (const [name, { status, there, want }] of Object.entries(cases)) {
    it(`${name} (Q-19)`, () => {
      const workload = merge(left('db', there), { spec: { x: { secret: there } } });
      const back = projectIn(workload, [leaving(at(status))]).workload;
      assert.deepEqual(dig(back, 'spec', 'x'), want);
    });
  }
});

describe('a secretPath that is no field for a text', () => {
  const at = (secretPath: string): JsonObject =>
    files({ spec: { application: { bindingPath: { secretPath } } } });
  const given = aDeployment({ spec: { secretName: { keep: 'me' }, list: ['a'] } });
  const paths: Readonly<Record<string, RegExp>> = {
    'spec.secretName': /\/spec\/secretName is not a text/,
    'spec.list': /\/spec\/list is not a text/,
    'spec.template.spec.containers': /\/spec\/template\/spec\/containers is not a text/,
    'spec.template.spec.volumes': /would overwrite what is projected at \/spec\/template\/spec\/volumes/,
    'spec.template.spec.volumes.x': /would overwrite what is projected at \/spec\/template\/spec\/volumes/,
    'spec.template.metadata.annotations': /at \/spec\/template\/metadata\/annotations;/,
  };
  for (const [path, problem] of Object.entries(paths)) {
    it(`${path}: what is there stays, and the rest is bound`, () => {
      const { workload, reports } = projectIn(given, [at(path)]);
      assert.deepEqual(workload['spec'], projectIn(given, [files()]).workload['spec']);
      assert.match(messages(reports).join('\n'), problem);
      assert.equal(projectIn(workload, [at(path)]).workload, workload);
      const back = projectIn(workload, [leaving(at(path))]).workload;
      assert.deepEqual(dig(back, 'spec', 'secretName'), { keep: 'me' });
      assert.deepEqual(dig(back, 'spec', 'list'), ['a']);
      assert.deepEqual(volumes(back), []);
    });
  }

  it('inside that of another binding: the first of them has it', () => {
    const [a, b] = [
      at('spec.x'),
      another({ spec: { application: { bindingPath: { secretPath: 'spec.x.y' } } } }),
    ];
    const { workload, reports } = projectIn(given, [a, b]);
    assert.equal(dig(workload, 'spec', 'x'), 'db-secret');
    assert.match(messages(reports).join('\n'), /^mq: .*would overwrite what is projected at \/spec\/x;/);
  });
});

describe('variables of one Secret for two bindings', () => {
  const [older, younger] = [variables(), another({ spec: { bindAsFiles: false } })];
  const both = [older, younger];

  it('stand there once, as the Service Binding Operator leaves them: no Pod restarts', () => {
    const workload = leftAsVariables('db-secret');
    const { workload: taken, reports } = projectIn(workload, both, workload);
    assert.equal(dig(taken, 'spec'), dig(workload, 'spec'));
    assert.deepEqual(reports, []);
    assert.equal(projectIn(taken, both, taken).workload, taken);
  });

  it('stand there once where they are new, and until both bindings are gone', () => {
    const { workload } = projectIn(aDeployment(), both);
    assert.deepEqual(first(workload)['envFrom'], [from('db-secret')]);
    assert.equal(projectIn(workload, both).workload, workload);
    const orders = [
      { gone: older, stays: younger },
      { gone: younger, stays: older },
    ];
    for (const { gone, stays } of orders) {
      const after = projectIn(workload, [leaving(gone), stays]).workload;
      assert.deepEqual(first(after)['envFrom'], [from('db-secret')]);
      assert.deepEqual(first(projectIn(after, [leaving(stays)]).workload)['envFrom'], []);
    }
  });
});

describe('envFrom of a Secret that was superseded goes (Q-14)', () => {
  it('with and without a record', () => {
    const renamed = variables({ status: { secret: 'db-11111111' } });
    const bound = projectIn(aDeployment(), [variables({ status: { secret: 'db-00000000' } })]).workload;
    assert.deepEqual(first(projectIn(bound, [renamed]).workload)['envFrom'], [from('db-11111111')]);
    const { workload } = projectIn(leftAsVariables('db-22222222', 'db-00000000', 'db-mine'), [renamed]);
    const kept = [{ configMapRef: { name: 'c' } }, from('db-mine')];
    assert.deepEqual(first(workload)['envFrom'], [...kept, from('db-11111111')]);
  });
});

describe('names that no volume can have (Q-15)', () => {
  const cases: Readonly<Record<string, { name: string; want: RegExp }>> = {
    'with dots': { name: 'orders.db', want: /^orders-db-[0-9a-f]{8}$/ },
    'with a dash at its end': { name: 'orders-', want: /^orders-[0-9a-f]{8}$/ },
    'longer than 63': { name: 'a'.repeat(64), want: /^a{54}-[0-9a-f]{8}$/ },
    'of dots alone': { name: '.-.', want: /^[0-9a-f]{8}$/ },
  };
  for (const [what, { name, want }] of Object.entries(cases)) {
    it(`${what}: a name of its own, and the directory as it is told`, () => {
      const binding = files({ spec: { name } });
      const { workload, reports } = projectIn(aDeployment(), [binding]);
      const [mounted] = first(workload)['volumeMounts'] as readonly JsonObject[];
      assert.match(String(mounted?.['name']), want);
      assert.equal(mounted?.['mountPath'], `/bindings/${name}`);
      assert.deepEqual(reports, []);
      assert.equal(projectIn(workload, [binding]).workload, workload);
    });
  }
});
