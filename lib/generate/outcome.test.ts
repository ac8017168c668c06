/**
 * @module What becomes of a Secret's content: its name, its type, its reuse, and what no Secret can hold.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { Derivation } from '../binding/binding.ts';
import { decodeBase64, encodeBase64, viaCharacters } from './base64.ts';
import { contentHash, generatedName } from './content-hash.ts';
import type { Generated } from './generation.ts';
import {
  aBinding,
  aDatabase,
  aSecret,
  DATABASE,
  itemsOf,
  made,
  messageOf,
  SECRET_SERVICE,
} from './testkit/derived.ts';
import { utf8 } from './utf8.ts';

function nameOf(name: string, items: Readonly<Record<string, string>>): string {
  const annotations = Object.fromEntries(
    Object.entries(items).map(([key, value]) => [`service.binding/${key}`, value]),
  );
  const { generated } = made(aBinding({ name }), aDatabase(annotations));
  return generated.outcome === 'make' ? generated.name : generated.outcome;
}

const NAMES: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['my-binding', { host: 'example.common', port: '8080' }, 'my-binding-80c28fc0'],
  ['my-binding', { port: '8080', host: 'example.common' }, 'my-binding-80c28fc0'],
  ['my-binding', { BACKEND_HOST: 'example.common', BACKEND_PORT: '8080' }, 'my-binding-d45183e0'],
  ['b', { username: 'foo', password: 'bar' }, 'b-5dad5365'],
  ['b', { ab: 'c' }, 'b-ba7816bf'],
  ['b', { a: 'bc' }, 'b-ba7816bf'],
];

describe('the name of a generated Secret', () => {
  for (const [binding, items, expected] of NAMES) {
    it(`is ${expected} for ${JSON.stringify(items)}: the workloads that another implementation bound keep theirs`, () => {
      assert.equal(nameOf(binding, items), expected);
    });
  }

  it('keeps its hash however long the name of the binding is', () => {
    const name = generatedName('b'.repeat(253), '80c28fc0');
    assert.equal(name.length, 253);
    assert.ok(name.endsWith('b-80c28fc0'));
    assert.equal(
      generatedName(`${'b'.repeat(243)}.${'c'.repeat(9)}`, '80c28fc0'),
      `${'b'.repeat(243)}-80c28fc0`,
    );
    assert.equal(generatedName('b'.repeat(244), '80c28fc0'), `${'b'.repeat(244)}-80c28fc0`);
  });

  it('is made of the bytes, which need not be text', () => {
    const first = contentHash([['k', Uint8Array.of(0xff)]]);
    const second = contentHash([['k', Uint8Array.of(0xfe)]]);
    assert.notEqual(first, second);
  });
});

describe('a Secret that is there already', () => {
  const secret = (data: Readonly<Record<string, string>>, override: JsonObject = {}) =>
    aSecret(data, override);
  const direct = (derivation: Partial<Derivation> = {}) =>
    aBinding({ services: [SECRET_SERVICE], derivation });

  it('is used itself where nothing is added and nothing renamed', () => {
    const generation = made(direct(), secret({ user: 'u' }));
    assert.deepEqual(generation.generated, {
      outcome: 'reuse',
      name: 'db-cred',
      entries: new Set(['user']),
      keys: [],
    });
    const database = aDatabase({}, { status: { binding: { name: 'db-cred' } } });
    assert.deepEqual(made(aBinding(), database, secret({ user: 'u' })).generated, generation.generated);
  });

  it('is used itself where the naming strategy changes nothing', () => {
    assert.equal(itemsOf(made(direct({ naming: '{{ .name }}' }), secret({ user: 'u' }))), 'reuse');
    assert.equal(itemsOf(made(direct({ naming: '{{ .name | lower }}' }), secret({ user: 'u' }))), 'reuse');
  });

  const COPIED: readonly (readonly [string, Partial<Derivation>, JsonObject?])[] = [
    ['a name changes', { naming: '{{ .name | upper }}' }],
    [
      'names merely change places',
      { naming: '{{ if eq .name "a" }}b{{ else }}a{{ end }}' },
      { a: 'MQ==', b: 'Mg==' },
    ],
    ['there is a mapping', { mappings: [{ name: 'x', template: 'y' }] }],
    ['there is a mapping that changes nothing', { mappings: [{ name: 'user', template: 'u' }] }],
    ['an entry is told', { entries: { type: 'postgresql' } }],
    ['names get a prefix', { placement: { bindAs: undefined, prefix: 'P', mountPathPrefix: 'platform' } }],
  ];
  for (const [title, derivation, data] of COPIED) {
    it(`is copied where ${title}`, () => {
      const source = data === undefined ? secret({ user: 'u' }) : { ...secret({}), data };
      assert.equal(made(direct(derivation), source).generated.outcome, 'make');
    });
  }

  it('is copied where there are two of them', () => {
    const services = [SECRET_SERVICE, { ...SECRET_SERVICE, name: 'second' }];
    const second = secret({ user: 'u' }, { metadata: { name: 'second', namespace: 'ns' } });
    assert.equal(made(aBinding({ services }), secret({ user: 'u' }), second).generated.outcome, 'make');
  });

  it('is copied where it lies in another namespace', () => {
    const services = [{ ...SECRET_SERVICE, namespace: 'other' }];
    const other = secret({ user: 'u' }, { metadata: { name: 'db-cred', namespace: 'other' } });
    assert.equal(made(aBinding({ services }), other).generated.outcome, 'make');
  });

  it('is copied where annotations give items, even the same', () => {
    const services = [SECRET_SERVICE, DATABASE];
    assert.equal(
      made(aBinding({ services }), secret({ user: 'u' }), aDatabase({ 'service.binding/user': 'u' }))
        .generated.outcome,
      'make',
    );
    assert.equal(made(aBinding({ services }), secret({ user: 'u' }), aDatabase()).generated.outcome, 'reuse');
  });
});

describe('APP-12: a Secret that has to tell its type', () => {
  const typed = (entries: Derivation['entries'] = {}) =>
    aBinding({ services: [SECRET_SERVICE], derivation: { secretType: 'typed', entries } });
  const secret = (type: string, data: Readonly<Record<string, string>>) => ({ ...aSecret(data), type });
  const typeOf = (generated: Generated): string =>
    generated.outcome === 'make' ? generated.type : generated.outcome;

  it('is of the type that its entry says', () => {
    assert.equal(
      typeOf(made(typed(), secret('Opaque', { type: 'mysql' })).generated),
      'service.binding/mysql',
    );
    assert.equal(
      typeOf(made(typed({ type: 'redis' }), secret('Opaque', { a: 'b' })).generated),
      'service.binding/redis',
    );
    assert.equal(
      typeOf(made(typed({ type: 'redis' }), secret('service.binding/mysql', { type: 'mysql' })).generated),
      'service.binding/redis',
    );
  });

  it('is the one that is there, if that conforms and nothing is added', () => {
    assert.equal(
      typeOf(made(typed(), secret('service.binding/mysql', { type: 'mysql' })).generated),
      'reuse',
    );
    assert.equal(
      typeOf(made(typed({ type: 'mysql' }), secret('service.binding/mysql', { type: 'mysql' })).generated),
      'reuse',
    );
    assert.equal(
      typeOf(made(typed({ provider: 'x' }), secret('service.binding/mysql', { type: 'mysql' })).generated),
      'service.binding/mysql',
    );
    assert.equal(
      typeOf(made(typed(), secret('service.binding/redis', { type: 'mysql' })).generated),
      'service.binding/mysql',
    );
  });

  it('APP-4: fails without an entry, or with one that no type can end in, and does not tell it', () => {
    for (const data of [
      { a: 'b' },
      { type: '' },
      { type: 'hidden value' },
      { type: 'hidden\n' },
      { type: 'hidden'.repeat(99) },
    ]) {
      const failed = made(typed(), secret('Opaque', data));
      assert.equal(itemsOf(failed), 'failed: type');
      assert.match(messageOf(failed), /^ServiceBinding ns\/my-binding: .*"type"/);
      assert.doesNotMatch(messageOf(failed), /hidden/);
    }
  });

  it('is not made of nothing', () => {
    assert.equal(itemsOf(made(typed(), secret('Opaque', {}))), 'nothing');
  });
});

describe('what no Secret can hold', () => {
  it('is a name with other characters, too long, or one that leads elsewhere', () => {
    for (const name of ['a b', 'a/b', 'ü', '', '.', '..', '..a', 'a'.repeat(254), '__proto__ ']) {
      const mappings = [{ name, template: 'x' }];
      const failed = made(aBinding({ derivation: { mappings } }), aDatabase());
      assert.equal(itemsOf(failed), 'failed: secret-key', name);
      assert.match(messageOf(failed), /the binding gives an item called ".*, which no Secret can hold/);
    }
    const mappings = ['a', '-._', '.a', '__proto__', 'constructor', 'a'.repeat(253)].map((name) => ({
      name,
      template: 'x',
    }));
    const { generated } = made(aBinding({ derivation: { mappings } }), aDatabase());
    assert.ok(generated.outcome === 'make');
    assert.deepEqual(
      [...generated.data.keys()],
      ['-._', '.a', '__proto__', 'a', 'a'.repeat(253), 'constructor'],
    );
  });

  it('is a name that a service gives: the message says which', () => {
    const database = aDatabase(
      { 'service.binding': 'path={.spec},elementType=map' },
      { spec: { 'a b': 'x' } },
    );
    assert.match(messageOf(made(aBinding(), database)), /^Database ns\/db gives an item called "a b"/);
  });

  it('is more than 1 MiB', () => {
    const half = 'x'.repeat(512 * 1024);
    const fits = aDatabase(
      { 'service.binding': 'path={.spec},elementType=map' },
      { spec: { a: half, b: half } },
    );
    assert.equal(made(aBinding(), fits).generated.outcome, 'make');
    const exceeds = aDatabase(
      { 'service.binding': 'path={.spec},elementType=map' },
      { spec: { a: half, b: `${half}x` } },
    );
    assert.equal(itemsOf(made(aBinding(), exceeds)), 'failed: secret-key');
  });

  it('is found before too much of it is collected, even of what is replaced later', () => {
    const services = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...SECRET_SERVICE, name }));
    const secrets = services.map(({ name }) =>
      aSecret({ x: 'x'.repeat(1024 * 1024) }, { metadata: { name, namespace: 'ns' } }),
    );
    const failed = made(aBinding({ services }), ...secrets);
    assert.equal(itemsOf(failed), 'failed: secret-key');
    assert.match(messageOf(failed), /^Secret ns\/e gives more than a Secret can hold/);
    assert.equal(made(aBinding({ services: services.slice(1) }), ...secrets).generated.outcome, 'make');
  });

  it('is more items than anybody would count', () => {
    const list = Array.from({ length: 5001 }, () => 'x');
    const database = (length: number) =>
      aDatabase({ 'service.binding/x': 'path={.spec.l}' }, { spec: { l: list.slice(0, length) } });
    assert.equal(made(aBinding(), database(5000)).generated.outcome, 'make');
    assert.equal(itemsOf(made(aBinding(), database(5001))), 'failed: secret-key');
  });
});

describe('base64', () => {
  it('takes bytes there and back, natively or not', () => {
    for (const length of [0, 1, 2, 3, 100, 20_000]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
      assert.equal(viaCharacters(bytes), encodeBase64(bytes));
    }
    assert.deepEqual(decodeBase64(' aGk=\n'), utf8('hi'));
    assert.equal(decodeBase64('*'), undefined);
  });
});
