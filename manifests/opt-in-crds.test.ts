import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CONDITIONS,
  type Definition,
  describeDefinition,
  propertiesOf,
  readDefinition,
  specAndStatus,
} from './testkit/definitions.ts';

const draft = readDefinition('components/api-v1alpha2/service.binding_servicebindings');
const draftMapping = readDefinition(
  'components/api-v1alpha2/service.binding_clusterapplicationresourcemappings',
);
const OPERATOR = 'components/api-service-binding-operator/binding.operators.coreos.com';
const operator = readDefinition(`${OPERATOR}_servicebindings`);
const bindableKinds = readDefinition(`${OPERATOR}_bindablekinds`);
const stacks = readDefinition('components/api-application-stacks/operators.coreos.com_servicebindings');
for (const definition of [draft, draftMapping, operator, bindableKinds, stacks])
  describeDefinition(definition);

/** A label selector that stands at `path`. */
const selectorAt = (path: string): readonly string[] => [
  `${path}? object x-kubernetes-map-type="atomic"`,
  `${path}.matchLabels? map of string`,
  `${path}.matchExpressions? []object x-kubernetes-list-type="atomic"`,
  `${path}.matchExpressions[].key! string`,
  `${path}.matchExpressions[].operator! string`,
  `${path}.matchExpressions[].values? []string x-kubernetes-list-type="atomic"`,
];

const columnsOf = ({ spec }: Definition): readonly string[] =>
  spec.versions[0].additionalPrinterColumns.map(({ name, priority }) =>
    priority === 1 ? `(${name})` : name,
  );

/** What the API is called in, and whether its status is a subresource. */
const frameOf = ({ spec }: Definition): readonly unknown[] => [
  spec.group,
  spec.scope,
  spec.names['kind'],
  spec.names['plural'],
  spec.names['singular'],
  spec.names['shortNames'] ?? [],
  spec.versions.map(({ name, served, storage, subresources }) => [
    name,
    served && storage,
    subresources !== undefined,
  ]),
];

describe('the kinds of service.binding/v1alpha2', () => {
  test('SB-1: ServiceBinding is namespaced; its mapping is for the whole cluster, and has no status', () => {
    assert.deepEqual(frameOf(draft), [
      'service.binding',
      'Namespaced',
      'ServiceBinding',
      'servicebindings',
      'servicebinding',
      [],
      [['v1alpha2', true, true]],
    ]);
    assert.deepEqual(frameOf(draftMapping), [
      'service.binding',
      'Cluster',
      'ClusterApplicationResourceMapping',
      'clusterapplicationresourcemappings',
      'clusterapplicationresourcemapping',
      ['carm'],
      [['v1alpha2', true, false]],
    ]);
    assert.deepEqual(columnsOf(draft), ['Secret', 'Ready', 'Reason', 'Age', '(Service)', '(Application)']);
    assert.deepEqual(columnsOf(draftMapping), ['Age']);
  });

  test("SB-3, SB-6, SB-9, SB-11, SB-20, SB-24, SB-28: ServiceBinding has the draft's fields, and no others", () => {
    assert.deepEqual(specAndStatus(draft), [
      'spec? object',
      'spec.name? string',
      'spec.type? string',
      'spec.provider? string',
      'spec.service! object',
      'spec.service.apiVersion! string',
      'spec.service.kind! string',
      'spec.service.name! string',
      'spec.application! object',
      'spec.application.apiVersion! string',
      'spec.application.kind! string',
      'spec.application.name? string',
      ...selectorAt('spec.application.selector'),
      'spec.application.containers? []anything',
      'spec.mappings? []object',
      'spec.mappings[].name! string',
      'spec.mappings[].value! string',
      'spec.env? []object',
      'spec.env[].name! string',
      'spec.env[].key! string',
      'status? object',
      'status.binding? object',
      'status.binding.name! string',
      ...CONDITIONS,
      'status.observedGeneration? int64',
    ]);
    const containers = propertiesOf(draft.spec.versions[0].schema.openAPIV3Schema).get(
      '.spec.application.containers',
    );
    assert.deepEqual(containers?.items, { 'x-kubernetes-int-or-string': true });
  });

  test("ARM-1..4: the mapping has the draft's fields, of which version and volumes are required", () => {
    assert.deepEqual(specAndStatus(draftMapping), [
      'spec? object',
      'spec.versions? []object',
      'spec.versions[].version! string',
      'spec.versions[].containers? []string',
      'spec.versions[].envs? []string',
      'spec.versions[].volumeMounts? []string',
      'spec.versions[].volumes! string',
    ]);
  });
});

