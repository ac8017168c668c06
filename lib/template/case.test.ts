import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lower, title, upper } from './case.ts';

describe('letters in another case', () => {
  it('are those of Go, one for one', () => {
    assert.equal(upper('straße ŉ ΐ ᾳ ᾀ ᾠ ῃ ﬁ ǆ'), 'STRAßE ŉ ΐ ᾼ ᾈ ᾨ ῌ ﬁ Ǆ');
    assert.equal(lower('İSTANBUL ΣΑΣ Ǆ'), 'istanbul σασ ǆ');
  });

  it('begin words that are apart by anything but letters, digits and underscores', () => {
    assert.equal(title('db_name'), 'Db_name');
    assert.equal(title('db-name x.y 1st éa ǆx ǅx\u00a0b აბ ß'), 'Db-Name X.Y 1st Éa ǅx ǅx\u00a0B აბ ß');
    assert.equal(title('a—b'), 'A—b');
  });
});
