import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits, slicedLimits } from './budget.ts';
import { execute, executeSliced, type Executed } from './execute.ts';
import { maxSourceLength, parseTemplate, type Template, type TemplateOptions } from './template.ts';
import type { Data } from './value.ts';

const all: TemplateOptions = { functions: ['json', 'upper', 'lower', 'title'] };

function parsed(source: string, options: TemplateOptions = all): Template {
  const result = parseTemplate(source, options);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.template;
}

function rendered(source: string, data: Data, options: TemplateOptions = all): string {
  const result = execute(parsed(source, options), data);
  return result.ok ? result.text : `error: ${result.error.message}`;
}

function failure(source: string, data: Data): Extract<Executed, { readonly ok: false }>['error'] {
  const result = execute(parsed(source), data);
  assert.ok(!result.ok);
  return result.error;
}

describe('a mapping', () => {
  const data = {
    db: { spec: { port: 5432, tags: ['a', 'b'], m: { k: 'v', n: 1 }, nul: null }, status: { s: 'value' } },
    username: 'foo',
    password: 'b&r',
    'host.name': 'h',
  };
  const table: readonly (readonly [string, string])[] = [
    ['{{ .db.status.s }}', 'value'],
    ['{{ .db.spec.tags }}', '[a b]'],
    ['{{ .db.spec.m }}', 'map[k:v n:1]'],
    ['{{ json .db.spec.m }}', '{"k":"v","n":1}'],
    ['{{ .db.nope.x.y }}', '<no value>'],
    ['{{ .db.spec.nul }}', '<no value>'],
    ['{{ printf "%s-%d" .username .db.spec.port }}', 'foo-5432'],
    ['{{ .username }}:{{ .password }}@{{ index . "host.name" }}', 'foo:b&r@h'],
  ];
  for (const [source, text] of table) {
    it(`${source} makes ${text}`, () => {
      assert.equal(rendered(source, data), text);
    });
  }

  it('knows the functions that it is given, and no others', () => {
    for (const name of ['json', 'upper', 'lower', 'title', '_html_template_htmlescaper', 'constructor']) {
      const result = parseTemplate(`\n {{ ${name} "x" }}`);
      assert.ok(!result.ok);
      assert.deepEqual(result.error, { message: `function "${name}" not defined`, line: 2, column: 5 });
    }
  });
});

describe('maps', () => {
  it('have their members counted once, however often it is asked for', () => {
    let counted = 0;
    const map: Data = new Proxy<Record<string, Data>>(
      { a: 1, b: 2 },
      {
        ownKeys: (target) => {
          counted += 1;
          return Reflect.ownKeys(target);
        },
      },
    );
    const source = '{{ range 10 }}{{ if $.m }}{{ len $.m }}{{ end }}{{ end }}{{ and .m .m | len }}';
    assert.equal(rendered(source, { m: map }), '2'.repeat(11));
    assert.equal(counted, 1);
  });

  it('are gone through in the order of the bytes of their keys', () => {
    const map = { '\uffee': 1, '😀': 2, a: 3, é: 4 };
    assert.equal(rendered('{{ range $k, $v := . }}{{ $k }}{{ end }}', map), 'aé\uffee😀');
    assert.equal(rendered('{{ . }}', { '\uffee': 1, é: 4, a: 3 }), 'map[a:3 é:4 \uffee:1]');
  });
});

describe('variables', () => {
  it('that a block declares again are still known behind it, those of its own are not', () => {
    assert.equal(rendered('{{ $a := 1 }}{{ if 1 }}{{ $a := 2 }}{{ $a }}{{ end }}{{ $a }}', null), '21');
    for (const source of [
      '{{ $a := 1 }}{{ if 1 }}{{ $b := 2 }}{{ $b := 3 }}{{ end }}{{ $b }}',
      '{{ $a := 1 }}{{ define "x" }}{{ $a }}{{ end }}',
    ]) {
      const result = parseTemplate(source);
      assert.ok(!result.ok && result.error.message.startsWith('undefined variable'));
    }
  });
});

