import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { type InterceptableKind, webhookRules } from './webhook-rules.ts';
import { interceptedResources, webhooksPatch } from './webhook-configuration.ts';

const kind = (
  group: string,
  name: string,
  plural: string,
  override: Partial<InterceptableKind> = {},
): InterceptableKind => ({ group, kind: name, plural, namespaced: true, mayPatch: true, ...override });

const summary = (rules: readonly JsonObject[]): unknown =>
  rules.map(({ apiGroups, resources }) => [apiGroups, resources]);

describe('the rules of the mutating webhook', () => {
  it('are one for each API group, sorted, of any version', () => {
    const rules = webhookRules([
      kind('apps', 'StatefulSet', 'statefulsets'),
      kind('batch', 'CronJob', 'cronjobs'),
      kind('apps', 'Deployment', 'deployments'),
      kind('', 'ReplicationController', 'replicationcontrollers'),
    ]);
    assert.deepEqual(summary(rules), [
      [[''], ['replicationcontrollers']],
      [['apps'], ['deployments', 'statefulsets']],
      [['batch'], ['cronjobs']],
    ]);
    assert.deepEqual(rules[1], {
      apiGroups: ['apps'],
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['deployments', 'statefulsets'],
      scope: 'Namespaced',
    });
  });

  it('leave out what Cleat may not change, and what has no namespace', () => {
    const rules = webhookRules([
      kind('apps', 'Deployment', 'deployments', { mayPatch: false }),
      kind('example.com', 'Site', 'sites', { namespaced: false }),
    ]);
    assert.deepEqual(rules, []);
  });

  it('have Pods and Jobs without a right to change them: they are bound when they are created', () => {
    const rules = webhookRules([
      kind('', 'Pod', 'pods', { mayPatch: false }),
      kind('batch', 'Job', 'jobs', { mayPatch: false }),
    ]);
    assert.deepEqual(summary(rules), [
      [[''], ['pods']],
      [['batch'], ['jobs']],
    ]);
  });
});

describe('what the leader changes of a webhook configuration', () => {
  const rules = webhookRules([kind('apps', 'Deployment', 'deployments')]);
  const NAMES = ['workloads.webhook.cleat.dev', 'required.webhook.cleat.dev'];
  const configuration = (...webhooks: readonly JsonObject[]): JsonObject => ({
    webhooks: webhooks.map((webhook, index) => ({ name: NAMES[index] ?? '', ...webhook })),
  });
  const trusted = { clientConfig: { caBundle: 'QQ==' } };

  it('rules and authority of every webhook', () => {
    const patch = webhooksPatch(configuration({ clientConfig: {} }, trusted), { rules, caBundle: 'Qg==' });
    assert.deepEqual(
      patch.map(({ op, path }) => `${op} ${path}`),
      [
        'add /webhooks/0/clientConfig/caBundle',
        'add /webhooks/0/rules',
        'add /webhooks/1/clientConfig/caBundle',
        'add /webhooks/1/rules',
      ],
    );
  });

  it('nothing where it is right', () => {
    const right = configuration({ ...trusted, rules });
    assert.deepEqual(webhooksPatch(right, { rules, caBundle: 'QQ==' }), []);
    assert.deepEqual(webhooksPatch(right, { rules, caBundle: undefined }), []);
    assert.deepEqual(webhooksPatch(configuration(trusted), { rules: [], caBundle: undefined }), []);
  });

  it('no rules where nobody could verify the answer: every call would fail', () => {
    assert.deepEqual(webhooksPatch(configuration({ clientConfig: {} }), { rules, caBundle: undefined }), []);
  });

  it('the authority alone, as long as nobody answers', () => {
    const patch = webhooksPatch(configuration({ ...trusted, rules: [] }), {
      rules: undefined,
      caBundle: 'Qg==',
    });
    assert.deepEqual(
      patch.map(({ path }) => path),
      ['/webhooks/0/clientConfig/caBundle'],
    );
  });

  it('the authority alone of a webhook that brings its rules with it, and takes no kind of its for one of workloads', () => {
    const own = [{ apiGroups: ['binding.operators.coreos.com'], resources: ['servicebindings'] }];
    const stamps = { name: 'requesters.webhook.cleat.dev', clientConfig: {}, rules: own };
    const patch = webhooksPatch(configuration(stamps), { rules, caBundle: 'Qg==' });
    assert.deepEqual(
      patch.map(({ path }) => path),
      ['/webhooks/0/clientConfig/caBundle'],
    );
    assert.deepEqual(interceptedResources(configuration(stamps, { ...trusted, rules })), [
      { group: 'apps', plural: 'deployments' },
    ]);
  });

  it('nothing of what is no configuration', () => {
    assert.deepEqual(webhooksPatch({}, { rules, caBundle: 'QQ==' }), []);
  });
});
