import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../api/json.ts';
import { aStacksBinding } from '../testkit/families.ts';
import type { Binding } from './binding.ts';
import { problems, read } from '../testkit/read.ts';

const spec = (override: JsonObject): JsonObject => aStacksBinding({ spec: override });
const service = (override: JsonObject): JsonObject =>
  spec({ services: [{ group: 'g', version: 'v1', kind: 'Db', resourceRef: 'one', ...override }] });

describe('a ServiceBinding of the application-stacks text becomes the model', () => {
  it('with what the text takes for granted (OLD-12, OLD-14)', () => {
    assert.deepEqual(read(aStacksBinding()), {
      name: 'db',
      namespace: 'shop',
      uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0001',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      deleting: false,
      type: { group: 'operators.coreos.com', version: 'v1alpha1', kind: 'ServiceBinding' },
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
      style: 'itemised',
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
        placement: { bindAs: undefined, prefix: undefined, mountPathPrefix: 'platform' },
        olderSpellings: true,
        crossesNamespaces: false,
      },
      publishedSecret: undefined,
      reporting: 'operator',
      succession: undefined,
      formerSecret: undefined,
    });
  });

  it('several services, by resourceRef or by name, each with its own prefixes (OLD-14)', () => {
    const of = { group: 'postgres.dev', version: 'v1beta1' };
    const { services } = read(
      spec({
        services: [
          { ...of, kind: 'Service', resourceRef: 'global', envVarPrefix: 'PG', mountPathPrefix: '/own/' },
          { ...of, kind: 'Secret', name: 'specific', resourceRef: 'specific', id: 's', namespace: 'shop' },
        ],
      }),
    );
    assert.deepEqual(services, [
      { ...of, kind: 'Service', name: 'global', namespace: 'shop', prefix: 'PG', mountPathPrefix: 'own' },
      { ...of, kind: 'Secret', name: 'specific', namespace: 'shop', id: 's' },
    ]);
  });

  it('the prefixes and bindAs of the whole binding (OLD-10, OLD-12)', () => {
    const { derivation } = read(
      spec({
        bindAs: 'volume',
        envVarPrefix: 'APP',
        mountPathPrefix: '/opt/bound/',
        detectBindingResources: true,
      }),
    );
    assert.deepEqual(derivation.placement, { bindAs: 'volume', prefix: 'APP', mountPathPrefix: 'opt/bound' });
    assert.equal(derivation.ownedResources, true);
  });

  it('mappings under their three names: customEnvVar is always a variable, the last of one name wins (OLD-10)', () => {
    const { derivation } = read(
      spec({
        dataMappings: [{ name: 'a', value: '{{ .x }}', bindAs: 'volume' }],
        dataMapping: [{ name: 'b', value: 'y' }],
        customEnvVar: [{ name: 'C', value: 'z' }, { name: 'D' }],
      }),
    );
    assert.deepEqual(derivation.mappings, [
      { name: 'C', template: 'z', bindAs: 'envVar' },
      { name: 'D', template: '', bindAs: 'envVar' },
      { name: 'b', template: 'y' },
      { name: 'a', template: '{{ .x }}', bindAs: 'volume' },
    ]);
  });

  it('an application by kind and labels, with places of its own; or none', () => {
    const application = {
      resource: null,
      kind: 'Deployment',
      name: null,
      labelSelector: { matchLabels: { a: 'b' } },
      bindingPath: { containersPath: 'spec.template.spec.containers', secretPath: 'spec.secret' },
    };
    const { workload, paths } = read(spec({ application }));
    assert.deepEqual(workload, {
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      target: { selector: [{ key: 'a', operator: 'In', values: ['b'] }] },
    });
    assert.deepEqual(paths, { containers: 'spec.template.spec.containers', secret: 'spec.secret' });
    assert.deepEqual(read(spec({ application: null })).workload.target, { nothing: true });
  });
});

describe('what its status says is projected', () => {
  const volume = { name: 'b', bindAs: 'volume', mountPath: '/platform/bindings/secret/' };
  const published = (bindingKeys: Json, observedGeneration = 1): Binding['publishedSecret'] =>
    read(aStacksBinding({ status: { secret: 's', observedGeneration, bindingKeys } })).publishedSecret;

  it('comes with its keys, by name (OLD-11)', () => {
    const variable = { name: 'a', bindAs: 'envVar' };
    assert.deepEqual(published([volume, { ...variable, mountPath: '' }]), {
      name: 's',
      keys: [variable, volume],
    });
  });

  it('counts for its generation only', () => assert.equal(published([volume], 0), undefined));

  it('is nothing if the keys are missing or cannot be read', () => {
    const { mountPath: _, ...lost } = volume;
    for (const keys of [
      null,
      {},
      [lost],
      [volume, 'b'],
      [{ ...volume, bindAs: 'x' }],
      [{ bindAs: 'envVar' }],
    ])
      assert.equal(published(keys), undefined);
  });
});

describe('a ServiceBinding of the application-stacks text is refused with the field and the reason', () => {
  const DIRECTORY = 'must be a directory, such as platform, of letters, digits, `.`, `_`, `-` and `/`';
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'with a service of another namespace': [
      service({ namespace: 'far' }),
      "spec.services[0].namespace: must be the binding's own: services of other namespaces can be bound by a ServiceBinding of binding.operators.coreos.com",
    ],
    'with a service without a name': [
      service({ resourceRef: null }),
      'spec.services[0].name: is required unless resourceRef is set',
    ],
    'with a service of two names': [
      service({ name: 'two' }),
      'spec.services[0].resourceRef: must not name another object than name does: keep one of them',
    ],
    'with valueFrom': [
      spec({ customEnvVar: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
      'spec.customEnvVar[0].valueFrom: is not supported: set value, a template that can name the entries of the services',
    ],
    'with a bindAs that is none (OLD-10)': [
      spec({ bindAs: 'file', dataMappings: [{ name: 'a', value: 'b', bindAs: 'env' }] }),
      'spec.bindAs: must be envVar or volume; spec.dataMappings[0].bindAs: must be envVar or volume',
    ],
    'with a prefix that no key can begin with': [
      spec({ envVarPrefix: 'A=' }),
      'spec.envVarPrefix: must be 1 to 200 letters, digits, `.`, `_` and `-`: it begins names of variables',
    ],
    'with a directory that leads elsewhere (OLD-12)': [
      spec({ mountPathPrefix: 'a/../b' }),
      `spec.mountPathPrefix: ${DIRECTORY}`,
    ],
    'with a directory that is none (OLD-12)': [
      spec({ mountPathPrefix: '/' }),
      `spec.mountPathPrefix: ${DIRECTORY}`,
    ],
    'with a directory with a colon, which separates paths (OLD-12)': [
      service({ mountPathPrefix: 'a:b' }),
      `spec.services[0].mountPathPrefix: ${DIRECTORY}`,
    ],
    'with name and selector': [
      spec({ application: { labelSelector: {} } }),
      'spec.application: name and selector MUST NOT be defined in the application reference',
    ],
    'without services': [spec({ services: null }), 'spec.services: must hold at least one service'],
    'with a list that is none': [
      spec({ dataMapping: { name: 'a' } }),
      'spec.dataMapping: must be a list, not an object',
    ],
  };
  for (const [name, [object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(problems(object), want));
  }
});
