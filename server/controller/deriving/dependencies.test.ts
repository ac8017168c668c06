import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SECRET } from '../../../lib/api/kinds.ts';
import { WIDGET } from '../../kube/testing/widgets.ts';
import { Dependencies, onObject } from './dependencies.ts';

const widget = (name: string): string => onObject(WIDGET, { namespace: 'shop', name });
const db = widget('db');

function aList() {
  const calls: string[][] = [];
  const dependencies = new Dependencies(() => calls.push(dependencies.kinds().map(({ kind }) => kind)));
  return { dependencies, calls };
}

describe('dependencies', () => {
  it('concern whoever is about to read them: what happens meanwhile is in no version that will be told', () => {
    const { dependencies } = aList();
    dependencies.expect('shop/a', db);
    assert.deepEqual(dependencies.concerned(db, '7'), ['shop/a']);
    dependencies.set('shop/a', [[db, '7']], [WIDGET]);
    assert.deepEqual(dependencies.concerned(db, '7'), []);
    assert.deepEqual(dependencies.concerned(db, '8'), ['shop/a']);
  });

  it('that are known are not forgotten while they are read again', () => {
    const { dependencies } = aList();
    dependencies.set('shop/a', [[db, '7']], [WIDGET]);
    dependencies.expect('shop/a', db);
    assert.deepEqual(dependencies.concerned(db, '7'), [], 'it is no news yet');
    assert.deepEqual(dependencies.concerned(db), ['shop/a']);
  });

  it('that were expected, and are not read in the end, concern nobody', () => {
    const { dependencies } = aList();
    dependencies.expect('shop/a', db);
    dependencies.set('shop/a', [], []);
    assert.deepEqual(dependencies.concerned(db), []);
  });

  it('name each of their kinds as long as anybody depends on it', () => {
    const { dependencies, calls } = aList();
    dependencies.set('shop/a', [[db, '7']], [WIDGET, WIDGET]);
    dependencies.set('shop/b', [[db, '7']], [WIDGET, SECRET]);
    dependencies.set('shop/a', [], []);
    dependencies.set('shop/a', [[db, '8']], [WIDGET]);
    dependencies.forget('shop/b');
    dependencies.forget('shop/b');
    dependencies.clear();
    assert.deepEqual(calls, [
      ['Widget'],
      ['Widget', 'Secret'],
      ['Widget', 'Secret'],
      ['Widget', 'Secret'],
      ['Widget'],
      [],
    ]);
  });

  it('are missing that were read and are not among those that there are, of one kind', () => {
    const { dependencies } = aList();
    const secret = onObject(SECRET, { namespace: 'shop', name: 'db' });
    dependencies.set('shop/a', [[db, '7']], [WIDGET]);
    dependencies.set('shop/b', [[widget('cache'), '7']], [WIDGET]);
    dependencies.set('shop/never', [[widget('other'), undefined]], [WIDGET]);
    dependencies.set('shop/secret', [[secret, '7']], [SECRET]);
    assert.deepEqual(dependencies.missing(WIDGET, new Set([db])), ['shop/b']);
    assert.deepEqual(dependencies.missing(SECRET, new Set()), ['shop/secret']);
  });
});
