import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dig, isList, type Json } from '../lib/api/json.ts';
import { parse, parseAllDocuments } from 'yaml';

const read = (name: string): string =>
  readFileSync(new URL(`components/api-service-binding-operator/${name}`, import.meta.url), 'utf8');

const configuration: Json = parse(read('requester-webhook.yaml'));
const webhooks = dig(configuration, 'webhooks');
const [webhook = null] = isList(webhooks) ? webhooks : [];

describe('the webhook that stamps requesters', () => {
  test('is one more of the configuration that is there already, and names no caBundle', () => {
    assert.equal(dig(configuration, 'kind'), 'MutatingWebhookConfiguration');
    assert.deepEqual(dig(configuration, 'metadata'), { name: 'cleat' });
    assert.equal(isList(webhooks) ? webhooks.length : 0, 1);
    assert.equal(dig(webhook, 'name'), 'requesters.webhook.cleat.dev');
    const service = { name: 'cleat', namespace: 'cleat-system', port: 443, path: '/stamp' };
    assert.deepEqual(dig(webhook, 'clientConfig'), { service });
  });

  test('lets nothing pass unseen: it refuses while Cleat is away, and there is no namespace where it is not asked', () => {
    assert.equal(dig(webhook, 'failurePolicy'), 'Fail');
    assert.equal(dig(webhook, 'reinvocationPolicy'), 'IfNeeded');
    assert.equal(dig(webhook, 'namespaceSelector'), undefined);
    assert.equal(dig(webhook, 'objectSelector'), undefined);
  });

  test('brings its rules with it: bindings of the Service Binding Operator, not their status', () => {
    assert.deepEqual(dig(webhook, 'rules'), [
      {
        apiGroups: ['binding.operators.coreos.com'],
        apiVersions: ['v1alpha1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['servicebindings'],
        scope: 'Namespaced',
      },
    ]);
  });
});

describe('the key that requesters are sealed with', () => {
  const objects = parseAllDocuments(read('requester-key.yaml')).map((document): Json => document.toJS());
  const rulesOf = (kind: string): Json | undefined =>
    dig(
      objects.find((object) => dig(object, 'kind') === kind),
      'rules',
    );

  test('is shipped empty, so that what was made is not reset', () => {
    const secret = objects.find((object) => dig(object, 'kind') === 'Secret');
    assert.equal(dig(secret, 'data'), undefined);
    assert.equal(dig(secret, 'metadata', 'name'), 'cleat-requester-key');
    assert.equal(dig(secret, 'metadata', 'namespace'), 'cleat-system');
  });

  test('is all of Secrets that Cleat may read and write with it, by its name', () => {
    assert.deepEqual(rulesOf('Role'), [
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['cleat-requester-key'],
        verbs: ['get', 'patch'],
      },
    ]);
    assert.deepEqual(rulesOf('ClusterRole'), [
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]);
  });
});