describe('a naming strategy', () => {
  const options: TemplateOptions = { functions: ['upper', 'lower', 'title'], html: true };
  const data = { name: 'ca.crt', odd: 'a&b\'c+d<e>f"g\0', service: { kind: 'Database', name: 'db' } };

  it('escapes what it prints as HTML, and nothing else', () => {
    assert.equal(rendered('a&b {{ .odd }}', data, options), 'a&b a&amp;b&#39;c&#43;d&lt;e&gt;f&#34;g\ufffd');
  });

  it('prints nothing for what is missing', () => {
    assert.equal(rendered('[{{ .foo }}{{ .foo.bar }}]', data, options), '[]');
  });

  it('is an error where a missing value goes into upper, lower or title', () => {
    for (const name of ['upper', 'lower', 'title']) {
      const action = `{{ .foo | ${name} }}`;
      assert.match(rendered(action, data, options), /^error: .*expected string; got <nil>$/);
    }
  });

  it('is refused if its text holds a less-than sign', () => {
    const result = parseTemplate('{{ .name }}\n a<b', options);
    assert.deepEqual(result, {
      ok: false,
      error: { message: 'the text must not contain "<"', line: 2, column: 3 },
    });
  });
});

describe('a template that fails', () => {
  it('says in which action, at which line and column', () => {
    assert.deepEqual(failure('a\n  {{ print\n .a.b.c }}', { a: { b: 1 } }), {
      message: "{{ print .a.b.c }}: can't evaluate field c in type int64",
      line: 3,
      column: 2,
    });
  });

  it('says nothing of the values that it works on', () => {
    const secret = 'hunter2';
    const sources = [
      '{{ .s.x }}',
      '{{ index .s .s }}',
      '{{ index .l 77 }}',
      '{{ index .l .n }}',
      '{{ eq .s .n }}',
      '{{ lt .s .n }}',
      '{{ slice .s .n }}',
      '{{ len .n }}',
      '{{ range .s }}{{ end }}',
      '{{ call .s }}',
      '{{ .s | printf | upper | len .n }}',
      '{{ range $i, $x := .n }}{{ end }}',
      '{{ index . .n }}',
      '{{ printf .n }}',
      '{{ .s 1 }}',
      '{{ slice .l 2 1 }}',
    ];
    for (const source of sources) {
      const { message } = failure(source, { s: secret, n: 987654, l: [secret] });
      assert.ok(!message.includes(secret) && !message.includes('987654'), message);
    }
  });

  it('is not parsed beyond its limits', () => {
    const tooLong = parseTemplate('x'.repeat(maxSourceLength + 1));
    assert.ok(!tooLong.ok && tooLong.error.message.includes('longer than 65536'));
    const deep = [
      `{{${'('.repeat(201)}1${')'.repeat(201)}}}`,
      '{{if 1}}'.repeat(201) + '{{end}}'.repeat(201),
      `{{if 0}}${'{{else if 0}}'.repeat(201)}{{end}}`,
    ];
    for (const source of deep) {
      const result = parseTemplate(source);
      assert.ok(!result.ok && result.error.message.includes('nested more than 200'), source.slice(0, 20));
    }
  });
});

describe('keys of the data', () => {
  it('are keys like any other, __proto__ and constructor included', () => {
    const data = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as Data;
    assert.equal(rendered('{{ .__proto__.x }}{{ .constructor }}', data), '12');
    assert.equal(rendered('{{ .__proto__ }}{{ .constructor }}{{ .toString }}', {}), '<no value>'.repeat(3));
    assert.equal(rendered('{{ json . }}', data), '{"__proto__":{"x":1},"constructor":2}');
  });
});

