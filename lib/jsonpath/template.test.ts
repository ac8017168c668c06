import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../api/json.ts';
import { maxDepth, maxVisited } from './evaluation.ts';
import { maxSourceLength } from './parse.ts';
import { compileTemplate, type Template } from './template.ts';

function template(source: string): Template {
  const compiled = compileTemplate(source);
  assert.ok('template' in compiled, `${source} is a template`);
  return compiled.template;
}

const strict = { missing: 'error' } as const;
const lenient = { missing: 'skip' } as const;

// What is said about JSONPath itself, the corpus of client-go holds; here is what it cannot say.
describe('a template', () => {
  const service: Json = { status: { url: 'http://db', ports: [1, 2] } };

  it('keeps its source', () => {
    assert.equal(template('{.status.url}').source, '{.status.url}');
  });

  it('gives the values of each expression, and the text of all', () => {
    const url = template('url={.status.url} ports={.status.ports[*]}');
    assert.deepEqual(url.evaluate(service, strict), {
      ok: true,
      results: [['url='], ['http://db'], [' ports='], [1, 2]],
    });
    assert.deepEqual(url.render(service, strict), { ok: true, text: 'url=http://db ports=1 2' });
  });

  it('can be evaluated again and again, also with ranges and after failures', () => {
    const each = template('{range .status.ports[*]}<{@}>{end}.');
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(each.render(service, strict), { ok: true, text: '<1><2>.' });
      assert.deepEqual(each.render({}, strict), { ok: false, message: 'status is not found' });
    }
  });

  it('takes a missing key for an error or for nothing', () => {
    assert.deepEqual(template('{.none}').evaluate(service, strict), {
      ok: false,
      message: 'none is not found',
    });
    assert.deepEqual(template('{.none}').evaluate(service, lenient), { ok: true, results: [[]] });
  });

  it('prints maps as Go does: keys in the order of their UTF-8 bytes, HTML escaped', () => {
    const root: Json = { a: { '😀': 1, '\uff5e': 2, b: '<&>\u2028', a: [null, true, 1e21, 1e-7], ab: {} } };
    assert.deepEqual(template('{.a}').render(root, strict), {
      ok: true,
      text: '{"a":[null,true,1e+21,1e-7],"ab":{},"b":"\\u003c\\u0026\\u003e\\u2028","\uff5e":2,"😀":1}',
    });
  });

  it('is refused if it is no template, with the position', () => {
    assert.deepEqual(compileTemplate('url: {.status.url'), {
      error: { message: 'unclosed action', position: 17 },
    });
    assert.deepEqual(compileTemplate('{.a} {.b[x]}'), {
      error: { message: 'invalid array index x', position: 8 },
    });
    assert.deepEqual(compileTemplate('x'.repeat(maxSourceLength + 1)), {
      error: { message: `longer than ${maxSourceLength} characters`, position: maxSourceLength },
    });
  });
});

describe('the limits of a template', () => {
  let deep: Json = 1;
  for (let level = 0; level < 10_000; level += 1) deep = [deep];
  const tooMany = { ok: false, message: `more than ${maxVisited} values visited` };

  it('keep what is nested too deep from being printed', () => {
    assert.deepEqual(template('{}').render(deep, strict), {
      ok: false,
      message: 'nested too deep to be printed',
    });
    assert.deepEqual(template('{..}').render(deep, strict), {
      ok: false,
      message: `nested more than ${maxDepth} levels deep`,
    });
  });

  it('end ranges that multiply', () => {
    const list = Array.from({ length: 20 }, (_, index) => index);
    const source = `${'{range .list[*]}{range .a}'.repeat(50)}x`;
    assert.deepEqual(template('{range}'.repeat(500)).evaluate({}, strict), tooMany);
    const nested = '{range ..list[*]}'.repeat(3);
    assert.equal(template(source).evaluate({ list }, lenient).ok, false);
    assert.equal(template(nested).evaluate({ list }, lenient).ok, true);
  });

  it('end literals and bytes that multiply', () => {
    const text = 'x'.repeat(1000);
    const many = Array.from({ length: 200 }, () => text);
    assert.deepEqual(template('{[*].*}').evaluate(many, strict), tooMany);
    assert.deepEqual(
      template('{[*] 1 1}').evaluate(
        Array.from({ length: maxVisited / 3 }, () => 0),
        strict,
      ),
      tooMany,
    );
  });
});
