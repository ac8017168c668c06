import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { suspectedOrphans } from './orphans.ts';

const isKnown = (uid: string): boolean => uid === 'known';
const projected = new Set(['known', 'gone']);

describe('which projections may be orphans', () => {
  it('those whose uid no binding has', () =>
    assert.deepEqual(suspectedOrphans({ projected, controlled: false, fixed: false }, isKnown), ['gone']));
  it('none of what a controller made: a ReplicaSet has a copy of its Deployment’s annotations', () =>
    assert.deepEqual(suspectedOrphans({ projected, controlled: true, fixed: false }, isKnown), []));
  it('none of what cannot be changed', () =>
    assert.deepEqual(suspectedOrphans({ projected, controlled: false, fixed: true }, isKnown), []));
});