/** A reference by group, version, and kind or resource. */
const referenceAt = (path: string): readonly string[] => [
  `${path}.group! string`,
  `${path}.version! string`,
  `${path}.kind? string`,
  `${path}.resource? string`,
  `${path}.name? string`,
];
const APPLICATION = [
  ...referenceAt('spec.application'),
  ...selectorAt('spec.application.labelSelector'),
  'spec.application.bindingPath? object',
  'spec.application.bindingPath.containersPath? string',
  'spec.application.bindingPath.secretPath? string',
];
const ITEMS = (list: string): readonly string[] => [
  `spec.${list}? []object`,
  `spec.${list}[].name! string`,
  `spec.${list}[].value! string`,
];

describe('the kinds of binding.operators.coreos.com/v1alpha1', () => {
  test("are named and shown as the Service Binding Operator's", () => {
    assert.deepEqual(frameOf(operator), [
      'binding.operators.coreos.com',
      'Namespaced',
      'ServiceBinding',
      'servicebindings',
      'servicebinding',
      ['sbr', 'sbrs'],
      [['v1alpha1', true, true]],
    ]);
    assert.deepEqual(columnsOf(operator), ['Ready', 'Reason', 'Age']);
    assert.deepEqual(frameOf(bindableKinds), [
      'binding.operators.coreos.com',
      'Cluster',
      'BindableKinds',
      'bindablekinds',
      'bindablekinds',
      [],
      [['v1alpha1', true, false]],
    ]);
  });

  test("ServiceBinding has the operator's fields, defaults and patterns, and one field more: status.observedGeneration", () => {
    assert.deepEqual(specAndStatus(operator), [
      'spec! object',
      String.raw`spec.name? string pattern="^[a-z0-9\\-\\.]*$" maxLength=253`,
      'spec.bindAsFiles? boolean default=true',
      'spec.namingStrategy? string',
      'spec.detectBindingResources? boolean',
      ...ITEMS('mappings'),
      'spec.services! []object minItems=1',
      ...referenceAt('spec.services[]'),
      'spec.services[].namespace? string',
      'spec.services[].id? string',
      'spec.application! object',
      ...APPLICATION,
      'status? object',
      'status.secret! string',
      ...CONDITIONS,
      'status.observedGeneration? int64',
    ]);
  });

  test('BindableKinds has a list of kinds for its status, and no spec', () => {
    assert.deepEqual(specAndStatus(bindableKinds), [
      'status? []object',
      'status[].group! string',
      'status[].version! string',
      'status[].kind! string',
    ]);
  });
});

describe('ServiceBinding of operators.coreos.com/v1alpha1', () => {
  test('is named and shown as that of the Service Binding Operator 0.3', () => {
    assert.deepEqual(frameOf(stacks), [
      'operators.coreos.com',
      'Namespaced',
      'ServiceBinding',
      'servicebindings',
      'servicebinding',
      ['sbr', 'sbrs'],
      [['v1alpha1', true, true]],
    ]);
    assert.deepEqual(columnsOf(stacks), ['Ready', 'Reason', 'Age']);
  });

  test("OLD-10..12, OLD-14: it has the fields of the application-stacks text and the operator's", () => {
    const bindAs = 'string enum=["envVar","volume"]';
    assert.deepEqual(specAndStatus(stacks), [
      'spec! object',
      `spec.bindAs? ${bindAs}`,
      'spec.envVarPrefix? string',
      'spec.mountPathPrefix? string',
      'spec.detectBindingResources? boolean',
      ...ITEMS('dataMappings'),
      `spec.dataMappings[].bindAs? ${bindAs}`,
      ...ITEMS('dataMapping'),
      `spec.dataMapping[].bindAs? ${bindAs}`,
      'spec.customEnvVar? []object',
      'spec.customEnvVar[].name! string',
      'spec.customEnvVar[].value? string',
      'spec.customEnvVar[].valueFrom? object x-kubernetes-preserve-unknown-fields=true',
      'spec.services! []object minItems=1',
      ...referenceAt('spec.services[]'),
      'spec.services[].resourceRef? string',
      'spec.services[].namespace? string',
      'spec.services[].id? string',
      'spec.services[].envVarPrefix? string',
      'spec.services[].mountPathPrefix? string',
      'spec.application? object',
      ...APPLICATION,
      'status? object',
      'status.secret? string',
      'status.bindingKeys? []object',
      'status.bindingKeys[].name! string',
      `status.bindingKeys[].bindAs! ${bindAs}`,
      'status.bindingKeys[].mountPath? string',
      ...CONDITIONS,
      'status.observedGeneration? int64',
    ]);
  });
});
