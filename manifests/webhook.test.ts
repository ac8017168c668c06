import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parse } from 'yaml';

interface Webhook {
  readonly name: string;
  readonly failurePolicy: string;
  readonly sideEffects: string;
  readonly clientConfig: object;
  readonly matchConditions: readonly { expression: string }[];
  readonly rules: readonly {
    apiGroups: string[];
    apiVersions: string[];
    operations: string[];
    resources: string[];
  }[];
}

const text = readFileSync(new URL('webhook/mutating.yaml', import.meta.url), 'utf8');
const { metadata, webhooks }: { metadata: object; webhooks: readonly [Webhook] } = parse(text);
const [webhook] = webhooks;

test('the webhook never stands in the way of a workload and is reached at /mutate of the Service cleat', () => {
  assert.deepEqual(metadata, { name: 'cleat', labels: { 'app.kubernetes.io/name': 'cleat' } });
  assert.equal(webhook.name, 'workloads.webhook.cleat.dev');
  assert.equal(webhook.failurePolicy, 'Ignore');
  assert.equal(webhook.sideEffects, 'None');
  assert.deepEqual(webhook.clientConfig, {
    service: { name: 'cleat', namespace: 'cleat-system', path: '/mutate', port: 443 },
  });
  assert.deepEqual(
    webhook.matchConditions.map(({ expression }) => expression),
    ["request.userInfo.username != 'system:serviceaccount:cleat-system:cleat'"],
  );
});

test('its rules are one for each API group, resources sorted, any version, creation and update', () => {
  const groups = webhook.rules.flatMap(({ apiGroups }) => apiGroups);
  assert.deepEqual(groups, ['', 'apps', 'batch']);
  for (const { apiGroups, apiVersions, operations, resources } of webhook.rules) {
    assert.equal(apiGroups.length, 1);
    assert.deepEqual(apiVersions, ['*']);
    assert.deepEqual(operations, ['CREATE', 'UPDATE']);
    assert.deepEqual(resources, resources.toSorted());
  }
});
