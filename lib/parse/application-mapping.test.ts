import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../api/json.ts';
import { parseApplicationMapping } from './application-mapping.ts';
import { describeErrors } from './field.ts';

const parse = (...versions: readonly Json[]): ReturnType<typeof parseApplicationMapping> =>
  parseApplicationMapping({ versions }, 'spec');

function problems(...versions: readonly Json[]): string {
  const result = parse(...versions);
  return result.ok ? '' : describeErrors(result.errors);
}

const CONTAINERS = { version: '*', containers: ['.spec.containers'], volumes: '.spec.volumes' };
const LISTS = {
  version: 'v1',
  envs: ['.spec.env'],
  volumeMounts: ['.spec.mounts'],
  volumes: '.spec.volumes',
};

describe('the spec of a ClusterApplicationResourceMapping', () => {
  it('has templates of either form (ARM-1..4)', () => {
    assert.deepEqual(parse(CONTAINERS, LISTS), { ok: true, value: { versions: [CONTAINERS, LISTS] } });
  });

  it('takes an empty list for none', () => {
    const result = parse({ ...LISTS, containers: [] });
    assert.deepEqual(result, { ok: true, value: { versions: [LISTS] } });
  });

  const at = 'spec.versions[0]';
  const cases: Readonly<Record<string, [JsonObject, string]>> = {
    'without volumes (ARM-4)': [{ ...CONTAINERS, volumes: null }, `${at}.volumes: is required`],
    'with both forms (ARM-5)': [
      { ...CONTAINERS, ...LISTS },
      `${at}.envs: must not be set beside containers: keep one of the two forms; ` +
        `${at}.volumeMounts: must not be set beside containers: keep one of the two forms`,
    ],
    'with envs beside containers (ARM-5)': [
      { ...CONTAINERS, envs: ['.e'] },
      `${at}.envs: must not be set beside containers: keep one of the two forms`,
    ],
    'with envs alone (ARM-6)': [
      { ...LISTS, volumeMounts: [] },
      `${at}.volumeMounts: is required unless containers is set`,
    ],
    'with neither form (ARM-6)': [
      { version: '*', volumes: '.v' },
      `${at}.envs: is required unless containers is set; ${at}.volumeMounts: is required unless containers is set`,
    ],
    'with a path that is no string (ARM-1)': [
      { ...CONTAINERS, containers: ['.a', 1] },
      `${at}.containers[1]: must be a string, not a number`,
    ],
    'with more paths than are evaluated': [
      { ...CONTAINERS, containers: Array.from({ length: 33 }, () => '.a') },
      `${at}.containers: holds more than 32 entries`,
    ],
  };
  for (const [name, [template, want]] of Object.entries(cases)) {
    it(`is refused ${name}`, () => assert.equal(problems(template), want));
  }

  it('is refused with a version that stands twice', () => {
    assert.equal(
      problems(CONTAINERS, CONTAINERS),
      'spec.versions[1].version: stands twice: keep one template for each version',
    );
  });
});
