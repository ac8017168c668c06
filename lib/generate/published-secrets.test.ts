/**
 * @module Secrets that are taken whole: published by a service, or a service themselves.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { decodeBase64 } from './base64.ts';
import { drive } from './drive.ts';
import { generate } from './generate.ts';
import {
  aBinding,
  aDatabase,
  aDefinition,
  aSecret,
  CREDENTIALS,
  DATABASE,
  itemsOf,
  made,
  readerOf,
  SECRET_SERVICE,
} from './testkit/derived.ts';

const published = (name: unknown, annotations: JsonObject = {}) =>
  aDatabase(annotations, { status: { binding: { name: name as string } } });

function failureOf(binding: Binding, ...objects: readonly JsonObject[]) {
  const { generated } = made(binding, ...objects);
  assert.ok(generated.outcome === 'failed');
  return generated.failure;
}

describe('a provisioned service', () => {
  const secret = aSecret({ a: '1' }, { metadata: { name: 'made', namespace: 'ns' } });

  it('gives all entries of the Secret that it names', () => {
    const binding = aBinding({ derivation: { mappings: [{ name: 'm', template: 'x' }] } });
    assert.deepEqual(itemsOf(made(binding, published('made'), secret)), { a: '1', m: 'x' });
  });

  it('gives them beside its annotations, which win, without a warning', () => {
    const database = published('made', { 'service.binding/a': '2', 'service.binding/b': '3' });
    const generation = made(aBinding(), database, secret);
    assert.deepEqual(itemsOf(generation), { a: '2', b: '3' });
    assert.deepEqual(generation.warnings, []);
  });

  it('with an empty name gives nothing, even if it is marked', () => {
    const definition = aDefinition({ 'servicebinding.io/provisioned-service': 'true' });
    assert.equal(itemsOf(made(aBinding(), published(''), definition)), 'nothing');
  });

  it('that is marked as one, as an annotation or a label of its definition, has to name a Secret', () => {
    const mark = { 'servicebinding.io/provisioned-service': 'true' };
    const asLabel = aDefinition({}, { metadata: { name: 'databases.example.com', labels: mark } });
    for (const definition of [aDefinition(mark), asLabel]) {
      const { stage, message } = failureOf(aBinding(), aDatabase({ 'service.binding/a': '1' }), definition);
      assert.equal(stage, 'binding');
      assert.match(
        message,
        /Database ns\/db has no \.status\.binding\.name yet, where CustomResourceDefinition databases\.example\.com/,
      );
    }
    const draft = {
      name: 'databases.example.com',
      labels: { 'service.binding/provisioned-service': 'true' },
    };
    const failure = failureOf(aBinding(), aDatabase(), aDefinition({}, { metadata: draft }));
    assert.equal(failure.stage, 'binding', 'PS-7, as the draft v1alpha2 spells it');
    const unmarked = aDefinition({ 'servicebinding.io/provisioned-service': 'yes' });
    assert.equal(itemsOf(made(aBinding(), aDatabase(), unmarked)), 'nothing');
  });

  it('that names what is no name fails', () => {
    for (const name of [5, {}, 'a/b', '../x']) {
      assert.equal(failureOf(aBinding(), published(name)).stage, 'binding');
    }
  });

  it('whose Secret is not there, or may not be read, fails for the Secret', () => {
    const { stage, message, cause } = failureOf(aBinding(), published('made'));
    assert.deepEqual([stage, cause], ['secret', undefined]);
    assert.match(
      message,
      /^Secret ns\/made, which Database ns\/db names in \.status\.binding\.name, was not found/,
    );
    const read = readerOf([published('made')]);
    const denied = drive(generate(aBinding()), (source) =>
      source.source === 'object' && source.kind === 'Secret'
        ? { state: 'denied', message: 'no' }
        : read(source),
    );
    assert.equal(itemsOf(denied), 'failed: secret');
  });
});

describe('a Secret as a service', () => {
  const binding = aBinding({ services: [SECRET_SERVICE, DATABASE] });
  const database = aDatabase({ 'service.binding/a': '1' });

  it('gives all its entries', () => {
    assert.deepEqual(itemsOf(made(binding, CREDENTIALS, database)), {
      user: 'admin',
      pass: 's3cr3t',
      a: '1',
    });
  });

  it('with annotations gives what they say; others are not kept from theirs', () => {
    const second = { ...SECRET_SERVICE, name: 'second' };
    const annotations = { 'service.binding/user': 'path={.metadata.name}' };
    const annotated = aSecret({ pass: 'x' }, { metadata: { name: 'db-cred', namespace: 'ns', annotations } });
    const other = aSecret({ b: '2' }, { metadata: { name: 'second', namespace: 'ns' } });
    assert.deepEqual(itemsOf(made(aBinding({ services: [SECRET_SERVICE, second] }), annotated, other)), {
      user: 'db-cred',
      b: '2',
    });
  });

  it('keeps every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const secret = {
      ...aSecret({}),
      data: { keystore: btoa(String.fromCharCode(...bytes)), empty: '', none: null },
    };
    const { generated } = made(binding, secret, database);
    assert.ok(generated.outcome === 'make');
    assert.deepEqual(decodeBase64(generated.data.get('keystore') ?? ''), bytes);
    assert.equal(generated.data.get('empty'), '');
    assert.equal(generated.data.get('none'), '');
  });

  it('may have stringData in a file, as before an API server has taken it', () => {
    const secret = { ...aSecret({ a: 'old', b: 'old' }), stringData: { a: 'new ü' } };
    assert.deepEqual(
      itemsOf(
        made(
          aBinding({ services: [SECRET_SERVICE, DATABASE] }),
          secret,
          aDatabase({ 'service.binding/x': 'y' }),
        ),
      ),
      {
        a: 'new ü',
        b: 'old',
        x: 'y',
      },
    );
  });

  it('whose data are no base64 fails without telling them', () => {
    const { stage, message } = failureOf(binding, { ...CREDENTIALS, data: { user: 'hid*den' } }, database);
    assert.equal(stage, 'secret');
    assert.match(message, /Secret ns\/db-cred: the value of "user"/);
    assert.doesNotMatch(message, /hid/);
  });

  it('without data gives nothing', () => {
    assert.equal(
      itemsOf(made(aBinding({ services: [SECRET_SERVICE] }), { ...CREDENTIALS, data: {} })),
      'nothing',
    );
  });
});
