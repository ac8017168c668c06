import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../api/json.ts';
import { maxDepth, maxVisited } from './evaluation.ts';
import { maxSourceLength } from './parse.ts';
import { compilePath, maxLocations, type Located } from './path.ts';

const deployment: Json = {
  metadata: { name: 'shop' },
  spec: {
    template: {
      spec: {
        initContainers: [{ name: 'migrate' }],
        containers: [
          { name: 'main', ports: [{ containerPort: 80 }] },
          { name: 'side' },
          { image: 'nameless' },
        ],
        volumes: null,
      },
    },
  },
};

function locate(source: string, root: Json): Located {
  const compiled = compilePath(source);
  assert.ok('path' in compiled, `${source} is a path`);
  assert.equal(compiled.path.source, source);
  return compiled.path.locate(root);
}

/** The places as JSON Pointers (without escapes). */
function places(source: string, root: Json): readonly string[] {
  const located = locate(source, root);
  assert.ok(located.ok, located.ok ? '' : located.message);
  return located.locations.map(({ keys }) => keys.map((key) => `/${key}`).join(''));
}

function message(source: string, root: Json): string {
  const located = locate(source, root);
  assert.ok(!located.ok, `${source} fails`);
  return located.message;
}

describe('a path of a mapping (WRM-14, WRM-22)', () => {
  it('gives the keys that lead to each container, and the container itself (WRM-15)', () => {
    assert.deepEqual(locate('.spec.template.spec.initContainers[*]', deployment), {
      ok: true,
      locations: [{ keys: ['spec', 'template', 'spec', 'initContainers', 0], value: { name: 'migrate' } }],
    });
    assert.equal(places('.spec.template.spec.containers[*]', deployment).length, 3);
  });

  const pod = '/spec/template/spec';
  const finds: Readonly<Record<string, readonly [path: string, places: readonly string[]]>> = {
    'the whole document': ['$', ['']],
    'fields in brackets': ["['spec'].template['spec'].containers[0]", [`${pod}/containers/0`]],
    'a null that is there': ['.spec.template.spec.volumes', [`${pod}/volumes`]],
    'nothing behind a null': ['.spec.template.spec.volumes[*]', []],
    'nothing where a key is missing': ['.spec.jobs[*].containers[*]', []],
    'nothing below a scalar': ['.metadata.name.first', []],
    'only the items that have the key': [
      '.spec.template.spec.containers[*].name',
      [0, 1].map((i) => `${pod}/containers/${i}/name`),
    ],
    'items that a filter chooses, those without the key passed over': [
      '.spec.template.spec.containers[?(@.name=="side")]',
      [`${pod}/containers/1`],
    ],
    'items that have a key': ['.spec.template.spec.containers[?(@.ports)]', [`${pod}/containers/0`]],
    'indices from the end': ['.spec.template.spec.containers[-1]', [`${pod}/containers/2`]],
    'slices with steps': [
      '.spec.template.spec.containers[::2]',
      [`${pod}/containers/0`, `${pod}/containers/2`],
    ],
    'unions, in document order': [
      ".spec.template.spec['containers','initContainers'][0]",
      [`${pod}/initContainers/0`, `${pod}/containers/0`],
    ],
    'items that are named twice once': [
      '.spec.template.spec.containers[1,0,-2]',
      [`${pod}/containers/0`, `${pod}/containers/1`],
    ],
    'names anywhere': [
      '..name',
      ['/metadata/name', `${pod}/initContainers/0/name`, ...[0, 1].map((i) => `${pod}/containers/${i}/name`)],
    ],
    'a value before what is below it': ['..', ['', '/metadata', '/metadata/name', '/spec']],
    'members of maps and lists': [
      '.spec.template.spec.*[0]',
      [`${pod}/initContainers/0`, `${pod}/containers/0`],
    ],
    'no members of a string': ['.metadata.name.*', []],
  };
  for (const [title, [path, expected]] of Object.entries(finds)) {
    it(`finds ${title}: ${path}`, () => {
      const found = places(path, deployment);
      assert.deepEqual(path === '..' ? found.slice(0, 4) : found, expected);
    });
  }

  it('finds the items of a list at the root, and null there', () => {
    assert.deepEqual(places('[1]', ['a', 'b']), ['/1']);
    assert.deepEqual(locate('@', null), { ok: true, locations: [{ keys: [], value: null }] });
  });

  it('has map members in the order of their keys', () => {
    assert.deepEqual(places('.*', { z: 1, a: 2, m: 3 }), ['/z', '/a', '/m']);
    assert.deepEqual(places("..['m','a','z']", { z: 1, a: { m: 1 }, m: 3 }), ['/z', '/a', '/a/m', '/m']);
  });

  it('takes __proto__ and constructor for keys like any other, and never finds what is inherited', () => {
    const root = JSON.parse('{"__proto__": {"list": [1]}, "constructor": {"name": "own"}, "a": {}}') as Json;
    assert.deepEqual(locate('.__proto__.list[*]', root), {
      ok: true,
      locations: [{ keys: ['__proto__', 'list', 0], value: 1 }],
    });
    assert.deepEqual(places("..['__proto__','constructor']", root), ['/__proto__', '/constructor']);
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length']) {
      assert.deepEqual(places(`.a.${key}`, root), []);
      assert.deepEqual(places(`.a['${key}']`, root), []);
      assert.deepEqual(places(`..list.${key}`, root), []);
    }
  });
});

