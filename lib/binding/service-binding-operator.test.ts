import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { anOperatorBinding } from '../testkit/families.ts';
import type { Binding } from './binding.ts';
import { problems, read } from '../testkit/read.ts';

const spec = (override: JsonObject): JsonObject => anOperatorBinding({ spec: override });
const application = (override: JsonObject): JsonObject => spec({ application: override });
const service = (override: JsonObject): JsonObject =>
  spec({ services: [{ group: 'g', version: 'v1', kind: 'Db', name: 'one', ...override }] });

const UPPERCASE = '{{ .service.kind | upper }}_{{ .name | upper }}';

describe("a ServiceBinding of the Service Binding Operator's API becomes the model", () => {
  it('with the defaults of that API', () => {
    assert.deepEqual(read(anOperatorBinding()), {
      name: 'db',
      namespace: 'shop',
      uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0001',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      deleting: false,
      type: { group: 'binding.operators.coreos.com', version: 'v1alpha1', kind: 'ServiceBinding' },
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db-secret', namespace: 'shop' }],
      workload: {
        group: 'apps',
        version: 'v1',
        kind: '',
        resource: 'deployments',
        target: { name: 'orders' },
      },
      containers: undefined,
      directory: 'db',
      overrides: {},
      env: [],
      style: 'secret-volume',
      mappedBy: 'ClusterWorkloadResourceMapping',
      needsPodSpec: false,
      paths: {},
      derivation: {
        when: 'always',
        ownedResources: false,
        naming: undefined,
        mappings: [],
        entries: {},
        secretType: 'Opaque',
        olderSpellings: false,
        crossesNamespaces: true,
      },
      publishedSecret: undefined,
      reporting: 'operator',
      succession: undefined,
      formerSecret: undefined,
    });
  });

  it('services keep their order, their namespace, their id, and both kind and resource', () => {
    const services = [
      {
        group: 'g',
        version: 'v1',
        kind: 'Db',
        resource: 'databases',
        name: 'one',
        namespace: 'far',
        id: 'd',
      },
      { group: '', version: 'v1', kind: 'ConfigMap', name: 'two', namespace: '', id: '' },
    ];
    assert.deepEqual(read(spec({ services })).services, [
      services[0],
      { group: '', version: 'v1', kind: 'ConfigMap', name: 'two', namespace: 'shop' },
    ]);
  });

  const targets: Readonly<Record<string, [JsonObject, Binding['workload']['target']]>> = {
    'a name': [{}, { name: 'orders' }],
    labels: [
      { name: '', labelSelector: { matchLabels: { a: 'b' } } },
      { selector: [{ key: 'a', operator: 'In', values: ['b'] }] },
    ],
    'expressions, which count too (Q-1)': [
      { name: null, labelSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] } },
      { selector: [{ key: 'a', operator: 'NotIn', values: ['b'] }] },
    ],
    'an empty selector, which is all of the kind': [{ name: null, labelSelector: {} }, { selector: [] }],
    'nothing: a Secret is all that is made (Q-4)': [{ name: null }, { nothing: true }],
    'nothing of no kind': [{ name: null, resource: null }, { nothing: true }],
  };
  for (const [name, [override, want]] of Object.entries(targets)) {
    it(`its application by ${name}`, () =>
      assert.deepEqual(read(application(override)).workload.target, want));
  }

  const strategies: readonly (readonly [string | null, boolean | null, string | undefined])[] = [
    [null, null, undefined],
    [null, true, undefined],
    [null, false, UPPERCASE],
    ['', false, UPPERCASE],
    ['none', false, undefined],
    ['lowercase', true, '{{ .name | lower }}'],
    ['uppercase', true, UPPERCASE],
    ['upper', true, 'upper'],
    ['X_{{ .name }}', false, 'X_{{ .name }}'],
  ];
  for (const [namingStrategy, bindAsFiles, want] of strategies) {
    it(`namingStrategy ${namingStrategy} with bindAsFiles ${bindAsFiles} names by ${want}`, () => {
      const { derivation, style } = read(spec({ namingStrategy, bindAsFiles }));
      assert.equal(derivation.naming, want);
      assert.equal(style, bindAsFiles === false ? 'env-from' : 'secret-volume');
    });
  }

  it('mappings, owned resources and both binding paths', () => {
    const bindingPath = { containersPath: 'spec.spec.containers', secretPath: 'spec.spec.secret' };
    const mappings = [
      { name: 'a', value: '{{ .x }}' },
      { name: 'a', value: 'y' },
    ];
    const binding = read(spec({ detectBindingResources: true, mappings, application: { bindingPath } }));
    assert.equal(binding.derivation.ownedResources, true);
    assert.deepEqual(binding.derivation.mappings, [
      { name: 'a', template: '{{ .x }}' },
      { name: 'a', template: 'y' },
    ]);
    assert.deepEqual(binding.paths, { containers: 'spec.spec.containers', secret: 'spec.spec.secret' });
    assert.deepEqual(read(application({ bindingPath: { containersPath: '' } })).paths, {});
  });

  it('a name with dots, or longer than a volume can have, is a directory like any other (Q-15)', () => {
    for (const name of ['a.b.example', 'a'.repeat(253)]) assert.equal(read(spec({ name })).directory, name);
    assert.equal(read(spec({ name: '' })).directory, 'db');
  });

  it('the Secret of its status is published for its generation only; what the operator left says none', () => {
    const secret = (status: JsonObject): Binding => read(anOperatorBinding({ status }));
    assert.deepEqual(secret({ secret: 's', observedGeneration: 1 }).publishedSecret, { name: 's' });
    assert.equal(secret({ secret: '', observedGeneration: 1 }).publishedSecret, undefined);
    const left = secret({ secret: 's' });
    assert.deepEqual([left.publishedSecret, left.formerSecret], [undefined, 's']);
  });
});

