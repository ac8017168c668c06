/**
 * @module Mappings: items that a binding computes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
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

const SERVICE = aDatabase(
  { 'service.binding/username': 'u', 'service.binding/host.name': 'h' },
  {
    spec: { tags: ['a', 'b'], m: { k: 'v', n: 1 }, port: 5432, nul: null, html: '<&>' },
    status: { s: 'value' },
  },
);

function mapped(template: string, more: readonly JsonObject[] = []) {
  const services = [
    { ...DATABASE, id: 'db' },
    ...(more.length === 0 ? [] : [{ ...SECRET_SERVICE, id: 'secret' }]),
  ];
  return made(aBinding({ services, derivation: { mappings: [{ name: 'x', template }] } }), SERVICE, ...more);
}

function computed(template: string): unknown {
  const items = itemsOf(mapped(template));
  return typeof items === 'string' ? items : items['x'];
}

const ROWS: readonly (readonly [string, string])[] = [
  ['{{ .db.status.s }}', 'value'],
  ['{{ .db.spec.tags }}', '[a b]'],
  ['{{ .db.spec.m }}', 'map[k:v n:1]'],
  ['{{ json .db.spec.m }}', '{"k":"v","n":1}'],
  ['{{ .db.spec.tags | json }}', '["a","b"]'],
  ['{{ json .db.spec.html }}', String.raw`"\u003c\u0026\u003e"`],
  ['{{ .nope }}', '<no value>'],
  ['{{ .db.nope.x.y }}', '<no value>'],
  ['{{ .db.spec.nul }}', '<no value>'],
  ['{{ .db.spec.nul.x }}', 'failed: mapping'],
  ['{{ .db.status.s.x }}', 'failed: mapping'],
  ['{{ index .db.spec.tags 5 }}', 'failed: mapping'],
  ['{{ printf "%s-%d" .username .db.spec.port }}', 'u-5432'],
  ['{{ upper .username }}', 'failed: mapping'],
  ['{{ .db.spec.html }}', '<&>'],
  ['{{ index . "host.name" }}', 'h'],
  ['{{ .db.metadata.name }}.{{ .db.kind }}', 'db.Database'],
  ['', ''],
];

describe('a mapping', () => {
  for (const [template, expected] of ROWS) {
    it(`${JSON.stringify(template)} gives ${JSON.stringify(expected)}`, () => {
      assert.equal(computed(template), expected);
    });
  }

  it('sees the entries of a Secret decoded, and the Secret itself as it is stored', () => {
    const secret = aSecret({ username: 'foo', password: 'bar' });
    const generation = mapped('{{ .username }}:{{ .password }} {{ .secret.data.password }}', [secret]);
    const items = itemsOf(generation);
    assert.ok(typeof items === 'object');
    assert.equal(items['x'], 'u:bar YmFy', 'an annotation wins over a Secret');
  });

  it('sees items over services of the same name, and no other mapping', () => {
    const services = [{ ...DATABASE, id: 'username' }];
    const mappings = [
      { name: 'a', template: '{{ .username }}' },
      { name: 'b', template: '{{ .a }}' },
    ];
    const items = itemsOf(made(aBinding({ services, derivation: { mappings } }), SERVICE));
    assert.deepEqual(items, { a: 'u', b: '<no value>', username: 'u', 'host.name': 'h' });
  });

  it('sees items under their original names, and is itself never renamed', () => {
    const mappings = [{ name: 'x', template: '{{ .username }}{{ .DATABASE_USERNAME }}' }];
    const naming = '{{ .service.kind | upper }}_{{ .name | upper }}';
    const database = aDatabase({ 'service.binding/username': 'u' });
    const items = itemsOf(made(aBinding({ derivation: { mappings, naming } }), database));
    assert.deepEqual(items, { DATABASE_USERNAME: 'u', x: 'u<no value>' });
  });

  it('wins over an item of its name, and the last of several mappings over the others', () => {
    const mappings = [
      { name: 'username', template: 'first' },
      { name: 'username', template: 'last' },
    ];
    const database = aDatabase({ 'service.binding/username': 'u' });
    assert.deepEqual(itemsOf(made(aBinding({ derivation: { mappings } }), database)), { username: 'last' });
  });

  it('is all that there is, if need be', () => {
    const mappings = [{ name: 'x', template: 'y' }];
    assert.deepEqual(itemsOf(made(aBinding({ derivation: { mappings } }), aDatabase())), { x: 'y' });
  });

  it('that fails names itself and what is wrong, and no value', () => {
    const secret = aSecret({ password: 'hidden' });
    for (const template of [
      '{{ .password.x }}',
      '{{ index .password .password }}',
      '{{ slice .password 9 1 }}',
      '{{ x',
      '{{ template .password }}',
    ]) {
      const failed = mapped(template, [secret]);
      assert.equal(itemsOf(failed), 'failed: mapping');
      assert.match(messageOf(failed), /mapping "x"/);
      assert.doesNotMatch(messageOf(failed), /hidden/);
    }
  });

  it('OLD-5 OLD-6 OLD-8: composes a uri of the data model, whose names pass through as they are, with any beside them', () => {
    const model = {
      type: 'openapi',
      host: 'db.example',
      port: '443',
      endpoints: 'a:1,b:2',
      protocol: 'https',
      basePath: '/api',
      username: 'u',
      password: 'p',
      certificate: 'c',
      bindingRole: 'reader',
      extra: 'e',
    };
    const mappings = [{ name: 'uri', template: '{{ .protocol }}://{{ .host }}:{{ .port }}{{ .basePath }}' }];
    const binding = aBinding({ services: [SECRET_SERVICE], derivation: { mappings } });
    assert.deepEqual(itemsOf(made(binding, aSecret(model))), { ...model, uri: 'https://db.example:443/api' });
  });
});