describe('limits of an execution', () => {
  const endless = '{{ range 1000000000 }}{{ end }}';

  it('are steps', () => {
    assert.match(failure(endless, null).message, /takes more than 50000 steps$/);
  });

  it('are steps of a single action, within which nothing can come between', () => {
    const execution = executeSliced(parsed('{{ printf "%q" .s }}'), { s: 'x'.repeat(1_000_000) });
    const { done, value } = execution.next();
    assert.ok(
      done === true && !value.ok && value.error.message.endsWith('one action takes more than 50000 steps'),
    );
  });

  it('are bytes of the result, and of a text on the way to it', () => {
    const small = { ...limits, output: 10 };
    const byResult = execute(parsed('{{ range 11 }}a{{ end }}'), null, small);
    const byText = execute(parsed('{{ $x := print "éééééé" "éééééé" }}'), null, small);
    const byEscaping = execute(parsed('{{ $x := html "<<<" }}'), null, small);
    for (const result of [byResult, byText, byEscaping]) {
      assert.ok(!result.ok && result.error.message.includes('a text of more than 10 bytes'));
    }
    assert.deepEqual(execute(parsed('{{ range 10 }}a{{ end }}'), null, small), {
      ok: true,
      text: 'a'.repeat(10),
    });
    assert.ok(!execute(parsed('éééééé'), null, small).ok);
  });

  it('are calls of templates within each other', () => {
    const source = '{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}';
    assert.match(failure(source, null).message, /call each other more than 1000 deep/);
  });

  it('are levels of a value that is printed', () => {
    let deep: Data = 1;
    for (let level = 0; level < 600; level += 1) deep = [deep];
    assert.match(failure('{{ . }}', deep).message, /more than 500 levels/);
    assert.match(failure('{{ json . }}', deep).message, /more than 500 levels/);
  });

  it('are steps in slices as well, after which others have their turn', () => {
    const execution = executeSliced(parsed(endless), null);
    let slices = 0;
    let next = execution.next();
    for (; next.done !== true; next = execution.next()) slices += 1;
    assert.ok(slices >= slicedLimits.steps / 20_000);
    assert.ok(!next.value.ok);
  });

  const many = (count: number, prefix = ''): Data =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 0]));
  const table: readonly (readonly [what: string, source: string, data: Data, steps: number])[] = [
    ['the members of a map that is tested', '{{ if .m }}{{ end }}', { m: many(10_000) }, 4000],
    ['the members of a map that are counted', '{{ $n := len .m }}', { m: many(10_000) }, 4000],
    [
      'the keys that are sorted, where their order is not that of their units',
      '{{ range .m }}{{ end }}',
      { m: many(1000, '😀😀') },
      8000,
    ],
    ['a text, each time', '{{ range 100 }}{{ if $.s }}{{ end }}{{ end }}', { s: '€'.repeat(102_400) }, 4000],
    ['the rest of a format behind each bracket', '{{ printf .s }}', { s: '%['.repeat(10_000) }, 50_000],
    [
      'the variables among which the one is that is set',
      `{{ $a := 1 }}${'{{ $b := 1 }}'.repeat(1280)}{{ range 200 }}{{ $a = 1 }}{{ end }}`,
      null,
      6000,
    ],
    ['each character that is quoted', '{{ $q := printf "%q" .s }}', { s: '\u0001'.repeat(10_000) }, 4000],
    ['the same with another verb', '{{ $q := printf "%#v" .s }}', { s: '\u0001'.repeat(10_000) }, 4000],
    ['each byte that is written in digits', '{{ $x := printf "%x" .s }}', { s: '€'.repeat(5000) }, 4000],
    ['each byte of a query', '{{ $x := urlquery .s }}', { s: '€'.repeat(8000) }, 4000],
    ['each word of a title', '{{ $x := title .s }}', { s: 'a '.repeat(5000) }, 4000],
  ];
  for (const [what, source, data, steps] of table) {
    it(`are steps for ${what}`, () => {
      const result = execute(parsed(source), data, { ...limits, steps });
      assert.ok(!result.ok);
      assert.match(result.error.message, /takes more than \d+ steps$/);
    });
  }

  it('leave the result of slices the same', () => {
    const source = parsed('{{ range $i, $e := . }}{{ if $i }},{{ end }}{{ $e }}{{ end }}');
    const data = Array.from({ length: 3000 }, (_, index) => index);
    const execution = executeSliced(source, data);
    let next = execution.next();
    assert.equal(next.done, false);
    while (next.done !== true) next = execution.next();
    assert.deepEqual(next.value, execute(source, data));
    assert.deepEqual(next.value, { ok: true, text: data.join(',') });
  });
});