describe("a ServiceBinding of the Service Binding Operator's API is refused with the field and the reason", () => {
  const BOTH = 'spec.application: name and selector MUST NOT be defined in the application reference';
  const DOTS =
    'spec.application.bindingPath.secretPath: must be field names joined by dots, such as spec.secretName';
  const PLACES =
    'spec.application.bindingPath.containersPath: must be field names joined by dots, such as spec.template.spec.containers';
  const path = (bindingPath: JsonObject): JsonObject => application({ bindingPath });
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'with name and labels, in the words of the operator': [
      application({ labelSelector: { matchLabels: { a: 'b' } } }),
      BOTH,
    ],
    'with name and expressions (Q-1)': [
      application({ labelSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }),
      BOTH,
    ],
    'without services': [spec({ services: [] }), 'spec.services: must hold at least one service'],
    'without an application': [spec({ application: null }), 'spec.application: is required'],
    'with a service of no kind': [
      service({ kind: '' }),
      'spec.services[0].kind: is required unless resource is set',
    ],
    'with an application of no kind': [
      application({ resource: '' }),
      'spec.application.kind: is required unless resource is set',
    ],
    'with a service without a name': [service({ name: null }), 'spec.services[0].name: is required'],
    'with a service without a group, which for the core is empty': [
      service({ group: null }),
      'spec.services[0].group: is required',
    ],
    'with a service of no version': [service({ version: '' }), 'spec.services[0].version: is required'],
    'with a flag that is a string': [
      spec({ bindAsFiles: 'no' }),
      'spec.bindAsFiles: must be true or false, not a string',
    ],
    'with a place of containers that is none': [path({ containersPath: 'spec[' }), PLACES],
    'with a place of containers that begins with a dot': [path({ containersPath: '.spec.list' }), PLACES],
    'with a place for the Secret that ends in a dot': [path({ secretPath: 'spec.' }), DOTS],
    'with a place for the Secret that begins with one': [path({ secretPath: '.spec.secret' }), DOTS],
    'with a place for the Secret in a list': [path({ secretPath: 'spec.a[0]' }), DOTS],
    'with a place for the Secret in the metadata': [
      path({ secretPath: 'metadata.annotations.x' }),
      "spec.application.bindingPath.secretPath: must not begin with apiVersion, kind, metadata, status: a Secret's name has no place there",
    ],
    'with a name of upper case': [
      spec({ name: 'Db' }),
      'spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    ],
  };
  for (const [name, [object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(problems(object), want));
  }
});
