/**
 * @module Descriptors of the Operator Lifecycle Manager, from the ClusterServiceVersion to the items.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { descriptorAnnotations, type OwnedKind, withDescriptorsAlone } from './descriptors.ts';
import { drive } from './drive.ts';
import { generate } from './generate.ts';
import {
  aBinding,
  aConfigMap,
  aDatabase,
  aDefinition,
  aSecret,
  itemsOf,
  made,
  readerOf,
} from './testkit/derived.ts';
import { Work } from './work.ts';

const SECRET = 'urn:alm:descriptor:io.kubernetes:Secret';
const CONFIG_MAP = 'urn:alm:descriptor:io.kubernetes:ConfigMap';

const KIND: OwnedKind = {
  definition: 'databases.example.com',
  group: 'example.com',
  version: 'v1',
  kind: 'Database',
};

type Descriptors = readonly (readonly [root: 'status' | 'spec', path: string, marks: readonly string[]])[];

function aClusterServiceVersion(descriptors: Descriptors, override: JsonObject = {}): JsonObject {
  const of = (root: string) =>
    descriptors.filter(([at]) => at === root).map(([, path, marks]) => ({ path, 'x-descriptors': marks }));
  const owned = {
    name: 'databases.example.com',
    kind: 'Database',
    version: 'v1',
    statusDescriptors: of('status'),
    specDescriptors: of('spec'),
    ...override,
  };
  return {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ClusterServiceVersion',
    metadata: { name: 'databases.v1', namespace: 'ns' },
    spec: { customresourcedefinitions: { owned: [owned] } },
  };
}

function translated(descriptors: Descriptors, older = false): JsonObject {
  return Object.fromEntries(annotationsFrom(aClusterServiceVersion(descriptors), older));
}

function annotationsFrom(clusterServiceVersion: JsonObject, older: boolean): ReadonlyMap<string, string> {
  const read = (object: JsonObject): ReadonlyMap<string, string> => {
    const { value } = descriptorAnnotations([object], KIND, { older, work: new Work() }).next();
    return value !== undefined && 'get' in value ? value : new Map();
  };
  const annotations = read(clusterServiceVersion);
  assert.deepEqual(read(withDescriptorsAlone(clusterServiceVersion)), annotations);
  return annotations;
}

const CREDENTIALS = aSecret({ username: 'u', password: 'p' });
const CONFIGURATION = aConfigMap({ certificate: 'c', db_timeout: '10s' });
const DATABASE = aDatabase(
  {},
  {
    spec: { host: 'db.example', tags: ['x', 'y'] },
    status: {
      x: 'db-cred',
      data: { dbCredentials: 'db-cred', dbConfiguration: 'db-conf', connectionURL: 'pg://x', uri: 'pg://y' },
      bootstrap: [
        { type: 'plain', url: 'p:1' },
        { type: 'tls', url: 't:2' },
      ],
    },
  },
);

interface Row {
  readonly descriptor: Descriptors[number];
  readonly annotations: JsonObject;
  readonly items: JsonObject;
}

const ROWS: readonly Row[] = [
  {
    descriptor: ['status', 'data.dbCredentials', [SECRET, 'service.binding']],
    annotations: {
      'service.binding/data.dbCredentials': 'path={.status.data.dbCredentials},objectType=Secret',
    },
    items: { username: 'u', password: 'p' },
  },
  {
    descriptor: ['status', 'data.dbConfiguration', [CONFIG_MAP, 'service.binding']],
    annotations: {
      'service.binding/data.dbConfiguration': 'path={.status.data.dbConfiguration},objectType=ConfigMap',
    },
    items: { certificate: 'c', db_timeout: '10s' },
  },
  {
    descriptor: [
      'status',
      'data.dbConfiguration',
      [CONFIG_MAP, 'service.binding:my_cert:sourceKey=certificate'],
    ],
    annotations: {
      'service.binding/my_cert':
        'path={.status.data.dbConfiguration},sourceKey=certificate,objectType=ConfigMap',
    },
    items: { my_cert: 'c' },
  },
  {
    descriptor: ['status', 'data.dbCredentials', [SECRET, 'service.binding:username:sourceValue=username']],
    annotations: {
      'service.binding/username': 'path={.status.data.dbCredentials},sourceValue=username,objectType=Secret',
    },
    items: { username: 'u' },
  },
  {
    descriptor: ['spec', 'host', ['service.binding:host']],
    annotations: { 'service.binding/host': 'path={.spec.host}' },
    items: { host: 'db.example' },
  },
  {
    descriptor: ['status', 'data.connectionURL', ['service.binding:uri']],
    annotations: { 'service.binding/uri': 'path={.status.data.connectionURL}' },
    items: { uri: 'pg://x' },
  },
  {
    descriptor: ['status', 'data.uri', ['service.binding']],
    annotations: { 'service.binding/data.uri': 'path={.status.data.uri}' },
    items: { 'data.uri': 'pg://y' },
  },
  {
    descriptor: [
      'status',
      'bootstrap',
      ['service.binding:endpoints:elementType=sliceOfMaps:sourceKey=type:sourceValue=url'],
    ],
    annotations: {
      'service.binding/endpoints':
        'path={.status.bootstrap},elementType=sliceOfMaps,sourceKey=type,sourceValue=url',
    },
    items: { endpoints_plain: 'p:1', endpoints_tls: 't:2' },
  },
  {
    descriptor: ['spec', 'tags', ['service.binding:tags:elementType=sliceOfStrings']],
    annotations: { 'service.binding/tags': 'path={.spec.tags},elementType=sliceOfStrings' },
    items: { tags_0: 'x', tags_1: 'y' },
  },
  {
    descriptor: [
      'status',
      'bootstrap',
      ['service.binding:endpoints:elementType=sliceOfStrings:sourceValue=url'],
    ],
    annotations: {
      'service.binding/endpoints': 'path={.status.bootstrap},elementType=sliceOfStrings,sourceValue=url',
    },
    items: { endpoints_0: 'p:1', endpoints_1: 't:2' },
  },
  {
    descriptor: ['status', 'x', [SECRET, 'service.binding:elementType=map']],
    annotations: { 'service.binding/elementType=map': 'path={.status.x},objectType=Secret' },
    items: { username: 'u', password: 'p' },
  },
];

describe('a descriptor', () => {
  for (const { descriptor, annotations, items } of ROWS) {
    const [root, path, marks] = descriptor;
    it(`SEC-9: ${root} ${path} with ${marks.join(' and ')} is an annotation`, () => {
      assert.deepEqual(translated([descriptor]), annotations);
      const generation = made(
        aBinding(),
        aClusterServiceVersion([descriptor]),
        DATABASE,
        aDefinition(),
        CREDENTIALS,
        CONFIGURATION,
      );
      assert.deepEqual(itemsOf(generation), items);
    });
  }

  it('of the spec wins over one of the status with the same name', () => {
    const both: Descriptors = [
      ['spec', 'host', ['service.binding:host']],
      ['status', 'data.uri', ['service.binding:host']],
    ];
    assert.deepEqual(translated(both), { 'service.binding/host': 'path={.spec.host}' });
  });

  it('yields to the annotations of the definition, and these to those of the resource (SEC-10)', () => {
    const version = aClusterServiceVersion([
      ['spec', 'host', ['service.binding:a']],
      ['spec', 'host', ['service.binding:b']],
      ['spec', 'host', ['service.binding:c']],
    ]);
    const definition = aDefinition({ 'service.binding/b': 'definition', 'service.binding/c': 'definition' });
    const database = {
      ...DATABASE,
      metadata: { name: 'db', namespace: 'ns', annotations: { 'service.binding/c': 'resource' } },
    };
    assert.deepEqual(itemsOf(made(aBinding(), version, definition, database)), {
      a: 'db.example',
      b: 'definition',
      c: 'resource',
    });
  });

  it('is for its own kind in its own version only', () => {
    const others = [{ kind: 'Other' }, { version: 'v2' }, { name: 'others.example.com' }];
    for (const other of others) {
      const version = aClusterServiceVersion([['spec', 'host', ['service.binding:host']]], other);
      assert.equal(itemsOf(made(aBinding(), version, aDefinition(), DATABASE)), 'nothing');
    }
  });

  it('is found for a kind whose definition nobody has', () => {
    const version = aClusterServiceVersion([['spec', 'host', ['service.binding:host']]]);
    assert.deepEqual(itemsOf(made(aBinding(), version, DATABASE)), { host: 'db.example' });
  });

  it('fails the binding where it may not be read, rather than be left out', () => {
    const read = readerOf([DATABASE]);
    const generation = drive(generate(aBinding()), (source) =>
      source.source === 'descriptors' ? { state: 'denied', message: 'ann may not list' } : read(source),
    );
    assert.equal(itemsOf(generation), 'failed: definition');
  });

  it('of any other shape is passed over', () => {
    const wrong = { name: 'databases.example.com', kind: 'Database', version: 'v1', statusDescriptors: 'x' };
    for (const owned of [null, [1], [wrong]]) {
      assert.deepEqual([...annotationsFrom({ spec: { customresourcedefinitions: { owned } } }, false)], []);
    }
    assert.deepEqual(translated([['spec', 'host', ['servicebinding', 'service.bindingx', 'urn:x']]]), {});
  });
});

describe('a descriptor of the application-stacks text', () => {
  const older = (...descriptors: Descriptors) =>
    itemsOf(
      made(
        aBinding({ derivation: { olderSpellings: true } }),
        aClusterServiceVersion(descriptors),
        DATABASE,
        aDefinition(),
        CREDENTIALS,
        CONFIGURATION,
      ),
    );

  it('OLD-3: gives a whole Secret or ConfigMap', () => {
    assert.deepEqual(older(['status', 'data.dbCredentials', [SECRET, 'servicebinding']]), {
      username: 'u',
      password: 'p',
    });
    assert.deepEqual(older(['status', 'data.dbConfiguration', [CONFIG_MAP, 'servicebinding']]), {
      certificate: 'c',
      db_timeout: '10s',
    });
  });

  it('OLD-3: gives the entry that it names', () => {
    assert.deepEqual(
      older(['status', 'data.dbCredentials', [SECRET, 'servicebinding:username', 'servicebinding:password']]),
      { username: 'u', password: 'p' },
    );
    assert.deepEqual(older(['status', 'data.dbCredentials', [SECRET, 'servicebinding:password']]), {
      password: 'p',
    });
    assert.deepEqual(
      older(['status', 'data.dbConfiguration', [CONFIG_MAP, 'servicebinding:timeout:sourceKey=db_timeout']]),
      { timeout: '10s' },
    );
  });

  it('OLD-3: without a name is called by the last part of its path', () => {
    assert.deepEqual(older(['status', 'data.uri', ['servicebinding']]), { uri: 'pg://y' });
    assert.deepEqual(older(['status', 'data.connectionURL', ['servicebinding:uri']]), { uri: 'pg://x' });
  });

  it('OLD-13: may hold a template, in which a colon does not end the option', () => {
    const source = '{{ range .status.bootstrap }}{{ .type }}={{ printf "%s:%s" .type .url }}\n{{ end }}';
    assert.deepEqual(
      older(['status', 'bootstrap', [`servicebinding:elementType=template:source=${source}`]]),
      { plain: 'plain:p:1', tls: 'tls:t:2' },
    );
  });
});
