import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../../lib/api/json.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import { readBinding } from '../../../lib/binding/read.ts';
import { secretObject } from '../../../lib/generate/secret-object.ts';
import { aDraftBinding } from '../../../lib/testkit/families.ts';
import { type ApiError, apiErrorFromBody, TransportError } from '../../kube/errors.ts';
import { ObjectClient } from '../object-client.ts';
import { type Made, SecretWriter, type Written } from './secret-writer.ts';

const MADE: Made = {
  outcome: 'make',
  name: 'db-00000000',
  data: new Map([['password', btoa('hunter2')]]),
  type: 'Opaque',
  keys: [],
};

const read = readBinding(aDraftBinding());
assert.ok(read.ok);
const BINDING: Binding = read.value;

const refusal = (status: number, reason: string, message: string, causes: Json = []): ApiError =>
  apiErrorFromBody('POST /s', status, JSON.stringify({ reason, message, details: { causes } }));

/** Writes where the API server answers the write so; `lacks`: the verbs that Cleat does not have. */
async function ensured(
  answer: unknown,
  { lacks = [] as readonly string[], there = false } = {},
): Promise<Written> {
  const asked: string[] = [];
  const request = async (method: string): Promise<Json> => {
    if (method !== 'GET') return await Promise.reject(answer);
    if (!there) throw refusal(404, 'NotFound', '');
    return { ...secretObject(BINDING, MADE), data: {} };
  };
  const client = new ObjectClient({ transport: { request }, mayWrite: () => true });
  const allowed = async ({
    group,
    resource,
    verb,
    namespace = '',
  }: Record<string, string>): Promise<boolean> => {
    asked.push(`${verb ?? ''} ${group ?? ''}${resource ?? ''} ${namespace}`);
    return await Promise.resolve(!lacks.includes(verb ?? ''));
  };
  const access = { allowed: async (question: object) => await allowed({ ...question }) };
  return await new SecretWriter(client, access).ensure(BINDING, MADE);
}

const problemOf = (written: Written): string => (written.ok ? 'written' : written.problem);

describe('a Secret that the API server refuses', () => {
  const denial = "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no";
  const cases: Readonly<Record<string, { readonly answer: ApiError; readonly says: RegExp }>> = {
    'because of a policy that says Invalid': {
      answer: refusal(422, 'Invalid', denial, [{ message: denial }]),
      says: /^the API server refuses the Secret shop\/db-00000000 of the binding: Invalid: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no; change/,
    },
    'because of a policy that says Forbidden': {
      answer: refusal(403, 'Forbidden', denial, [{ message: denial }]),
      says: /: Forbidden: ValidatingAdmissionPolicy 'p'/,
    },
    'because of a quota': {
      answer: refusal(403, 'Forbidden', 'secrets "db-00000000" is forbidden: exceeded quota: few'),
      says: /: HTTP 403: secrets "db-00000000" is forbidden: exceeded quota: few; change/,
    },
    'because of its size': { answer: refusal(413, '', 'too large'), says: /HTTP 413: too large/ },
  };
  for (const [why, { answer, says }] of Object.entries(cases))
    for (const there of [false, true])
      it(`${why} is told with the reason that it gives, ${there ? 'changed' : 'new'}`, async () => {
        const written = await ensured(answer, { there });
        assert.match(problemOf(written), says);
        assert.doesNotMatch(problemOf(written), /ClusterRole/);
        assert.ok(!written.ok && written.denied, 'nobody tells when it is allowed');
      });

  for (const verb of ['get', 'create', 'patch'])
    it(`because Cleat may not ${verb} Secrets is told with the role that is missing`, async () => {
      const written = await ensured(refusal(403, 'Forbidden', 'no'), { lacks: [verb] });
      assert.match(problemOf(written), /Cleat may not write Secrets in shop; install the ClusterRole/);
    });

  it('is told without any value of it, whatever a policy quotes (SEC-5)', async () => {
    const quoting = refusal(422, 'Invalid', '', [{ message: "the password 'hunter2' is known" }]);
    assert.match(problemOf(await ensured(quoting)), /the password '…' is known/);
  });

  const passing: Readonly<Record<string, unknown>> = {
    'too many requests': refusal(429, 'TooManyRequests', ''),
    'a conflict': refusal(409, 'AlreadyExists', ''),
    'a fault of the API server': refusal(500, 'InternalError', ''),
    'a namespace that is gone': refusal(404, 'NotFound', ''),
    'no answer at all': new TransportError('connection', 'refused'),
  };
  for (const [what, answer] of Object.entries(passing))
    it(`for what passes by itself is no news: ${what} (SB-47)`, async () => {
      await assert.rejects(ensured(answer), (error) => error === answer);
    });
});
