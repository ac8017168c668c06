import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from './api/json.ts';
import { NO_WORKLOADS } from './resolve/workload-lister.ts';
import {
  aDeployment,
  aMapping,
  aReview,
  aSelectingBinding,
  aServiceBinding,
  merge,
} from './testkit/builders.ts';
import { frozen } from './testkit/freeze.ts';
import { aStore } from './testkit/world.ts';
import { validate, type Validation } from './validate.ts';
import type { Listers } from './validate/neighbours.ts';

const NOWHERE: Listers = { lister: aStore([]), workloads: NO_WORKLOADS };

const created = (object: JsonObject, override: JsonObject = {}): Validation =>
  validate(frozen(aReview(object, override)), NOWHERE);
const updated = (oldObject: JsonObject, object: JsonObject): Validation =>
  created(object, { operation: 'UPDATE', oldObject });

/** The message of a denial; the warnings, in brackets, of an admission. */
function said({ outcome, review }: Validation): string {
  const { status, warnings = [] } = review.response;
  return outcome === 'denied' ? (status?.message ?? '') : `(${warnings.join('; ')})`;
}

const spec = (override: JsonObject): JsonObject => aServiceBinding({ spec: override });
const env = (...entries: readonly JsonObject[]): JsonObject => spec({ env: entries });
const entry = (name: string, key = 'k'): JsonObject => ({ name, key });
const template = (override: JsonObject): JsonObject => ({ version: '*', ...override });
const mapping = (...versions: readonly JsonObject[]): JsonObject => aMapping({ spec: { versions } });

const BINDING = 'ServiceBinding shop/db is not valid: ';
const MAPPING = 'ClusterWorkloadResourceMapping workers.example.com is not valid: ';
const NAME = 'must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory';

describe('an object that is wrong by itself is denied, with each field and its error', () => {
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'a name that no directory has (APP-2)': [spec({ name: 'Bad_Name' }), `${BINDING}spec.name: ${NAME}`],
    'a name that leads elsewhere (APP-2)': [spec({ name: '..' }), `${BINDING}spec.name: ${NAME}`],
    'neither name nor selector (SB-8)': [
      spec({ workload: { name: null } }),
      `${BINDING}spec.workload.name: is required unless selector is set`,
    ],
    'name and selector (SB-8)': [
      spec({ workload: { selector: {} } }),
      `${BINDING}spec.workload.selector: must not be set beside name: keep one of them`,
    ],
    'a selector that cannot be parsed': [
      aSelectingBinding({ matchExpressions: [{ key: 'app', operator: 'In' }] }),
      `${BINDING}spec.workload.selector.matchExpressions[0].values: must hold at least one value for In`,
    ],
    'a variable with `=`, a key with `/`': [
      env(entry('A=B'), entry('C', 'c/d')),
      `${BINDING}spec.env[0].name: must be printable ASCII without \`=\`; spec.env[1].key: is not a key that a Secret can have`,
    ],
    'a variable that is not ASCII': [
      env(entry('ÄRGER')),
      `${BINDING}spec.env[0].name: must be printable ASCII without \`=\``,
    ],
    'a variable that stands twice': [
      env(entry('A'), entry('B'), entry('A', 'other')),
      `${BINDING}spec.env[2].name: stands twice: keep one entry for each variable`,
    ],
    'everything at once': [
      spec({ name: '.', workload: { kind: '' }, env: [entry('A'), entry('A')] }),
      `${BINDING}spec.name: ${NAME}; spec.workload.kind: is required; spec.env[1].name: stands twice: keep one entry for each variable`,
    ],
    'no spec at all': [{ ...aServiceBinding(), spec: null }, `${BINDING}spec: is required`],
    'a mapping with a version that stands twice (WRM-7)': [
      mapping(template({}), template({})),
      `${MAPPING}spec.versions[1].version: stands twice: keep one template for each version`,
    ],
    'a Fixed JSONPath with more than fields (WRM-21, WRM-23)': [
      mapping(template({ volumes: '.spec.volumes[*]' })),
      `${MAPPING}spec.versions[0].volumes: only fields joined by dots are allowed, not an index, a slice or a wildcard (at offset 13)`,
    ],
    'a JSONPath that does not parse, with the place (WRM-22)': [
      mapping(template({ containers: [{ path: '.spec.tasks[' }] })),
      `${MAPPING}spec.versions[0].containers[0].path: unterminated array (at offset 11)`,
    ],
    'a mapping with errors of both kinds': [
      mapping(template({}), template({ annotations: '..a' })),
      `${MAPPING}spec.versions[1].version: stands twice: keep one template for each version; spec.versions[1].annotations: only fields joined by dots are allowed, not a recursive descent (at offset 0)`,
    ],
    'a mapping whose spec is a list': [
      { ...aMapping(), spec: [] },
      `${MAPPING}spec: must be an object, not a list`,
    ],
  };
  for (const [name, [object, want]] of Object.entries(cases)) {
    it(name, () => {
      const validation = created(object);
      assert.equal(said(validation), want);
      assert.equal(validation.review.response.status?.code, 403);
      assert.equal(validation.admitted, undefined);
    });
  }

  it('as many as fit one message', () => {
    const many = env(...Array.from({ length: 50_000 }, () => entry('=')));
    const message = said(created(many));
    assert.ok(message.length < 10_000);
    assert.match(message, /; and 99979 more$/);
  });
});

