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

/** The IDs that stand in the name of a test: in the text of an `it`, a `test`, a `describe`, or a key of a table. */
function namedByTests(): ReadonlySet<string> {
  const files = ['lib', 'server', 'certs', 'e2e', 'manifests'].flatMap((folder) =>
    globSync(`${folder}/**/*.test.ts`),
  );
  const names = files.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g),
  ]);
  const ids = names.flatMap(([, , text = '']) => [
    ...text.matchAll(/\b([A-Z]+)-(\d+)(?:\s*(?:to|\.\.)\s*\1-(\d+))?/g),
  ]);
  return new Set(
    ids.flatMap(([, section = '', from = '', to = from]) => range(section, Number(from), Number(to))),
  );
}

const range = (section: string, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${section}-${from + index}`);

const ids = (list: readonly Requirement[]): readonly string[] => list.map(({ id }) => id);

describe('the requirements of servicebinding.io v1, v1beta1 and v1alpha3', () => {
  const named = namedByTests();

  it('are 109', () => assert.equal(REQUIREMENTS.length, 109));

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
