import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../lib/api/json.ts';
import { apiErrorFromBody } from '../kube/errors.ts';
import { describeRefusal } from './refusal.ts';

const DUMP = JSON.stringify({ spec: { 'a "b" \\': ['}', { image: 'x'.repeat(500) }] } });

const told = (reason: string, message: string, causes?: Json): string => {
  const status = {
    kind: 'Status',
    reason,
    message,
    ...(causes === undefined ? {} : { details: { causes } }),
  };
  return describeRefusal(apiErrorFromBody('PATCH /x', 422, JSON.stringify(status)));
};

describe('what is told of a request that the API server refused', () => {
  const cases: Readonly<Record<string, { readonly said: string; readonly want: string }>> = {
    'its own message, where it gives no causes': {
      said: told('Forbidden', 'exceeded quota: few'),
      want: 'PATCH /x: HTTP 422: exceeded quota: few',
    },
    'the causes, each once': {
      said: told('Invalid', DUMP, [
        { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
        { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
        { message: "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no" },
        { reason: 'FieldValueNotFound', field: 'spec.b' },
      ]),
      want: "Invalid: spec.a: Required value; ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no; spec.b: FieldValueNotFound",
    },
    'without the object that a cause quotes, however it is written': {
      said: told('Invalid', '', [
        { field: 'spec.template', message: `Invalid value: ${DUMP}: field is immutable` },
        { field: 'patch', message: `Invalid value: ${JSON.stringify(DUMP)}: unknown field` },
        { field: 'spec.c', message: 'Invalid value: [' },
      ]),
      want: 'Invalid: spec.template: Invalid value: field is immutable; patch: Invalid value: unknown field; spec.c: Invalid value: [',
    },
    'with what is short, since it tells which of many it is': {
      said: told('Invalid', '', [
        { field: 'spec.mountPath', message: 'Invalid value: "/x": must be unique' },
      ]),
      want: 'Invalid: spec.mountPath: Invalid value: "/x": must be unique',
    },
    'the status, where there is no reason': {
      said: told('', '', [{ message: 'no' }]),
      want: 'HTTP 422: no',
    },
  };
  for (const [what, { said, want }] of Object.entries(cases)) it(what, () => assert.equal(said, want));

  it('is never longer than a condition should be', () => {
    assert.equal(told('Invalid', 'x'.repeat(5000)).length, 300);
    assert.equal(told('Invalid', '', [{ message: 'x'.repeat(5000) }]).length, 300);
    const open = `Invalid value: {"a": ${'"'.repeat(20_001)}`;
    assert.equal(told('Invalid', '', [{ field: 'f', message: open }]), 'Invalid: f: Invalid value');
  });
});