describe('evaluating a path fails, with what and where,', () => {
  const failures: Readonly<Record<string, readonly [path: string, message: string]>> = {
    'for an index out of range': [
      '.spec.template.spec.containers[3]',
      'array index out of bounds: index 3, length 3, at .spec.template.spec.containers',
    ],
    'for a slice out of range': ['.list[0:9]', 'array index out of bounds: index 8, length 2, at .list'],
    'for a slice that ends before it starts': [
      '.list[1:0]',
      'starting index 1 is greater than ending index 0, at .list',
    ],
    'for a step that is not positive': ['.list[::-1]', 'step must be > 0, at .list'],
    'for [*] on a map': ['.spec[*]', 'map is not array or slice, at .spec'],
    'for an index of a string': [
      '.spec.template.spec.containers[*].name[0]',
      'string is not array or slice, at .spec.template.spec.containers[0].name',
    ],
    'for a filter on a map': ['[?(@.a)]', 'map is not array or slice and cannot be filtered, at $'],
    'for a filter on null': ['.none[?(@.a)]', 'null is not array or slice and cannot be filtered, at .none'],
    'for a number compared with a string': [
      '.list[?(@=="1")]',
      'incompatible types for comparison, at .list[0]',
    ],
    'for null compared with a number': ['.nulls[?(@==1)]', 'invalid type for comparison, at .nulls[0]'],
    'for bools by their order': ['.list[?(true<false)]', 'invalid type for comparison, at .list[0]'],
    'for several values on one side': [
      '.pairs[?(@[*]==1)]',
      'can only compare one element at a time, at .pairs[0]',
    ],
    'for an operator that is none': ['.list[?(@=1)]', 'unrecognized filter operator =, at .list[0]'],
    'for a bare word in a filter': ['.list[?(@==one)]', 'unrecognized identifier one'],
    'with keys escaped as a path needs them': [
      '.a\\.b.x\\ y[*]',
      'map is not array or slice, at .a\\.b.x\\ y',
    ],
  };
  const root: Json = {
    ...(deployment as object),
    list: [1, 2],
    nulls: [null],
    pairs: [[1, 1]],
    none: null,
    'a.b': { 'x y': {} },
  };
  for (const [title, [path, expected]] of Object.entries(failures)) {
    it(`${title}: ${path}`, () => assert.equal(message(path, root), expected));
  }

  it('with the beginning of a place whose keys are long', () => {
    const key = 'k'.repeat(1000);
    assert.equal(message('.*[*]', { [key]: {} }), `map is not array or slice, at .${'k'.repeat(199)}...`);
  });
});

