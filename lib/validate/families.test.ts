import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import { NO_WORKLOADS } from '../resolve/workload-lister.ts';
import { aReview, merge } from '../testkit/builders.ts';
import {
  aDraftBinding,
  anApplicationMapping,
  anOperatorBinding,
  aStacksBinding,
} from '../testkit/families.ts';
import { frozen } from '../testkit/freeze.ts';
import { aStore } from '../testkit/world.ts';
import { validate, type Validation } from '../validate.ts';

const NOWHERE = { lister: aStore([]), workloads: NO_WORKLOADS };
const created = (object: JsonObject): Validation => validate(frozen(aReview(object)), NOWHERE);
const updated = (oldObject: JsonObject, object: JsonObject): Validation =>
  validate(frozen(aReview(object, { operation: 'UPDATE', oldObject })), NOWHERE);

/** The message of a denial; the warnings, in brackets, of an admission. */
function said({ outcome, review }: Validation): string {
  const { status, warnings = [] } = review.response;
  return outcome === 'denied' ? (status?.message ?? '') : `(${warnings.join('; ')})`;
}

const draft = (spec: JsonObject): JsonObject => aDraftBinding({ spec });
const operator = (spec: JsonObject): JsonObject => anOperatorBinding({ spec });
const stacks = (spec: JsonObject): JsonObject => aStacksBinding({ spec });
const mapping = (...versions: readonly JsonObject[]): JsonObject =>
  anApplicationMapping({ spec: { versions } });

const BINDING = 'ServiceBinding shop/db is not valid: ';
const MAPPING = 'ClusterApplicationResourceMapping cronjobs.batch is not valid: ';

describe('an object of an opt-in API that is wrong by itself is denied, with each field and its error', () => {
  const item = (value: string, name = 'a'): JsonObject => ({ name, value });
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'v1alpha2: name and selector (SB-8)': [
      draft({ application: { selector: {} } }),
      `${BINDING}spec.application.selector: must not be set beside name: keep one of them`,
    ],
    'v1alpha2: no application (SB-6)': [
      draft({ application: null }),
      `${BINDING}spec.application: is required`,
    ],
    'v1alpha2: a negative place (SB-17)': [
      draft({ application: { containers: [-1] } }),
      `${BINDING}spec.application.containers[0]: must not be negative: it is a place in the list of containers`,
    ],
    'v1alpha2: a template that does not parse, with line and column (SB-25)': [
      draft({ mappings: [item('{{ .a }}'), item('x\n {{ .b', 'b')] }),
      `${BINDING}spec.mappings[1].value: is no template: unclosed action (line 2, column 7)`,
    ],
    'v1alpha2: a function that is not among the built-in ones (SB-25)': [
      draft({ mappings: [item('{{ upper .a }}')] }),
      `${BINDING}spec.mappings[0].value: is no template: function "upper" not defined (line 1, column 4)`,
    ],
    'v1alpha2: an item and a variable that stand twice': [
      draft({ mappings: [item('x'), item('y')], env: ['k', 'l'].map((key) => ({ name: 'A', key })) }),
      `${BINDING}spec.env[1].name: stands twice: keep one entry for each variable; spec.mappings[1].name: stands twice: keep one entry for each item`,
    ],
    "the operator's: name and selector, in its own words": [
      operator({ application: { labelSelector: { matchLabels: { a: 'b' } } } }),
      `${BINDING}spec.application: name and selector MUST NOT be defined in the application reference`,
    ],
    "the operator's: a template that does not parse, beside another error": [
      operator({ services: [], mappings: [item('{{ end }}')] }),
      `${BINDING}spec.services: must hold at least one service; spec.mappings[0].value: is no template: unexpected {{end}} (line 1, column 1)`,
    ],
    "the operator's: a naming strategy that does not parse": [
      operator({ namingStrategy: '{{ .name | shout }}' }),
      `${BINDING}spec.namingStrategy: is no template: function "shout" not defined (line 1, column 12)`,
    ],
    "the operator's: a naming strategy with a tag": [
      operator({ namingStrategy: 'a\n<b>{{ .name }}' }),
      `${BINDING}spec.namingStrategy: is no template: the text must not contain "<" (line 2, column 1)`,
    ],
    "application-stacks': templates under each of their names": [
      stacks({ dataMappings: [item('{{')], dataMapping: [item('{{')], customEnvVar: [item('{{')] }),
      `${BINDING}${['customEnvVar', 'dataMapping', 'dataMappings']
        .map((list) => `spec.${list}[0].value: is no template: unclosed action (line 1, column 3)`)
        .join('; ')}`,
    ],
    "application-stacks': a service of another namespace": [
      stacks({ services: [{ group: '', version: 'v1', kind: 'Secret', name: 'a', namespace: 'far' }] }),
      `${BINDING}spec.services[0].namespace: must be the binding's own: services of other namespaces can be bound by a ServiceBinding of binding.operators.coreos.com`,
    ],
    'a mapping without volumes (ARM-4)': [
      mapping({ version: '*', containers: ['.a'] }),
      `${MAPPING}spec.versions[0].volumes: is required`,
    ],
    'a mapping of both forms (ARM-5)': [
      mapping({ version: '*', containers: ['.a'], envs: ['.e'], volumes: '.v' }),
      `${MAPPING}spec.versions[0].envs: must not be set beside containers: keep one of the two forms`,
    ],
    'a mapping of neither form (ARM-6)': [
      mapping({ version: '*', envs: ['.e'], volumes: '.v' }),
      `${MAPPING}spec.versions[0].volumeMounts: is required unless containers is set`,
    ],
    'a mapping with a version that stands twice, and a wrong template': [
      mapping(
        { version: '*', containers: ['.a'], volumes: '.v' },
        { version: '*', containers: ['.a'], volumes: '.v' },
        { version: 'v1', containers: ['.a'] },
      ),
      `${MAPPING}spec.versions[2].volumes: is required; spec.versions[1].version: stands twice: keep one template for each version`,
    ],
  };
  for (const [name, [object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(said(created(object)), want));
  }

  it('a path of a mapping that does not parse is told with its place (ARM-1..4)', () => {
    assert.match(
      said(created(mapping({ version: '*', containers: ['.a['], volumes: '.v' }))),
      /^Cluster.*spec\.versions\[0\]\.containers\[0\].*at offset/,
    );
  });
});

