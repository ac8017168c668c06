import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { frozen } from '../testkit/freeze.ts';
import { limits } from './budget.ts';
import { execute, executeSliced } from './execute.ts';
import { parseTemplate, type TemplateOptions } from './template.ts';
import type { Data } from './value.ts';

const keys = fc.constantFrom('a', 'b', 'list', 'x y', '__proto__', 'constructor', '', 'é', '\udcff');

const documents: fc.Arbitrary<Data> = fc
  .letrec<{ readonly value: Data }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<Data>(
        null,
        true,
        false,
        0,
        1,
        -3,
        1.5,
        2n ** 60n,
        2n ** 70n,
        'a',
        'é😀',
        '',
        '\udc80',
        '<&>',
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 4, selector: ([key]) => key })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }))
  .value.map(frozen);

const functions =
  'and or not len index slice print printf println html js urlquery call eq ne lt le gt ge json upper lower title'.split(
    ' ',
  );
const words = fc.constantFrom(
  '{{',
  '}}',
  '{{- ',
  ' -}}',
  '{{if ',
  '{{else}}',
  '{{else if ',
  '{{end}}',
  '{{range ',
  '{{with ',
  '{{break}}',
  '{{continue}}',
  '{{define "a"}}',
  '{{template "a" .}}',
  '{{block "b" .}}',
  '$x',
  ' := ',
  ' = ',
  ', ',
  ' | ',
  '(',
  ')',
  ' ',
  '\n',
  '.',
  '.a',
  '.b',
  '.list',
  '$',
  '"%v"',
  '"%-08.3[1]*q"',
  '"é\\xff"',
  '`r`',
  "'c'",
  '1',
  '-2.5',
  '0x1p4',
  '1e400',
  'nil',
  'true',
  '/*',
  '*/',
  'text',
  '<',
  '\ud800',
  ...functions.map((name) => `${name} `),
);
const soup = fc.array(words, { maxLength: 30 }).map((parts) => parts.join(''));

const operand = fc.constantFrom(
  '.',
  '$',
  '.a',
  '.b.a',
  '.list',
  '1',
  '-2.5',
  '"é\\xff"',
  "'c'",
  'nil',
  'true',
  '(index .list 0)',
  '(slice "é" 1)',
);
const formats = fc
  .tuple(
    fc.constantFrom('', '+', '-', '#', '0', ' '),
    fc.constantFrom('', '5', '*', '[2]'),
    fc.constantFrom('', '.2', '.*', '.'),
    fc.constantFrom(...'v d s q x X o b e E f g G t T c U O p w k % !'.split(' ')),
  )
  .map((parts) => JSON.stringify(`%${parts.join('')}`));
const call = fc.oneof(
  fc
    .tuple(fc.constantFrom(...functions), fc.array(operand, { maxLength: 3 }))
    .map(([name, args]) => [name, ...args].join(' ')),
  fc
    .tuple(formats, fc.array(operand, { maxLength: 3 }))
    .map(([format, args]) => ['printf', format, ...args].join(' ')),
);
const pipe = fc
  .array(fc.oneof(call, operand), { minLength: 1, maxLength: 3 })
  .map((commands) => commands.join(' | '));
const wellMade = fc
  .array(
    fc.oneof(
      pipe.map((pipe) => `{{${pipe}}}`),
      fc
        .tuple(fc.constantFrom('if', 'with', 'range'), pipe, pipe)
        .map(([word, head, body]) => `{{${word} ${head}}}{{${body}}}{{else}}-{{end}}`),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join('\n'));

const sources = fc.oneof(
  soup,
  wellMade,
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `{{${text}}}`),
);
const options: fc.Arbitrary<TemplateOptions> = fc.record({
  functions: fc.constant(['json', 'upper', 'lower', 'title'] as const),
  html: fc.boolean(),
});

function within(
  source: string,
  { line, column }: { readonly line: number; readonly column: number },
): boolean {
  const text = source.split('\n')[line - 1];
  return text !== undefined && column >= 1 && column <= text.length + 1;
}

describe('for whatever template and data', () => {
  it('nothing is thrown, what comes out is text, and errors lie within the source', () => {
    fc.assert(
      fc.property(sources, options, documents, (source, options, data) => {
        const parsed = parseTemplate(source, options);
        if (!parsed.ok) return assert.ok(within(source, parsed.error), JSON.stringify(parsed.error));
        const executed = execute(parsed.template, data);
        if (executed.ok) assert.ok(executed.text.isWellFormed());
        else assert.ok(within(source, executed.error), JSON.stringify(executed.error));
      }),
      { numRuns: 10_000 },
    );
  });

  it('an execution comes to its end within its steps and bytes', () => {
    const small = { output: 200, steps: 300, calls: 5 };
    fc.assert(
      fc.property(wellMade, documents, (body, data) => {
        const source = `{{define "a"}}{{range 9}}${body}{{template "a" .}}{{end}}{{end}}{{range 1000000}}{{template "a" $}}{{end}}`;
        const parsed = parseTemplate(source, { functions: ['json', 'upper', 'lower', 'title'] });
        if (!parsed.ok) return;
        const executed = execute(parsed.template, data, small);
        if (executed.ok) assert.ok(Buffer.byteLength(executed.text) <= small.output);
      }),
      { numRuns: 2000 },
    );
  });

  it('slices make what one go makes', () => {
    fc.assert(
      fc.property(wellMade, documents, (source, data) => {
        const parsed = parseTemplate(source, { functions: ['json', 'upper', 'lower', 'title'] });
        if (!parsed.ok) return;
        const execution = executeSliced(parsed.template, data, limits);
        let next = execution.next();
        while (next.done !== true) next = execution.next();
        assert.deepEqual(next.value, execute(parsed.template, data));
      }),
      { numRuns: 1000 },
    );
  });

  it('escaped output holds no markup of its own', () => {
    fc.assert(
      fc.property(wellMade, documents, (source, data) => {
        const parsed = parseTemplate(source, { functions: ['json', 'upper', 'lower', 'title'], html: true });
        if (!parsed.ok) return;
        const executed = execute(parsed.template, data);
        if (executed.ok) assert.doesNotMatch(executed.text, /[<>"'\0]/);
      }),
      { numRuns: 2000 },
    );
  });
});