describe('a path is refused, with the position,', () => {
  const refusals: Readonly<
    Record<string, readonly [path: string, position: number, message: string | RegExp]>
  > = {
    'if it is empty': ['', 0, 'empty path'],
    'if it is blank': ['  ', 0, 'empty path'],
    'if it comes with braces': ['{.spec}', 0, "unrecognized character in action: U+007B '{'"],
    'if it smuggles in a second expression': ['.a}{.b', 2, 'a path is one expression, not several'],
    'if it smuggles in a text': ['.a}text', 2, 'a path is one expression, not several'],
    'without a leading dot': ['spec.containers', 0, /^unrecognized identifier spec /],
    'for a bare word further on': ['.spec containers', 6, /^unrecognized identifier containers /],
    'for a bare word in a key': [".a['x y']", 6, /^unrecognized identifier y /],
    'for a bare word in a union': [".a['b','x y']", 10, /^unrecognized identifier y /],
    'for range': ['range .items[*]', 0, /^unrecognized identifier range /],
    'for range in a filter': ['.a[?(range)]', 5, 'range has no meaning in a path'],
    'for end in a union in a filter': [".a[?(@['b','c end'])]", 14, 'end has no meaning in a path'],
    'for end in a filter in a filter': ['.a[?(@.x"[?(end)].y")]', 12, 'end has no meaning in a path'],
    'for a text': [".a 'b'", 3, 'a text leads nowhere in the document'],
    'for a number': ['.a 5', 3, 'a number leads nowhere in the document'],
    'for a bool': ['true', 0, 'a bool leads nowhere in the document'],
    'for double quotes in brackets': ['.a["b"]', 2, 'invalid array index "b"'],
    'for double quotes in a union': [`.a['b', "c"]`, 7, 'invalid array index "c"'],
    'for an index that is none': ['.a[1].b[-]', 7, 'array index - is not a number'],
    'for brackets that do not close': ['.a.b[0', 4, 'unterminated array'],
    'for brackets that only close': ['.a]', 2, "unrecognized character in action: U+005D ']'"],
    'for a second recursive descent': ['....a', 2, 'invalid multiple recursive descent'],
    'for a wildcard without a dot': ['..*', 2, "unrecognized character in action: U+002A '*'"],
    'for a script': ['.a[(@.length-1)]', 2, 'invalid array index (@.length-1)'],
    'for a filter without parentheses': ['.a[?@.b]', 2, 'invalid array index ?@.b'],
    'for a filter that does not end': ['.a[?(@.b', 2, 'unterminated filter'],
    'for a filter whose string does not end': ['.a[?(@.b=="c)]', 2, 'unterminated filter'],
    'for a filter that ends early': ['.a[?(@.b).c]', 9, 'unclosed array expect ]'],
    'for a left side that is no expression': [
      '.a[?(~ == 1)]',
      5,
      "unrecognized character in action: U+007E '~'",
    ],
    'for && in a filter': ['.a[?(@.b==1 && @.c==2)]', 12, "unrecognized character in action: U+0026 '&'"],
    'for an empty right side': ['.a[?(@.b==)]', 9, "unrecognized character in action: U+003D '='"],
    'for a string that does not end': ['.a "b', 3, 'unterminated quoted string'],
    'for an escape that Go does not know': [
      '.a[?(@=="\\q")]',
      8,
      'unquote string "\\q" error invalid syntax',
    ],
    'for a number that is none': ['.a[?(@==1.2.3)]', 8, 'cannot parse number 1.2.3'],
    'for an escape at the end': ['.ab\\', 4, 'unclosed action'],
    'for a line break': ['.a\n.b', 2, 'unclosed action'],
    'for a tab': ['.a\t.b', 2, 'unrecognized character in action: U+0009'],
    'for operators of other dialects': ['.a[0]^', 5, "unrecognized character in action: U+005E '^'"],
    'if it is too long': [
      `.${'a'.repeat(maxSourceLength)}`,
      maxSourceLength,
      `longer than ${maxSourceLength} characters`,
    ],
  };
  for (const [title, [path, position, expected]] of Object.entries(refusals)) {
    it(`${title}: ${path.slice(0, 40)}`, () => {
      const compiled = compilePath(path);
      assert.ok('error' in compiled);
      if (typeof expected === 'string') assert.equal(compiled.error.message, expected);
      else assert.match(compiled.error.message, expected);
      assert.equal(compiled.error.position, position);
    });
  }
});

describe('the limits of a path', () => {
  const nested = (levels: number): Json => {
    let root: Json = { name: 'innermost' };
    for (let level = 0; level < levels; level += 1) root = { a: root };
    return root;
  };

  it('let .. descend as deep as documents are', () => {
    assert.equal(places('..name', nested(maxDepth - 1)).length, 1);
  });

  it('make .. fail on a document 10,000 levels deep, and spare the stack', () => {
    const expected = `nested more than ${maxDepth} levels deep`;
    assert.equal(message('..name', nested(10_000)), expected);
    assert.equal(message('.a.a..name', nested(10_000)), expected);
    assert.equal(message('[?(@..name)]', [nested(10_000)]), expected);
  });

  it('let fields go as deep as their source is long', () => {
    const source = '.a'.repeat(maxSourceLength / 2);
    assert.equal(places(source, nested(10_000)).length, 1);
    assert.equal(places(`${source.slice(2)}.*`, nested(10_000)).length, 1);
  });

  it('end an evaluation that visits too many values', () => {
    const expected = `more than ${maxVisited} values visited`;
    const many = Array.from({ length: maxVisited + 1 }, (_, index) => ({ name: index }));
    for (const path of ['[*]', '.*', '..', '[*].name', '[?(@.name==0)]', '[?(@.none)]', '..name']) {
      assert.equal(message(path, many), expected, path);
    }
  });

  it('end one at whichever step that happens', () => {
    const many = Array.from({ length: maxVisited / 2.5 }, () => ({ name: 0 }));
    assert.equal(message('[*].name', many), `more than ${maxVisited} values visited`);
  });

  it('end one whose parts multiply', () => {
    const expected = `more than ${maxVisited} values visited`;
    assert.equal(message('..a'.repeat(100), nested(400)), expected);
    const row = Array.from({ length: 1000 }, () => [[0]]);
    const union = `[${Array.from({ length: 100 }, () => '*').join()}]`;
    assert.equal(message(union, row), expected);
    assert.equal(message(`[?(@${union.replaceAll('*', '0')})]`, row), expected);
  });

  it('refuse more places than any workload has', () => {
    const many = Array.from({ length: maxLocations + 1 }, () => 0);
    assert.equal(message('[*]', many), `more than ${maxLocations} places found`);
    assert.equal(places('[*]', many.slice(1)).length, maxLocations);
  });
});
