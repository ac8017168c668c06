/**
 * @module Where each item goes, in the application-stacks API.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MappedItem } from '../binding/binding.ts';
import { aBinding, aDatabase, aSecret, DATABASE, itemsOf, made, messageOf } from './testkit/derived.ts';
import { bound, PLACEMENT } from './testkit/older.ts';

function keysOf({ generated }: ReturnType<typeof made>): unknown {
  assert.ok(generated.outcome === 'make' || generated.outcome === 'reuse', JSON.stringify(generated));
  return generated.keys;
}

describe('the place of an item', () => {
  const volume = (name: string, mountPath = '/platform/bindings/secret/') => ({
    name,
    bindAs: 'volume',
    mountPath,
  });
  const variable = (name: string) => ({ name, bindAs: 'envVar' });

  it('OLD-10: is what its annotation says, in either spelling; a variable unless told', () => {
    const generation = bound({
      'servicebinding.dev/b': 'path={.spec.primaryhost},bindAs=volume',
      'service.binding/a': 'path={.spec.primaryhost},bindAs=volume',
      'service.binding/c': 'constant,bindAs=volume',
      'servicebinding.dev/d': 'path={.spec.primaryhost},bindAs=envVar',
      'servicebinding.dev/e': 'path={.spec.primaryhost}',
    });
    assert.deepEqual(keysOf(generation), [
      volume('a'),
      volume('b'),
      volume('c'),
      variable('d'),
      variable('e'),
    ]);
    assert.deepEqual(itemsOf(generation), {
      a: 'p.example',
      b: 'p.example',
      c: 'constant',
      d: 'p.example',
      e: 'p.example',
    });
    assert.deepEqual(generation.warnings, []);
  });

  it('OLD-10: holds for all that an annotation gives', () => {
    const whole = bound({
      'service.binding': 'path={.status.data.dbCredentials},objectType=Secret,bindAs=volume',
    });
    assert.deepEqual(keysOf(whole), [volume('password'), volume('username')]);
  });

  it('OLD-10: is rather what the binding says, and most of all what the mapping says', () => {
    const annotations = {
      'servicebinding.dev/a': 'x,bindAs=volume',
      'servicebinding.dev/b': 'x,bindAs=envVar',
    };
    const mappings: readonly MappedItem[] = [
      { name: 'c', template: 'x' },
      { name: 'd', template: 'x', bindAs: 'envVar' },
      { name: 'e', template: 'x', bindAs: 'volume' },
    ];
    assert.deepEqual(keysOf(bound(annotations, { bindAs: 'volume' }, mappings)), [
      volume('a'),
      volume('b'),
      volume('c'),
      variable('d'),
      volume('e'),
    ]);
    assert.deepEqual(keysOf(bound(annotations, { bindAs: 'envVar' }, mappings)), [
      variable('a'),
      variable('b'),
      variable('c'),
      variable('d'),
      volume('e'),
    ]);
    assert.deepEqual(keysOf(bound(annotations, {}, mappings)), [
      volume('a'),
      variable('b'),
      variable('c'),
      variable('d'),
      volume('e'),
    ]);
  });

  it('that is none is a mistake', () => {
    const failed = bound({ 'servicebinding.dev/a': 'x,bindAs=file' });
    assert.equal(itemsOf(failed), 'failed: annotation');
    assert.match(messageOf(failed), /bindAs has to be envVar or volume/);
  });

  it('OLD-12: is below the prefix of the binding, or that of the service', () => {
    const annotations = { 'servicebinding.dev/a': 'x,bindAs=volume' };
    const at = (prefix: string) => keysOf(bound(annotations, { mountPathPrefix: prefix }));
    assert.deepEqual(at('etc/mine'), [volume('a', '/etc/mine/bindings/secret/')]);
    assert.deepEqual(at('/etc/mine/'), [volume('a', '/etc/mine/bindings/secret/')]);
    assert.deepEqual(at(''), [volume('a', '/bindings/secret/')]);
    const binding = aBinding({
      services: [{ ...DATABASE, mountPathPrefix: 'own' }],
      derivation: {
        olderSpellings: true,
        placement: PLACEMENT,
        mappings: [{ name: 'm', template: 'x', bindAs: 'volume' }],
      },
    });
    assert.deepEqual(keysOf(made(binding, aDatabase(annotations))), [
      volume('a', '/own/bindings/secret/'),
      volume('m'),
    ]);
  });

  it('OLD-11: is told by the name that the item has in the end, with its prefix', () => {
    const annotations = { 'servicebinding.dev/username': 'u' };
    const mappings: readonly MappedItem[] = [{ name: 'uri', template: '{{ .username }}' }];
    const generation = bound(annotations, { prefix: 'KAFKA' }, mappings);
    assert.deepEqual(itemsOf(generation), { KAFKA_username: 'u', uri: 'u' });
    assert.deepEqual(keysOf(generation), [variable('KAFKA_username'), variable('uri')]);
  });

  it('has the prefix of its service rather than that of the binding; an empty one is none', () => {
    const services = [
      { ...DATABASE, prefix: 'OWN' },
      { ...DATABASE, name: 'second', prefix: '' },
      { ...DATABASE, name: 'third' },
    ];
    const binding = aBinding({ services, derivation: { placement: { ...PLACEMENT, prefix: 'ALL' } } });
    const service = (name: string) =>
      aDatabase({}, { metadata: { name, namespace: 'ns', annotations: { 'service.binding/a': 'x' } } });
    assert.deepEqual(itemsOf(made(binding, service('db'), service('second'), service('third'))), {
      OWN_a: 'x',
      a: 'x',
      ALL_a: 'x',
    });
  });

  it('is told of a Secret that is used as it is, too', () => {
    const services = [{ group: '', version: 'v1', kind: 'Secret', namespace: 'ns', name: 'db-cred' }];
    const binding = aBinding({ services, derivation: { placement: { ...PLACEMENT, bindAs: 'volume' } } });
    const generation = made(binding, aSecret({ a: '1' }));
    assert.equal(generation.generated.outcome, 'reuse');
    assert.deepEqual(keysOf(generation), [volume('a')]);
  });
});
