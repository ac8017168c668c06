import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { NO_WORKLOADS } from '../resolve/workload-lister.ts';
import { aReview } from '../testkit/builders.ts';
import { aDraftBinding, anOperatorBinding, aStacksBinding } from '../testkit/families.ts';
import { frozen } from '../testkit/freeze.ts';
import { aStore } from '../testkit/world.ts';
import { validate, type Validation } from '../validate.ts';

const NOWHERE = { lister: aStore([]), workloads: NO_WORKLOADS };
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

const BINDING = 'ServiceBinding shop/db is not valid: ';
describe('what a binding of an opt-in API is for cannot be changed', () => {
  const CHANGED = 'cannot be changed: delete the ServiceBinding and create it anew';
  const of = (application: JsonObject): JsonObject => operator({ application });
  const cases: Readonly<Record<string, [JsonObject, JsonObject, string]>> = {
    'v1alpha2: neither its apiVersion nor its kind': [
      aDraftBinding(),
      draft({ application: { apiVersion: 'v1', kind: 'Pod' } }),
      `${BINDING}spec.application.apiVersion: ${CHANGED}; spec.application.kind: ${CHANGED}`,
    ],
    'v1alpha2: but all else can': [
      aDraftBinding(),
      draft({
        application: { name: 'b', containers: [0] },
        type: 't',
        mappings: [{ name: 'a', value: 'b' }],
      }),
      '()',
    ],
    "the operator's: neither group, version nor resource": [
      anOperatorBinding(),
      of({ group: '', version: 'v2', resource: 'pods' }),
      `${BINDING}${['group', 'version', 'resource'].map((field) => `spec.application.${field}: ${CHANGED}`).join('; ')}`,
    ],
    "the operator's: nor its kind, where that is what counts": [
      of({ resource: null, kind: 'Deployment' }),
      of({ resource: null, kind: 'StatefulSet' }),
      `${BINDING}spec.application.kind: ${CHANGED}`,
    ],
    "the operator's: nor its kind by a resource, which would go before it": [
      of({ resource: null, kind: 'Deployment' }),
      of({ resource: 'statefulsets', kind: 'Deployment' }),
      `${BINDING}spec.application.resource: ${CHANGED}`,
    ],
    "the operator's: but its kind beside a resource says nothing": [
      of({ kind: 'Deployment' }),
      of({ kind: 'Other' }),
      '()',
    ],
    "the operator's: and what was nothing can become something": [
      of({ resource: null, name: null }),
      anOperatorBinding(),
      '()',
    ],
    "the operator's: and all else can, whether it is ready or not": [
      anOperatorBinding({ status: { secret: 's', conditions: [{ type: 'Ready', status: 'True' }] } }),
      operator({ bindAsFiles: false, namingStrategy: 'none', application: { name: 'other' } }),
      '()',
    ],
    "application-stacks': nor its resource": [
      aStacksBinding(),
      stacks({ application: { resource: 'pods' } }),
      `${BINDING}spec.application.resource: ${CHANGED}`,
    ],
  };
  for (const [name, [old, object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(said(updated(old, object)), want));
  }
});
