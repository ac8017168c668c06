/**
 * @module Naming strategies: what the items of services are called.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aBinding, aDatabase, itemsOf, made, messageOf } from './testkit/derived.ts';

function named(naming: string | undefined, name = 'db_name') {
  const database = aDatabase({ [`service.binding/${name}`]: 'v' });
  return made(aBinding({ derivation: { naming } }), database);
}

const ROWS: readonly (readonly [naming: string | undefined, name: string, expected: string])[] = [
  [undefined, 'db_name', 'db_name'],
  ['{{ .name }}', 'db_name', 'db_name'],
  ['{{ .name | lower }}', 'Db_Name', 'db_name'],
  ['{{ .service.kind | upper }}_{{ .name | upper }}', 'db_name', 'DATABASE_DB_NAME'],
  ['{{ .service.name }}-{{ .name }}', 'db_name', 'db-db_name'],
  ['{{ .name | title }}', 'db_name', 'Db_name'],
  ['{{ .name | title }}', 'db-name.x', 'Db-Name.X'],
  ['{{ .foo }}x', 'db_name', 'x'],
  ['{{ printf "%s_1" .name }}', 'db_name', 'db_name_1'],
  ['upper', 'db_name', 'upper'],
];

describe('a naming strategy', () => {
  for (const [naming, name, expected] of ROWS) {
    it(`${naming ?? 'left out'} calls ${name} ${expected}`, () => {
      assert.deepEqual(itemsOf(named(naming, name)), { [expected]: 'v' });
    });
  }

  it('escapes names as HTML, which makes them names that no Secret can have', () => {
    const database = aDatabase(
      { 'service.binding': 'path={.spec},elementType=map' },
      { spec: { 'a&b': 'v' } },
    );
    const failed = made(aBinding({ derivation: { naming: '{{ .name }}' } }), database);
    assert.equal(itemsOf(failed), 'failed: secret-key');
    assert.match(messageOf(failed), /"a&amp;b"/);
  });

  it('that cannot be read says why', () => {
    for (const naming of ['{{ .name', '{{ json .name }}', '{{ nope }}', '<b>{{ .name }}']) {
      const failed = named(naming);
      assert.equal(itemsOf(failed), 'failed: naming');
      assert.match(messageOf(failed), /the naming strategy cannot be read: ./);
    }
  });

  it('that fails for an item names it, and where to look', () => {
    for (const naming of ['{{ .foo | upper }}', '{{ .name.x }}', '{{ range 9999999 }}x{{ end }}']) {
      const failed = named(naming);
      assert.equal(itemsOf(failed), 'failed: naming');
      assert.match(messageOf(failed), /check the namingStrategy template.*"db_name" of Database ns\/db/);
    }
  });

  it('that calls several items the same keeps the last, and says so', () => {
    const database = aDatabase({ 'service.binding/a': '1', 'service.binding/b': '2' });
    const { generated, warnings } = made(aBinding({ derivation: { naming: 'x' } }), database);
    assert.deepEqual(itemsOf({ generated, warnings }), { x: '2' });
    assert.match(
      warnings.join(),
      /several items are called "x".*service\.binding\/b.*is taken, not.*service\.binding\/a/,
    );
  });

  it('is checked even where there is no item', () => {
    assert.equal(itemsOf(made(aBinding({ derivation: { naming: '{{' } }), aDatabase())), 'failed: naming');
  });
});