describe('an object that is right is admitted', () => {
  const cases: Readonly<Record<string, JsonObject>> = {
    'a ServiceBinding': aServiceBinding(),
    'in an older version': aServiceBinding({ apiVersion: 'servicebinding.io/v1alpha3' }),
    'by selector': aSelectingBinding({ matchLabels: { app: 'orders' } }),
    'with an empty selector': aSelectingBinding({}),
    'with the longest name (APP-2)': spec({ name: 'a'.repeat(253) }),
    'before the API server has given it a uid': aServiceBinding({
      metadata: { uid: null, creationTimestamp: null },
    }),
    'a mapping': aMapping(),
    'a mapping without versions (WRM-5)': aMapping({ spec: { versions: null } }),
    'a mapping without a spec': { ...aMapping(), spec: null },
    'fields between brackets (WRM-23)': mapping(
      template({ volumes: ".spec['a']['b']", annotations: "['a']" }),
    ),
  };
  for (const [name, object] of Object.entries(cases))
    it(name, () => assert.equal(said(created(object)), '()'));
});

describe('what a ServiceBinding is for cannot be changed', () => {
  const kind = (apiVersion: string, name: string): JsonObject =>
    spec({ workload: { apiVersion, kind: name } });
  const CHANGED = 'cannot be changed: delete the ServiceBinding and create it anew';
  const cases: Readonly<Record<string, [JsonObject, JsonObject, string]>> = {
    'neither its kind': [
      aServiceBinding(),
      kind('apps/v1', 'StatefulSet'),
      `${BINDING}spec.workload.kind: ${CHANGED}`,
    ],
    'nor its group and version': [
      aServiceBinding(),
      kind('apps/v1beta1', 'Deployment'),
      `${BINDING}spec.workload.apiVersion: ${CHANGED}`,
    ],
    'nor both, whatever else is wrong': [
      aServiceBinding(),
      merge(kind('v1', 'Pod'), { spec: { name: '.' } }),
      `${BINDING}spec.workload.apiVersion: ${CHANGED}; spec.workload.kind: ${CHANGED}; spec.name: ${NAME}`,
    ],
    'but its name can': [aServiceBinding(), spec({ workload: { name: 'other' } }), '()'],
    'and so can its service, type, provider, env and directory': [
      aServiceBinding(),
      spec({ service: { name: 'x' }, type: 't', provider: 'p', env: [entry('A')], name: 'd' }),
      '()',
    ],
    'from name to selector': [aServiceBinding(), aSelectingBinding({ matchLabels: { a: 'b' } }), '()'],
    'and an empty one can be filled': [kind('apps/v1', ''), aServiceBinding(), '()'],
  };
  for (const [name, [old, object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(said(updated(old, object)), want));
  }
});

describe('what is none of its business is allowed', () => {
  const invalid = spec({ name: '..' });
  const cases: Readonly<Record<string, [Validation, string]>> = {
    'a DELETE': [created(invalid, { operation: 'DELETE' }), '()'],
    'a CONNECT': [created(invalid, { operation: 'CONNECT' }), '()'],
    'an unknown operation': [
      created(invalid, { operation: 'FROB' }),
      '(Cleat: the operation is not one that Cleat knows)',
    ],
    'the status': [created(invalid, { operation: 'UPDATE', subResource: 'status' }), '()'],
    'another kind': [created(aDeployment()), '(Cleat: objects of this kind are not validated)'],
    'a kind of the same name in another group': [
      created({ ...invalid, apiVersion: 'example.com/v1' }),
      '(Cleat: objects of this kind are not validated)',
    ],
    'no object': [created(invalid, { object: null }), '(Cleat: the request carries no object)'],
    'an object that is being deleted, so that its finalizers come off': [
      updated(aServiceBinding(), merge(invalid, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })),
      '()',
    ],
    'an update that leaves the spec alone': [
      updated(invalid, merge(invalid, { metadata: { labels: { a: 'b' } } })),
      '()',
    ],
  };
  for (const [name, [validation, want]] of Object.entries(cases)) {
    it(name, () => {
      assert.equal(said(validation), want);
      assert.equal(validation.review.response.allowed, true);
      assert.equal(validation.admitted, undefined);
    });
  }
});

describe('the object that was admitted', () => {
  const object = aServiceBinding();
  const cases: Readonly<Record<string, [Validation, JsonObject | undefined]>> = {
    'is told on creation': [created(object), object],
    'is told when its spec changes': [updated(spec({ type: 'x' }), object), object],
    'is not told when only its labels change': [
      updated(object, merge(object, { metadata: { labels: { a: 'b' } } })),
      undefined,
    ],
    'is not told on a dry run': [created(object, { dryRun: true }), undefined],
    'is not told when it is denied': [created(spec({ name: '.' })), undefined],
    'is not told of a mapping': [created(aMapping()), undefined],
  };
  for (const [name, [validation, want]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(validation.admitted, want));
  }
});

describe('a fault of ours', () => {
  it('denies nothing, and is told', () => {
    const broken: Listers = {
      ...NOWHERE,
      workloads: {
        ...NO_WORKLOADS,
        workloadsOf: () => {
          throw new Error('the cache is broken');
        },
      },
    };
    const validation = validate(aReview(aServiceBinding()), broken);
    assert.equal(said(validation), '(Cleat: it was admitted unchecked: the cache is broken)');
    assert.equal(validation.outcome, 'allowed');
  });

  it('a body that is no review is one of the caller', () => {
    const { outcome, review } = validate({ kind: 'Pod' }, NOWHERE);
    assert.deepEqual([outcome, review.response.status?.code], ['errored', 400]);
  });
});
