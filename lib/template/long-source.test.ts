import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxSourceLength, parseTemplate, parseTemplateSliced } from './template.ts';

describe('a long source', () => {
  const longest = (part: string, before = '', after = ''): string =>
    before + part.repeat((maxSourceLength - before.length - after.length) / part.length) + after;
  const shapes = {
    'of many actions': longest('{{.a}}'),
    'of one action': longest('1 ', '{{print ', '}}'),
    'of one pipeline': longest('|print', '{{1', '}}'),
    'of many parentheses': longest('(1) ', '{{print ', '}}'),
    'within a branch': longest('{{.a}}', '{{if 1}}', '{{end}}'),
    'within a definition': longest('{{$}}', '{{define "a"}}', '{{end}}'),
    'of many branches': longest('{{if 1}}{{else}}{{end}}'),
  };
  for (const [shape, source] of Object.entries(shapes))
    it(`${shape} is read with pauses, to the same end`, () => {
      const slices = parseTemplateSliced(source);
      let pauses = 0;
      let step = slices.next();
      for (; step.done !== true; step = slices.next()) pauses += 1;
      assert.ok(pauses >= 10, `it paused ${pauses} times`);
      assert.ok(step.value.ok);
      assert.deepEqual(step.value, parseTemplate(source));
    });

  it('is refused where its fault is, after however many pauses', () => {
    const source = `${'{{.a}}'.repeat(10_000)}\n{{end}}`;
    assert.deepEqual(parseTemplate(source), {
      ok: false,
      error: { message: 'unexpected {{end}}', line: 2, column: 1 },
    });
  });
});
