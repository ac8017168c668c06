import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import { NO_WORKLOADS } from '../resolve/workload-lister.ts';
import { aMapping, aReview, aServiceBinding, merge } from '../testkit/builders.ts';
import { frozen } from '../testkit/freeze.ts';
import { aStore } from '../testkit/world.ts';
import { validate, type Validation } from '../validate.ts';

const listers = { lister: aStore([]), workloads: NO_WORKLOADS };
const created = (object: JsonObject, override: JsonObject = {}): Validation =>
  validate(frozen(aReview(object, override)), listers);
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
const NAME = 'must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory';

describe('an unchanged invalid field never blocks', () => {
  const bad = spec({ name: 'Bad', env: [entry('A'), entry('B='), entry('C')] });
  const BAD_NAME = `not valid, as before: spec.name: ${NAME}`;
  const badEnv = (at: number): string =>
    `not valid, as before: spec.env[${at}].name: must be printable ASCII without \`=\``;
  const twice = mapping(template({ volumes: 'a b' }), template({ volumes: '.v' }));
  const bothNamed = spec({ workload: { selector: { matchLabels: { 'a b': 'c', d: 'e' } } } });

  const cases: Readonly<Record<string, [JsonObject, JsonObject, string]>> = {
    'while another one changes': [bad, merge(bad, { spec: { type: 'x' } }), `(${BAD_NAME}; ${badEnv(1)})`],
    'an entry that moves in its list is unchanged': [
      bad,
      merge(bad, { spec: { env: [entry('C'), entry('A'), entry('D'), entry('B=')] } }),
      `(${BAD_NAME}; ${badEnv(3)})`,
    ],
    'an entry of which another field changes has an unchanged field': [
      bad,
      merge(bad, { spec: { env: [entry('A'), entry('B=', 'other')] } }),
      `(${BAD_NAME}; ${badEnv(1)})`,
    ],
    'one that is changed and still wrong does': [
      bad,
      merge(bad, { spec: { name: 'Worse' } }),
      `${BINDING}spec.name: ${NAME}`,
    ],
    'a new one beside it does': [
      bad,
      merge(bad, { spec: { env: [entry('B='), entry('D=')] } }),
      `${BINDING}spec.env[1].name: must be printable ASCII without \`=\``,
    ],
    'a copy of a wrong entry does': [
      env(entry('B=')),
      env(entry('B='), entry('B=', 'other')),
      `${BINDING}spec.env[1].name: must be printable ASCII without \`=\`; spec.env[1].name: stands twice: keep one entry for each variable`,
    ],
    'one that is corrected is gone': [bad, merge(bad, { spec: { name: 'good', env: [] } }), '()'],
    'what stands twice already may stay': [
      env(entry('A'), entry('A', 'other')),
      env(entry('B'), entry('A'), entry('A', 'other')),
      '(not valid, as before: spec.env[2].name: stands twice: keep one entry for each variable)',
    ],
    'a label with a key that is none': [
      bothNamed,
      merge(bothNamed, { spec: { workload: { name: 'other' } } }),
      '(not valid, as before: spec.workload.selector: must not be set beside name: keep one of them; ' +
        'not valid, as before: spec.workload.selector.matchLabels[a b]: is not a label key)',
    ],
    'an entry that moves and of which another field changes': [
      mapping(template({ volumes: '[*]' })),
      mapping(template({ version: 'v1' }), template({ volumes: '[*]', annotations: '.a' })),
      '(not valid, as before: spec.versions[1].volumes: only fields joined by dots are allowed, not an index, a slice or a wildcard (at offset 0))',
    ],
    'in a mapping': [
      twice,
      merge(twice, { spec: { versions: [template({ volumes: 'a b' }), template({ volumes: '.w' })] } }),
      '(not valid, as before: spec.versions[1].version: stands twice: keep one template for each version; ' +
        'not valid, as before: spec.versions[0].volumes: only fields joined by dots are allowed, not the bare word a (at offset 0))',
    ],
  };
  for (const [name, [old, object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(said(updated(old, object)), want));
  }

  it('an old object that cannot be read excuses nothing', () => {
    for (const oldObject of [null, [], 'x'] as Json[]) {
      assert.equal(
        said(created(spec({ name: '.' }), { operation: 'UPDATE', oldObject })),
        `${BINDING}spec.name: ${NAME}`,
      );
    }
  });
});

describe('whatever stands where', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  const part = fc.constantFrom('name', 'type', 'service', 'workload', 'env', 'versions');
  const object = fc
    .tuple(fc.constantFrom(aServiceBinding(), aMapping()), fc.dictionary(part, json), fc.boolean(), json)
    .map(([base, parts, whole, value]): JsonObject =>
      whole ? { ...base, spec: value } : merge(base, { spec: parts }),
    );

  it('there is an answer, no exception, and nothing but the spec decides', () => {
    fc.assert(
      fc.property(object, object, json, (before, after, metadata) => {
        for (const each of [after, { ...after, metadata }]) {
          const validation = updated(before, each);
          assert.notEqual(validation.outcome, 'errored');
          assert.doesNotMatch(said(validation), /unchecked/);
        }
        assert.equal(created(after).outcome, created({ ...after, metadata: {} }).outcome);
      }),
      { numRuns: 500 },
    );
  });

  it('an object with all its errors may be written again, with any of its valid fields changed', () => {
    fc.assert(
      fc.property(object, (before) => {
        fc.pre(isObject(before['spec']));
        const after = merge(before, { spec: { provider: 'p' } });
        assert.equal(updated(before, after).outcome, 'allowed');
      }),
      { numRuns: 500 },
    );
  });
});