describe('an object of an opt-in API that is right is admitted', () => {
  const cases: Readonly<Record<string, JsonObject>> = {
    v1alpha2: aDraftBinding(),
    'v1alpha2 with templates (SB-25)': draft({
      mappings: [{ name: 'uri', value: 'https://{{ urlquery .username }}@{{ .host }}' }],
    }),
    "the operator's": anOperatorBinding(),
    "the operator's with items that stand twice, of which the last counts": operator({
      mappings: ['{{ .a }}', '{{ json .b }}'].map((value) => ({ name: 'a', value })),
    }),
    "the operator's with each strategy's name": operator({ namingStrategy: 'lowercase' }),
    "the operator's with functions of its own": operator({ namingStrategy: '{{ .name | title }}_x' }),
    "the operator's for nothing but a Secret": operator({ application: { name: null, resource: null } }),
    "application-stacks'": aStacksBinding(),
    'a mapping of the first form (ARM-1)': anApplicationMapping(),
    'a mapping of the second form (ARM-2, ARM-3)': mapping({
      version: '*',
      envs: ['.spec.containers[*].env'],
      volumeMounts: ['.spec.containers[*].volumeMounts'],
      volumes: '.spec.volumes',
    }),
  };
  for (const [name, object] of Object.entries(cases)) {
    it(name, () => {
      const validation = created(object);
      assert.equal(said(validation), '()');
      const isMapping = object['kind'] !== 'ServiceBinding';
      assert.deepEqual(validation.admitted, isMapping ? undefined : object);
    });
  }
});

describe('whatever stands where in an opt-in API', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  const part = fc.constantFrom(
    ...'name services application mappings env versions dataMappings customEnvVar namingStrategy'.split(' '),
  );
  const object = fc
    .tuple(
      fc.constantFrom(aDraftBinding(), anOperatorBinding(), aStacksBinding(), anApplicationMapping()),
      fc.dictionary(part, json),
      json,
    )
    .map(([base, parts, value]): JsonObject =>
      isObject(value) ? merge(base, { spec: parts }) : { ...base, spec: value },
    );

  it('there is an answer and no exception', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        for (const validation of [created(after), updated(before, after)]) {
          assert.notEqual(validation.outcome, 'errored');
          assert.doesNotMatch(said(validation), /unchecked/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
