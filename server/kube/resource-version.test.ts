import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOlder } from './resource-version.ts';

describe('resource versions', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['999999999999999999998', '999999999999999999999', true],
    ['abc', '10', false],
    ['', '10', false],
    ['007', '10', false],
  ];
  for (const [version, than, want] of cases)
    it(`${version || 'none'} is ${want ? '' : 'not known to be '}older than ${than}`, () =>
      assert.equal(isOlder(version, than), want));
});
