import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { dig, type Json } from '../lib/api/json.ts';
import { VERSION } from '../server/version.ts';
import { manifestsBelow } from './testkit/objects.ts';

const ALL = ['crds', 'rbac', 'webhook', 'deployment', 'overlays/self-signed', 'components'];
const CLUSTER_WIDE =
  /^(Namespace|CustomResourceDefinition|ClusterRole|ClusterRoleBinding|(Mutating|Validating)WebhookConfiguration)$/;

const deployment: Json = JSON.parse(
  JSON.stringify(manifestsBelow('deployment').find(({ kind }) => kind === 'Deployment')),
);
const container = (dig(deployment, 'spec', 'template', 'spec', 'containers') as readonly Json[])[0];

describe('what is installed', () => {
  test('bears the label of everything that Cleat installs, and lives in cleat-system', () => {
    for (const { kind, metadata } of manifestsBelow(...ALL)) {
      assert.equal(metadata.labels?.['app.kubernetes.io/name'], 'cleat', `${kind} ${metadata.name}`);
      const namespace = CLUSTER_WIDE.test(kind) ? undefined : 'cleat-system';
      assert.equal(metadata.namespace, namespace, `${kind} ${metadata.name}`);
    }
  });

  test('ships the Secrets that Cleat fills empty, so that applying them again takes nothing away', () => {
    const secrets = manifestsBelow(...ALL).filter(({ kind }) => kind === 'Secret');
    assert.deepEqual(
      secrets.map((secret) => [secret.metadata.name, Object.keys(secret).sort()]),
      ['cleat-certificates', 'cleat-requester-key'].map((name) => [
        name,
        ['apiVersion', 'kind', 'metadata', 'type'],
      ]),
    );
  });

  test('has one version: that of the package, of the image and of the chart', () => {
    assert.equal(dig(container, 'image'), `cleat.dev/cleat:${VERSION}`);
    const chart: Json = parse(readFileSync('charts/cleat/Chart.yaml', 'utf8'));
    assert.deepEqual([dig(chart, 'version'), dig(chart, 'appVersion')], [VERSION, VERSION]);
  });

  test('keeps admission up: two replicas, one that may be missing, none that goes before its successor is ready', () => {
    assert.equal(dig(deployment, 'spec', 'replicas'), 2);
    assert.deepEqual(dig(deployment, 'spec', 'strategy', 'rollingUpdate'), {
      maxSurge: 1,
      maxUnavailable: 0,
    });
    const budget = manifestsBelow('deployment').find(({ kind }) => kind === 'PodDisruptionBudget');
    assert.equal((budget?.spec as { maxUnavailable: number } | undefined)?.maxUnavailable, 1);
  });

  test('listens where the Service and the probes look', () => {
    const args = 'serve --host 0.0.0.0 --port 9443 --ops-port 8081';
    assert.deepEqual(dig(container, 'args'), args.split(' '));
    const ports = dig(container, 'ports') as readonly { name: string; containerPort: number }[];
    assert.deepEqual(
      ports.map(({ name, containerPort }) => [name, containerPort]),
      [
        ['webhook', 9443],
        ['metrics', 8081],
      ],
    );
    for (const [probe, path] of [
      ['startupProbe', '/livez'],
      ['livenessProbe', '/livez'],
      ['readinessProbe', '/readyz'],
    ] as const)
      assert.deepEqual(dig(container, probe, 'httpGet'), { path, port: 'metrics' });
  });
});
