/**
 * @module What annotations lead to, where they may stand, and what is told of them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { generate } from './generate.ts';
import { drive } from './drive.ts';
import {
  aBinding,
  aConfigMap,
  aDatabase,
  aDefinition,
  annotated,
  aSecret,
  CREDENTIALS,
  itemsOf,
  made,
  messageOf,
  readerOf,
  SECRET_SERVICE,
} from './testkit/derived.ts';

describe('an annotation', () => {
  it('on a Secret reaches its data as they are stored, in base64', () => {
    const secret = aSecret(
      { word: 'hello' },
      {
        metadata: {
          name: 'db-cred',
          namespace: 'ns',
          annotations: { 'service.binding': 'path={.data},elementType=map' },
        },
      },
    );
    assert.deepEqual(itemsOf(made(aBinding({ services: [SECRET_SERVICE] }), secret)), { word: 'aGVsbG8=' });
  });

  it('is what a ConfigMap needs to be a service: by itself it gives nothing', () => {
    const services = [{ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'db-conf' }];
    const configMap = (annotations: JsonObject) =>
      aConfigMap({ mode: 'ha' }, { metadata: { name: 'db-conf', namespace: 'ns', annotations } });
    const whole = { 'service.binding': 'path={.data},elementType=map' };
    assert.deepEqual(itemsOf(made(aBinding({ services }), configMap(whole))), { mode: 'ha' });
    assert.equal(itemsOf(made(aBinding({ services }), configMap({}))), 'nothing');
  });

  it('that leads to null has no value: an error, or left out if it is optional (the Service Binding Operator panicked)', () => {
    const database = (value: string) => aDatabase({ 'service.binding/x': value }, { spec: { nul: null } });
    const failed = made(aBinding(), database('path={.spec.nul}'));
    assert.equal(itemsOf(failed), 'failed: binding');
    assert.match(
      messageOf(failed),
      /annotation service\.binding\/x: path \{\.spec\.nul\}: the value is null/,
    );
    assert.equal(itemsOf(made(aBinding(), database('path={.spec.nul},optional=true'))), 'nothing');
  });

  it('may be as long as it likes, which messages are not', () => {
    const failed = annotated({ 'service.binding/x': `path={.${'a'.repeat(5000)}}` });
    assert.equal(itemsOf(failed), 'failed: binding');
    assert.equal(messageOf(failed).length, 1001);
  });

  it('leads to objects in the namespace of its service', () => {
    const service = { ...aDatabase({ 'service.binding': 'path={.status.cred},objectType=Secret' }) };
    const there = { ...service, metadata: { ...(service['metadata'] as JsonObject), namespace: 'other' } };
    const secret = aSecret({ a: 'there' }, { metadata: { name: 'db-cred', namespace: 'other' } });
    const binding = aBinding({
      services: [{ group: 'example.com', version: 'v1', kind: 'Database', namespace: 'other', name: 'db' }],
    });
    assert.deepEqual(itemsOf(made(binding, there, secret, CREDENTIALS)), { a: 'there' });
  });

  it('leads to an object without data, which is an error of its own', () => {
    const { data, ...empty } = aConfigMap({});
    assert.ok(data);
    const binding = aBinding();
    const database = aDatabase({ 'service.binding': 'path={.status.conf},objectType=ConfigMap' });
    const failed = made(binding, database, { ...empty, binaryData: { a: 'AA==' } });
    assert.equal(itemsOf(failed), 'failed: binding');
    assert.match(messageOf(failed), /ConfigMap ns\/db-conf has no data/);
  });

  it('leads to an object that may not be read: the reader says who lacks what', () => {
    const read = readerOf([aDatabase({ 'service.binding': 'path={.status.cred},objectType=Secret' })]);
    const generation = drive(generate(aBinding()), (source) =>
      source.source === 'object' && source.kind === 'Secret'
        ? { state: 'denied', message: 'ann may not' }
        : read(source),
    );
    assert.equal(itemsOf(generation), 'failed: binding');
    assert.match(messageOf(generation), /Secret ns\/db-cred cannot be read: ann may not/);
  });

  it('of a Secret never has a value in its message, even where that is taken for a name', () => {
    for (const type of ['Secret', 'ConfigMap']) {
      const secret = aSecret(
        {},
        {
          metadata: {
            name: 'db-cred',
            namespace: 'ns',
            annotations: { 'service.binding': `path={.data.word},objectType=${type}` },
          },
          data: { word: 'hidden' },
        },
      );
      const failed = made(aBinding({ services: [SECRET_SERVICE] }), secret);
      assert.equal(itemsOf(failed), 'failed: binding');
      assert.doesNotMatch(messageOf(failed), /hidden/);
    }
  });

  it('SEC-10: counts on the definition as on the resource, which wins key by key', () => {
    const definition = aDefinition({
      'service.binding/host': 'of the definition',
      'service.binding/type': 'postgresql',
    });
    const database = aDatabase({ 'service.binding/host': 'of the resource' });
    assert.deepEqual(itemsOf(made(aBinding(), definition, database)), {
      host: 'of the resource',
      type: 'postgresql',
    });
  });

  it('on the definition names the definition where it is wrong', () => {
    const failed = made(aBinding(), aDefinition({ 'service.binding/x': 'path=x' }), aDatabase());
    assert.match(
      messageOf(failed),
      /^CustomResourceDefinition databases\.example\.com, for Database ns\/db: annotation/,
    );
  });

  it('is made a Secret of on demand too (SEC-1): servicebinding.io does so where a service publishes none', () => {
    const binding = aBinding({ derivation: { when: 'on demand', crossesNamespaces: false } });
    const generation = made(binding, aDatabase({ 'service.binding/type': 'postgresql' }));
    assert.deepEqual(itemsOf(generation), { type: 'postgresql' });
  });
});

describe('a warning', () => {
  const WARNINGS: readonly (readonly [string, string, RegExp])[] = [
    [
      'path={.status.cred},objectType=Secret,valueKey=user',
      'an option that is not known',
      /the option "valueKey", which is ignored/,
    ],
    [
      'path={.status.cred}, objectType=Secret',
      'an option behind a blank',
      /the option " objectType", which is ignored/,
    ],
    ['path={.spec.host},x', 'a piece that is no option', /a part that is no option, which is ignored/],
    [
      'path={.spec.host},bindAs=volume',
      'bindAs where items have no place of their own',
      /the option "bindAs"/,
    ],
    ['{.spec.host}', 'a constant that looks like a path', /no option that is known/],
    ['Path={.spec.host}', 'an option in other letters', /no option that is known/],
  ];
  for (const [value, title, expected] of WARNINGS) {
    it(`tells of ${title}`, () => {
      const { warnings } = annotated({ 'service.binding/x': value });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', expected);
      assert.match(warnings[0] ?? '', /^Database ns\/db: annotation service\.binding\/x /);
    });
  }

  it('is not made of constants that are just that', () => {
    for (const value of ['postgresql', 'a=1,b=2', 'jdbc:postgresql://{host}/x', 'SELECT 1;']) {
      assert.deepEqual(annotated({ 'service.binding/x': value }).warnings, []);
    }
  });

  it('tells of elements that are left out of a list', () => {
    const { warnings, generated } = annotated({
      'service.binding/x': 'path={.spec.conns},elementType=sliceOfStrings',
    });
    assert.equal(generated.outcome, 'nothing');
    assert.match(warnings.join(), /2 elements of the list are no text and are left out/);
  });

  it('comes without end only as a number', () => {
    const annotations = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`service.binding/x${index}`, 'path={.spec.host},y']),
    );
    const { warnings } = annotated(annotations);
    assert.equal(warnings.length, 21);
    assert.equal(warnings.at(-1), 'and 10 more warnings');
  });
});
