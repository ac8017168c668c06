import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxSourceLength, parseTemplate, parseTemplateSliced, type Template } from './template.ts';

interface Shape {
  readonly part: string;
  readonly around?: readonly [before: string, after: string];
  /** What the parsed form has once for each part. */
  readonly mark: string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'of many actions': { part: '{{.a}}', mark: '"type":"field"' },
  'of one action': { part: '1 ', around: ['{{print ', '}}'], mark: '"type":"literal"' },
  'of one pipeline': { part: '|print', around: ['{{1', '}}'], mark: '"name":"print"' },
  'of many parentheses': { part: '(1) ', around: ['{{print ', '}}'], mark: '"type":"literal"' },
  'within a branch': { part: '{{.a}}', around: ['{{if true}}', '{{end}}'], mark: '"type":"field"' },
  'within a definition': { part: '{{.a}}', around: ['{{define "a"}}', '{{end}}'], mark: '"type":"field"' },
  'of many branches': { part: '{{if 1}}{{else}}{{end}}', mark: '"type":"if"' },
};

const textOf = ({ trees }: Template): string =>
  JSON.stringify([...trees], (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

describe('a long source', () => {
  for (const [name, { part, around: [before, after] = ['', ''], mark }] of Object.entries(SHAPES))
    it(`${name} is read with pauses, to its end`, () => {
      const count = Math.floor((maxSourceLength - before.length - after.length) / part.length);
      const slices = parseTemplateSliced(before + part.repeat(count) + after);
      let pauses = 0;
      let step = slices.next();
      for (; step.done !== true; step = slices.next()) pauses += 1;
      assert.ok(pauses >= 10, `it paused ${pauses} times`);
      assert.ok(step.value.ok);
      assert.equal(textOf(step.value.template).split(mark).length - 1, count);
    });

  it('is refused where its fault is, after however many pauses', () => {
    const source = `${'{{.a}}'.repeat(10_000)}\n{{end}}`;
    assert.deepEqual(parseTemplate(source), {
      ok: false,
      error: { message: 'unexpected {{end}}', line: 2, column: 1 },
    });
  });
});
