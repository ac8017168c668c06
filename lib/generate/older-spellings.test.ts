/**
 * @module The annotations of the application-stacks text.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import {
  aBinding,
  aDatabase,
  aDefinition,
  aSecret,
  itemsOf,
  made,
  messageOf,
  SECRET_SERVICE,
} from './testkit/derived.ts';
import { bound } from './testkit/older.ts';

const CONFIGURATION = { certificate: 'c', db_timeout: '10s', address: 'a.example' };

const ROWS: readonly (readonly [title: string, annotations: JsonObject, items: JsonObject | string])[] = [
  ['OLD-4: a string', { 'servicebinding.dev/url': 'path={.status.data.url}' }, { url: 'db.stage.example' }],
  [
    'OLD-1 OLD-4: a whole Secret',
    { 'servicebinding.dev/dbCredentials': 'path={.status.data.dbCredentials},objectType=Secret' },
    { username: 'u', password: 'p' },
  ],
  [
    'OLD-4: a whole ConfigMap',
    { 'servicebinding.dev/dbConfiguration': 'path={.status.data.dbConfiguration},objectType=ConfigMap' },
    CONFIGURATION,
  ],
  [
    'OLD-4: the entry of the name of the annotation, where there is one',
    { 'servicebinding.dev/certificate': 'path={.status.data.dbConfiguration},objectType=ConfigMap' },
    { certificate: 'c' },
  ],
  [
    'OLD-4: one entry under another name',
    {
      'servicebinding.dev/timeout':
        'path={.status.data.dbConfiguration},objectType=ConfigMap,sourceKey=db_timeout',
    },
    { timeout: '10s' },
  ],
  [
    'OLD-4: an entry that is asked for and not there',
    {
      'servicebinding.dev/timeout': 'path={.status.data.dbConfiguration},objectType=ConfigMap,sourceKey=nope',
    },
    'nothing',
  ],
  [
    'OLD-4: a list of maps',
    {
      'servicebinding.dev/endpoints':
        'path={.status.bootstrap},elementType=sliceOfMaps,sourceKey=type,sourceValue=url',
    },
    { endpoints_plain: 'a:1', endpoints_tls: 'b:2' },
  ],
  [
    'OLD-13: sourceValue is needed for a list of maps only, where sourceKey does for both',
    { 'servicebinding.dev/x': 'path={.status.bootstrap},elementType=sliceOfMaps' },
    'failed: annotation',
  ],
  [
    'OLD-13: a list of strings',
    { 'servicebinding.dev/hosts': 'path={.status.bootstrap},elementType=sliceOfStrings,sourceValue=url' },
    { hosts_0: 'a:1', hosts_1: 'b:2' },
  ],
  [
    'OLD-13: objectType is Secret where elementType is not string',
    { 'servicebinding.dev/x': 'path={.status.data.dbCredentials},elementType=map' },
    { username: 'u', password: 'p' },
  ],
  [
    'OLD-13: a template over the whole service, under the name of the annotation',
    {
      'servicebinding.dev/host':
        'path={.spec},bindAs=volume,elementType=template,source={{ .spec.primaryhost }}.{{ .spec.namespace }}',
    },
    { host: 'p.example.ns' },
  ],
  [
    'OLD-13: a template with commas and braces of its own',
    {
      'servicebinding.dev/port':
        'path={.spec},elementType=template,source={{- range .spec.ports -}} {{- if (eq .name "postgres") -}} {{ printf "%d,%s" .port .name }},{{- end -}} {{- end -}}',
    },
    { port: '5432,postgres,' },
  ],
  [
    'OLD-13: a template in the place of the path',
    { 'servicebinding.dev/x': 'elementType=template,path={{ printf "%s,%s" .kind .metadata.name }}' },
    { x: 'Database,db' },
  ],
  [
    'OLD-13: a template that writes lines, where the annotation has no name',
    {
      'servicebinding.dev':
        'path={.status.listeners},elementType=template,source={{ range .status.listeners }}{{ $t := .type }}{{ range $i, $a := .addresses }}{{ $t }}_{{ $i }}={{ $a.host }}:{{ $a.port }}\n{{ end }}{{ end }}',
    },
    { plain_0: 'h:1', plain_1: 'h:2' },
  ],
  [
    'a template without a name that writes something else',
    { 'servicebinding.dev': 'elementType=template,path={{ .kind }}' },
    'failed: binding',
  ],
  [
    'OLD-13: a template without a path',
    { 'servicebinding.dev/x': 'elementType=template,source={{ .kind }},{{ .metadata.name }},optional=true' },
    { x: 'Database,db,optional=true' },
  ],
  ['a template that is not there', { 'servicebinding.dev/x': 'elementType=template' }, 'failed: annotation'],
  [
    'a template that cannot be read',
    { 'servicebinding.dev/x': 'path={{ b64enc .x }},elementType=template' },
    'failed: annotation',
  ],
  [
    'a template that fails',
    { 'servicebinding.dev/x': 'path={{ .kind.x }},elementType=template' },
    'failed: binding',
  ],
  [
    'both spellings side by side',
    { 'servicebinding.dev/a': '1', 'service.binding/b': '2' },
    { a: '1', b: '2' },
  ],
  [
    'a key that merely starts like one',
    { 'servicebinding.development/a': '1', 'servicebinding/bindable': 'true' },
    'nothing',
  ],
];

describe('an annotation of the application-stacks text', () => {
  for (const [title, annotations, items] of ROWS) {
    it(`gives what that says: ${title}`, () => {
      const generation = bound(annotations);
      assert.deepEqual(itemsOf(generation), items, messageOf(generation));
    });
  }

  it('counts on the definition too', () => {
    const binding = aBinding({ derivation: { olderSpellings: true } });
    const definition = aDefinition({ 'servicebinding.dev/host': 'path={.spec.host}' });
    assert.deepEqual(itemsOf(made(binding, definition, aDatabase())), { host: 'db.example' });
  });

  it('of a Secret makes names that no message tells, since they may be made of its values', () => {
    const binding = (naming?: string) =>
      aBinding({ services: [SECRET_SERVICE], derivation: { olderSpellings: true, naming } });
    const secret = (annotation: string, value = 'hidden') =>
      aSecret(
        { password: value, name: value, namespace: 'x' },
        { metadata: { name: 'db-cred', namespace: 'ns', annotations: { 'servicebinding.dev': annotation } } },
      );
    const template = (text: string) => `elementType=template,source=${text}`;
    const twice = template('{{ .data.password }}=1\n{{ .data.password }}=2\n');
    const pairs = 'path={.*},elementType=sliceOfMaps,sourceKey=name,sourceValue=';
    const cases: readonly (readonly [naming: string | undefined, annotation: string, says: RegExp])[] = [
      [
        undefined,
        twice,
        /^several items are called the same: that of Secret ns\/db-cred \(servicebinding\.dev\)/,
      ],
      ['x-{{ .name }}', twice, /^several items are called the same/],
      [
        '{{ .name }} ',
        twice,
        /under a name that its annotation servicebinding\.dev makes, which no Secret can hold/,
      ],
      [
        '{{ .name.x }}',
        twice,
        /it fails for an item of the annotation servicebinding\.dev of Secret ns\/db-cred/,
      ],
      [undefined, `${pairs}nope`, /Value for one of the keys not found; give the element a nope/],
      ['{{ .name }} ', `${pairs}namespace`, /under a name that its annotation servicebinding\.dev makes/],
    ];
    for (const [naming, annotation, says] of cases) {
      const generation = made(binding(naming), secret(annotation));
      const text = [messageOf(generation), ...generation.warnings].filter((said) => said !== '').join('\n');
      assert.match(text, new RegExp(says.source, 'm'));
      assert.ok(!text.includes('hidden') && !text.includes(btoa('hidden')), text);
    }
  });

  it('is none for other APIs', () => {
    assert.equal(itemsOf(made(aBinding(), aDatabase({ 'servicebinding.dev/host': 'x' }))), 'nothing');
  });

  it('leaves the grammar of service.binding as it is', () => {
    const { generated } = bound({ 'service.binding/x': 'path={.spec},elementType=template' });
    assert.ok(generated.outcome === 'failed');
    assert.equal(generated.failure.stage, 'annotation');
  });
});
