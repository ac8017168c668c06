import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBinding } from '../binding/read.ts';
import { aServiceBinding } from '../testkit/builders.ts';
import { contentFinding, type SecretContent } from './secret-content.ts';

const has = (...keys: readonly string[]): SecretContent => ({ read: true, keys: new Set(keys) });

function found(content: SecretContent, spec: Parameters<typeof aServiceBinding>[0] = {}): string | undefined {
  const parsed = readBinding(aServiceBinding({ spec }));
  assert.ok(parsed.ok);
  return contentFinding(parsed.value, 'db-secret', content)?.message;
}

const ENV = { env: [{ name: 'DB_USER', key: 'username' }] };

describe('what the content of a Secret says of a binding', () => {
  it('nothing, where Cleat may not read it', () => assert.equal(found({ read: false }), undefined));
  it('nothing, where all is there', () => assert.equal(found(has('type', 'username'), ENV), undefined));
  it('the Secret does not exist', () =>
    assert.match(found({ read: true, keys: undefined }) ?? '', /Secret shop\/db-secret does not exist/));
  it('APP-4: there is no type', () => assert.match(found(has('username')) ?? '', /no entry `type`/));
  it('APP-4: spec.type stands in for it', () =>
    assert.equal(found(has('username'), { type: 'mysql' }), undefined));
  it('SB-21: a variable reads an entry that is not there', () =>
    assert.match(found(has('type'), ENV) ?? '', /no entry username, .*variables DB_USER/));
  it('SB-44, SB-45: a variable that reads an override needs no entry', () => {
    const env = [{ name: 'P', key: 'provider' }];
    assert.equal(found(has('type'), { provider: 'acme', env }), undefined);
  });
});
