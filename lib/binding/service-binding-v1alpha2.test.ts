import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../api/json.ts';
import { aDraftBinding } from '../testkit/families.ts';
import { problems, read } from '../testkit/read.ts';

const spec = (override: JsonObject): JsonObject => aDraftBinding({ spec: override });
const application = (override: JsonObject): JsonObject => spec({ application: override });
const containers = (...list: readonly Json[]): JsonObject => application({ containers: list });

describe('a ServiceBinding of service.binding/v1alpha2 becomes the model', () => {
  it('with its service, its application and what the draft always means (SB-1, SB-6, SB-9, ARM-7, APP-12)', () => {
    assert.deepEqual(read(aDraftBinding()), {
      name: 'db',
      namespace: 'shop',
      uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0001',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      deleting: false,
      type: { group: 'service.binding', version: 'v1alpha2', kind: 'ServiceBinding' },
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db-secret', namespace: 'shop' }],
      workload: { group: 'apps', version: 'v1', kind: 'Deployment', target: { name: 'orders' } },
      containers: undefined,
      directory: 'db',
      overrides: {},
      env: [],
      style: 'projected',
      mappedBy: 'ClusterApplicationResourceMapping',
      needsPodSpec: true,
      paths: {},
      derivation: {
        when: 'always',
        ownedResources: false,
        naming: undefined,
        mappings: [],
        entries: {},
        secretType: 'typed',
        olderSpellings: false,
        crossesNamespaces: false,
      },
      publishedSecret: undefined,
      reporting: 'specification',
      succession: undefined,
      formerSecret: undefined,
    });
  });

  it('by selector, expressions included (SB-7)', () => {
    const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' }] };
    assert.deepEqual(read(application({ name: null, selector })).workload.target, {
      selector: [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'c', operator: 'Exists', values: [] },
      ],
    });
  });

  it('type and provider are entries of the Secret, not of the projection (SB-44, SB-45)', () => {
    const { overrides, derivation } = read(spec({ type: 'mysql', provider: 'bitnami' }));
    assert.deepEqual(overrides, {});
    assert.deepEqual(derivation.entries, { type: 'mysql', provider: 'bitnami' });
  });

  it('integers are places and strings are names, `"1"` too (SB-11, SB-14, SB-17)', () => {
    assert.deepEqual(read(containers(0, 'app', '1', 2)).containers, {
      names: new Set(['app', '1']),
      indexes: new Set([0, 2]),
    });
    assert.equal(read(containers()).containers, undefined, 'an empty list limits nothing (SB-13)');
  });

  it('mappings and variables are taken over in their order (SB-19, SB-23)', () => {
    const { derivation, env } = read(
      spec({
        mappings: [
          { name: 'uri', value: 'https://{{ .host }}' },
          { name: 'empty', value: '' },
        ],
        env: [{ name: 'URI', key: 'uri' }],
      }),
    );
    assert.deepEqual(derivation.mappings, [
      { name: 'uri', template: 'https://{{ .host }}' },
      { name: 'empty', template: '' },
    ]);
    assert.deepEqual(env, [{ name: 'URI', key: 'uri' }]);
  });

  it('spec.name is the directory, metadata.name without one (SB-38, SB-39)', () => {
    assert.equal(read(spec({ name: 'account' })).directory, 'account');
    assert.equal(read(spec({ name: '' })).directory, 'db');
  });

  it('the Secret of its status is published for its generation only (SB-34)', () => {
    const status = { binding: { name: 'made' }, observedGeneration: 1 };
    assert.deepEqual(read(aDraftBinding({ status })).publishedSecret, { name: 'made' });
    const edited = read(aDraftBinding({ status, metadata: { generation: 2 } }));
    assert.deepEqual([edited.publishedSecret, edited.formerSecret], [undefined, 'made']);
  });
});

describe('a ServiceBinding of service.binding/v1alpha2 is refused with the field and the reason', () => {
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'in a version that never was': [
      aDraftBinding({ apiVersion: 'service.binding/v1' }),
      'apiVersion: is of a version that Cleat does not know',
    ],
    'without an application (SB-6)': [spec({ application: null }), 'spec.application: is required'],
    'with a workload instead, as later versions have it (SB-6)': [
      spec({ application: null, workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } }),
      'spec.application: is required',
    ],
    'without a service (SB-9)': [spec({ service: null }), 'spec.service: is required'],
    'with name and selector (SB-8)': [
      application({ selector: {} }),
      'spec.application.selector: must not be set beside name: keep one of them',
    ],
    'with neither (SB-8)': [
      application({ name: '' }),
      'spec.application.name: is required unless selector is set',
    ],
    'with a negative place (SB-17)': [
      containers(0, -1),
      'spec.application.containers[1]: must not be negative: it is a place in the list of containers',
    ],
    'with a container that is neither integer nor string (SB-11)': [
      containers(1.5, true),
      'spec.application.containers[0]: must be an integer or a string, not a number; spec.application.containers[1]: must be an integer or a string, not a boolean',
    ],
    'with a negative place behind others that are wrong (SB-11, SB-17)': [
      containers(1.5, '0', 99, -1),
      'spec.application.containers[0]: must be an integer or a string, not a number; spec.application.containers[3]: must not be negative: it is a place in the list of containers',
    ],
    'with a mapping without a name, and one without a value (SB-24)': [
      spec({ mappings: [{ value: 'x' }, { name: 'y' }] }),
      'spec.mappings[0].name: is required; spec.mappings[1].value: is required',
    ],
    'with a mapping that no key of a Secret can have': [
      spec({ mappings: [{ name: 'a/b', value: 'x' }] }),
      'spec.mappings[0].name: is not a key that a Secret can have',
    ],
    'with an env entry without a key (SB-20)': [
      spec({ env: [{ name: 'A' }] }),
      'spec.env[0].key: is required',
    ],
    'with a name that is no directory (APP-2)': [
      spec({ name: '..' }),
      'spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    ],
    'with more template text than is parsed in one breath': [
      spec({ mappings: ['a', 'b', 'c'].map((name) => ({ name, value: 'x'.repeat(60_000) })) }),
      'spec.mappings: holds templates of more than 131072 characters together',
    ],
  };
  for (const [name, [object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(problems(object), want));
  }
});
