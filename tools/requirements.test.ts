import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

/** One rule of the specification; `docs/requirements.json` has those of the versions that Cleat serves. */
interface Requirement {
  readonly id: string;
  readonly level: string;
  readonly versions: readonly string[];
  readonly rule: string;
  /** Who has to follow it instead. */
  readonly notOurs?: string;
  /** What has to be built before it can be shown. */
  readonly open?: string;
}

const REQUIREMENTS = JSON.parse(
  readFileSync(new URL('../docs/requirements.json', import.meta.url), 'utf8'),
) as readonly Requirement[];

/**
 * The IDs that stand in the name of a test: in the text of an `it`, a `test`, a `describe`, a key of a table, or in the
 * first line of a contract case, which is the name of its tests.
 */
function namedByTests(): ReadonlySet<string> {
  const files = ['lib', 'server', 'certs', 'e2e', 'manifests'].flatMap((folder) =>
    globSync(`${folder}/**/*.test.ts`),
  );
  const names = files.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g),
  ]);
  const titles = globSync('e2e/cases/*/*/given.yaml').map(
    (file) => readFileSync(file, 'utf8').split('\n', 1)[0],
  );
  const texts = [...names.map(([, , text = '']) => text), ...titles.map((title = '') => title)];
  const ids = texts.flatMap((text) => [...text.matchAll(/\b([A-Z]+)-(\d+)(?:\s*(?:to|\.\.)\s*\1-(\d+))?/g)]);
  return new Set(
    ids.flatMap(([, section = '', from = '', to = from]) => range(section, Number(from), Number(to))),
  );
}

const range = (section: string, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${section}-${from + index}`);

const ids = (list: readonly Requirement[]): readonly string[] => list.map(({ id }) => id);

describe('the requirements of all versions of the specification, and of application-stacks', () => {
  const named = namedByTests();

  it('are 158', () => assert.equal(REQUIREMENTS.length, 158));

  it('are as many in each version as it has', () => {
    const counts = { v1: 116, v1beta1: 110, v1alpha3: 103, v1alpha2: 100, 'app-stacks': 14 };
    for (const [version, count] of Object.entries(counts)) {
      assert.equal(REQUIREMENTS.filter(({ versions }) => versions.includes(version)).length, count, version);
    }
  });

  it('are each named by a test, or are not ours, or are said to be open', () => {
    const missing = REQUIREMENTS.filter(
      ({ id, notOurs, open }) => !named.has(id) && notOurs === undefined && open === undefined,
    );
    assert.deepEqual(ids(missing), []);
  });

  it('are not open any more once a test names them', () => {
    assert.deepEqual(ids(REQUIREMENTS.filter(({ id, open }) => open !== undefined && named.has(id))), []);
  });
});
