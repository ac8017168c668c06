import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../api/json.ts';
import { readBinding } from '../binding/read.ts';
import { aSelectingBinding, aServiceBinding } from '../testkit/builders.ts';
import { frozen } from '../testkit/freeze.ts';
import { describeErrors } from './field.ts';
import { parseServiceBinding } from './service-binding.ts';

function problems(object: JsonObject): string {
  const parsed = parseServiceBinding(frozen(object));
  return parsed.ok ? '' : describeErrors(parsed.errors);
}

const spec = (override: JsonObject): JsonObject => aServiceBinding({ spec: override });
const workload = (override: JsonObject): JsonObject => spec({ workload: override });

describe('a ServiceBinding is refused with the field and the reason', () => {
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'without a spec': [{ ...aServiceBinding(), spec: null }, 'spec: is required'],
    'with a spec that is a list': [{ ...aServiceBinding(), spec: [] }, 'spec: must be an object, not a list'],
    'without a workload (SB-6)': [spec({ workload: null }), 'spec.workload: is required'],
    'without a service (SB-9)': [spec({ service: null }), 'spec.service: is required'],
    'with neither name nor selector (SB-8)': [
      workload({ name: null }),
      'spec.workload.name: is required unless selector is set',
    ],
    'with name and selector (SB-8)': [
      workload({ selector: {} }),
      'spec.workload.selector: must not be set beside name: keep one of them',
    ],
    'with a name of upper case (APP-2)': [
      spec({ name: 'Bad' }),
      'spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    ],
    'with a name that leads elsewhere (APP-2)': [
      spec({ name: '..' }),
      'spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    ],
    'with a slash in its name (APP-2)': [
      spec({ name: 'a/b' }),
      'spec.name: must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    ],
    'with a container that is a number (SB-12)': [
      workload({ containers: ['a', 0] }),
      'spec.workload.containers[1]: must be a string, not a number',
    ],
    'with an env entry without a key (SB-20)': [
      spec({ env: [{ name: 'A' }] }),
      'spec.env[0].key: is required',
    ],
    'with an env entry without a name (SB-20)': [
      spec({ env: [{ key: 'a' }] }),
      'spec.env[0].name: is required',
    ],
    'with a name that no variable can have': [
      spec({ env: [{ name: 'A=B', key: 'a' }] }),
      'spec.env[0].name: must be printable ASCII without `=`',
    ],
    'with a key that no Secret can have': [
      spec({ env: [{ name: 'A', key: 'a/b' }] }),
      'spec.env[0].key: is not a key that a Secret can have',
    ],
    'with an unknown operator': [
      aSelectingBinding({ matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] }),
      'spec.workload.selector.matchExpressions[0].operator: must be In, NotIn, Exists or DoesNotExist',
    ],
    'with In without values': [
      aSelectingBinding({ matchExpressions: [{ key: 'a', operator: 'In' }] }),
      'spec.workload.selector.matchExpressions[0].values: must hold at least one value for In',
    ],
    'with Exists with values': [
      aSelectingBinding({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }),
      'spec.workload.selector.matchExpressions[0].values: must be empty for Exists',
    ],
    'with a label that is none': [
      aSelectingBinding({ matchLabels: { 'a b': 'c' } }),
      'spec.workload.selector.matchLabels[a b]: is not a label key',
    ],
    'with several mistakes, all at once': [
      spec({ type: 7, service: { name: '' } }),
      'spec.type: must be a string, not a number; spec.service.name: is required',
    ],
  };
  for (const [name, [object, want]] of Object.entries(cases)) {
    it(name, () => assert.equal(problems(object), want));
  }
});

describe('a uid that no API server gives', () => {
  it('is refused: it becomes part of names and stands between quotes', () => {
    for (const uid of ["it's", 'a'.repeat(49), 'a_b', '-a']) {
      assert.equal(
        problems(aServiceBinding({ metadata: { uid } })),
        'metadata.uid: must be 1 to 48 letters, digits and `-`',
      );
    }
  });
});

describe('a ServiceBinding becomes the model', () => {
  for (const version of ['v1', 'v1beta1', 'v1alpha3']) {
    it(`from servicebinding.io/${version} (SB-1, SB-2)`, () => {
      const binding = readBinding(aServiceBinding({ apiVersion: `servicebinding.io/${version}` }));
      assert.ok(binding.ok);
      assert.equal(binding.value.directory, 'db');
      assert.deepEqual(binding.value.workload, {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        target: { name: 'orders' },
      });
    });
  }

  it('spec.name names the directory (SB-38), metadata.name otherwise (SB-39)', () => {
    const named = readBinding(spec({ name: 'account-db' }));
    const unnamed = readBinding(spec({ name: '' }));
    assert.equal(named.ok && named.value.directory, 'account-db');
    assert.equal(unnamed.ok && unnamed.value.directory, 'db');
  });

  it('the longest name is fine, one more is not (APP-2)', () => {
    assert.equal(problems(spec({ name: 'a'.repeat(253) })), '');
    assert.notEqual(problems(spec({ name: 'a'.repeat(254) })), '');
  });

  it('its own status counts only for its generation', () => {
    const status = { binding: { name: 'published' }, observedGeneration: 1 };
    const current = readBinding({ ...aServiceBinding(), status });
    const stale = readBinding({ ...aServiceBinding({ metadata: { generation: 2 } }), status });
    assert.deepEqual(current.ok && current.value.publishedSecret, { name: 'published' });
    assert.equal(stale.ok && stale.value.publishedSecret, undefined);
  });

  it('a broken status is as good as none', () => {
    for (const status of [
      'x',
      [],
      { conditions: {} },
      { conditions: [1, { type: 'Ready' }] },
      { binding: 7 },
    ] as Json[]) {
      assert.equal(readBinding({ ...aServiceBinding(), status }).ok, true);
    }
  });
});

describe('parsing never throws', () => {
  it('whatever stands where', () => {
    const json = fc.jsonValue() as fc.Arbitrary<Json>;
    const fields = ['name', 'type', 'service', 'workload', 'env'];
    fc.assert(
      fc.property(fc.constantFrom(...fields), json, json, (field, value, metadata) => {
        const object = frozen({ ...spec({ [field]: null }), metadata });
        parseServiceBinding(object);
        parseServiceBinding(frozen(spec({ [field]: value })));
      }),
    );
  });
});
