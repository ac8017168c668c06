import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { installFile, kustomize, OVERLAYS, presentFiles, rendered } from '../../tools/manifests.ts';
import { provideProgram } from '../cluster/assets.ts';
import { parseManifest } from '../cluster/manifest.ts';

const run = promisify(execFile);
const CHART = 'charts/cleat';
/** Helm without a cluster takes an old one for granted. */
const KUBERNETES = ['--kube-version', '1.36.0'];
const IN_NAMESPACE = ['--namespace', 'cleat-system'];
const KEEP = 'helm.sh/resource-policy';

async function helm(...args: readonly string[]): Promise<string> {
  return (await run(await provideProgram('helm'), args, { maxBuffer: 16 * 1024 * 1024 })).stdout;
}

async function template(...args: readonly string[]): Promise<readonly JsonObject[]> {
  const output = await helm('template', 'cleat', CHART, ...IN_NAMESPACE, ...KUBERNETES, ...args);
  return parseManifest(output, 'helm template');
}

/** By kind, namespace and name. */
function byIdentity(objects: readonly JsonObject[]): Readonly<Record<string, JsonObject>> {
  const entries = objects.map((object): readonly [string, JsonObject] => {
    const { kind, metadata } = object;
    return [
      `${String(kind)} ${String(dig(metadata, 'namespace') ?? '')}/${String(dig(metadata, 'name'))}`,
      object,
    ];
  });
  assert.equal(new Set(entries.map(([identity]) => identity)).size, entries.length);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** CRDs come with the one annotation that only Helm understands. */
function withoutKeep(object: JsonObject): JsonObject {
  if (object['kind'] !== 'CustomResourceDefinition') return object;
  const { annotations, ...metadata } = object['metadata'] as JsonObject;
  assert.deepEqual(annotations, { [KEEP]: 'keep' });
  return { ...object, metadata };
}

async function overlay(name: (typeof OVERLAYS)[number]): Promise<readonly JsonObject[]> {
  return parseManifest(await kustomize(`manifests/overlays/${name}`), name);
}

suite('what is rendered', () => {
  test('is current, object by object; if not: make manifests', async () => {
    const files = await rendered();
    assert.deepEqual([...files.keys()].sort(), presentFiles());
    for (const [path, text] of files) {
      const present = await readFile(path, 'utf8');
      // The chart has copies.
      if (path.startsWith(CHART)) assert.equal(present, text, path);
      else assert.deepEqual(parseManifest(present, path), parseManifest(text, path), path);
    }
  });

  test('can be applied in one go: the namespace and the kinds first, the webhooks last', async () => {
    for (const name of OVERLAYS) {
      const text = await readFile(installFile(name), 'utf8');
      assert.match(text, /^# Rendered by make manifests from /);
      const kinds = parseManifest(text, name).map(({ kind }) => kind);
      assert.deepEqual(kinds.slice(0, 3), [
        'Namespace',
        'CustomResourceDefinition',
        'CustomResourceDefinition',
      ]);
      const applied = kinds.filter((kind) => !/^(Issuer|Certificate)$/.test(String(kind)));
      assert.deepEqual(applied.slice(-2), ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']);
    }
  });

  test('the overlays differ where they have to', async () => {
    const [selfSigned, certManager, kind] = await Promise.all(OVERLAYS.map(overlay));
    assert.ok(selfSigned && certManager && kind);
    const container = (objects: readonly JsonObject[]): JsonObject => {
      const deployment = objects.find((object) => object['kind'] === 'Deployment');
      const [found] = dig(deployment, 'spec', 'template', 'spec', 'containers') as readonly JsonObject[];
      assert.ok(found);
      return found;
    };
    const lastArgs = (objects: readonly JsonObject[]): unknown =>
      (container(objects)['args'] as readonly unknown[]).slice(-2);
    assert.deepEqual(lastArgs(selfSigned), ['--cert-secret', 'cleat-certificates']);
    assert.deepEqual(lastArgs(certManager), ['--cert-dir', '/certs']);
    assert.equal(container(kind)['imagePullPolicy'], 'Never');
    const injected = certManager.filter(
      ({ metadata }) => dig(metadata, 'annotations', 'cert-manager.io/inject-ca-from') !== undefined,
    );
    assert.equal(injected.length, 2);
    // Nothing of the other way of issuing is left over, but for an issuer of the same name.
    const ofSelfSigned = /^(cleat-certificates|cleat-self-signed)$/;
    const left = certManager.filter(({ metadata }) => ofSelfSigned.test(String(dig(metadata, 'name'))));
    assert.deepEqual(
      left.map((object) => object['kind']),
      ['Issuer'],
    );
  });
});

suite('the Helm chart', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cleat-rendering-'));
  });
  after(async () => rm(folder, { recursive: true }));

  test('passes helm lint', async () => {
    const output = await helm('lint', CHART, '--strict', ...IN_NAMESPACE, ...KUBERNETES);
    assert.match(output, /0 chart\(s\) failed/);
  });

  test('renders by default what the overlay self-signed has, object for object, the namespace aside, which Helm makes', async () => {
    const chart = (await template()).map(withoutKeep);
    const expected = (await overlay('self-signed')).filter((object) => object['kind'] !== 'Namespace');
    assert.deepEqual(byIdentity(chart), byIdentity(expected));
    const whole = (await template('--set', 'namespace.create=true')).map(withoutKeep);
    assert.deepEqual(byIdentity(whole), byIdentity(await overlay('self-signed')));
  });

  test('renders with certificates.certManager what the overlay cert-manager has', async () => {
    const set = ['--set', 'certificates.certManager=true', '--set', 'namespace.create=true'];
    const chart = (await template(...set)).map(withoutKeep);
    assert.deepEqual(byIdentity(chart), byIdentity(await overlay('cert-manager')));
  });

  test("renders with everything that is opt-in what the overlay has with kustomize's components", async () => {
    const base = relative(folder, process.cwd());
    const components = [
      'api-v1alpha2',
      'api-service-binding-operator',
      'api-application-stacks',
      'network-policy',
      'secret-check',
      'secret-generation',
      'olm-descriptors',
    ].map((name) => `${base}/manifests/components/${name}`);
    const kustomization = {
      resources: [`${base}/manifests/overlays/self-signed`],
      components: [...components, `${base}/manifests/monitoring`],
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const values = {
      namespace: { create: true },
      apis: { v1alpha2: true, serviceBindingOperator: true, applicationStacks: true },
      networkPolicy: { enabled: true },
      secretCheck: true,
      secretGeneration: true,
      olmDescriptors: true,
      monitoring: { serviceMonitor: true, prometheusRule: true, dashboard: true },
    };
    await writeFile(join(folder, 'values.json'), JSON.stringify(values));
    const chart = (await template('--values', join(folder, 'values.json'))).map(withoutKeep);
    assert.deepEqual(
      byIdentity(chart),
      byIdentity(parseManifest(await kustomize(folder), 'with components')),
    );
  });

  test('goes into another namespace with everything that names it, but not into one that others use', async () => {
    const output = await helm('template', 'cleat', CHART, '--namespace', 'bindings', ...KUBERNETES);
    const webhooks = parseManifest(output, 'helm template').filter(({ kind }) =>
      String(kind).endsWith('WebhookConfiguration'),
    );
    const text = JSON.stringify(webhooks);
    assert.ok(text.includes('system:serviceaccount:bindings:cleat'));
    assert.ok(text.includes('"values":["bindings","kube-system"]'));
    assert.doesNotMatch(output, /cleat-system/);
    await assert.rejects(
      helm('template', 'cleat', CHART, '--namespace', 'default', ...KUBERNETES),
      /must not be installed into default: give it a namespace of its own/,
    );
  });

  test('takes an issuer of yours, a digest, and what else a Pod may need', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const values = {
      image: { repository: 'registry.example.com/cleat', digest },
      certificates: { certManager: true, issuerRef: { name: 'company', kind: 'ClusterIssuer' } },
      logLevel: 'debug',
      extraArgs: ['--drain', '10s'],
      priorityClassName: 'system-cluster-critical',
      nodeSelector: { pool: 'infra' },
      tolerations: [{ key: 'infra', operator: 'Exists' }],
      podLabels: { team: 'platform' },
      podAnnotations: { 'example.com/note': 'yes' },
      imagePullSecrets: [{ name: 'registry' }],
      crds: { install: false },
    };
    await writeFile(join(folder, 'values.json'), JSON.stringify(values));
    const objects = byIdentity(await template('--values', join(folder, 'values.json')));
    assert.deepEqual(
      Object.keys(objects).filter((identity) => /^(Issuer|Certificate|CustomResource)/.test(identity)),
      ['Certificate cleat-system/cleat'],
    );
    assert.deepEqual(
      dig(objects['Certificate cleat-system/cleat'], 'spec', 'issuerRef'),
      values.certificates.issuerRef,
    );
    const pod = dig(objects['Deployment cleat-system/cleat'], 'spec', 'template');
    assert.deepEqual(dig(pod, 'metadata', 'labels'), { 'app.kubernetes.io/name': 'cleat', team: 'platform' });
    assert.equal(dig(pod, 'metadata', 'annotations', 'example.com/note'), 'yes');
    for (const name of ['priorityClassName', 'nodeSelector', 'tolerations', 'imagePullSecrets'] as const)
      assert.deepEqual(dig(pod, 'spec', name), values[name]);
    const [container] = dig(pod, 'spec', 'containers') as readonly JsonObject[];
    assert.equal(dig(container, 'image'), `registry.example.com/cleat@${digest}`);
    const args = dig(container, 'args') as readonly string[];
    assert.deepEqual(args.slice(-4), ['--log-level', 'debug', '--drain', '10s']);
  });

  for (const [sentence, set, message] of [
    ['a misspelt value', 'replica=3', /replica/],
    ['a value of the wrong type', 'replicas=two', /replicas/],
    ['an unknown log level', 'logLevel=loud', /logLevel/],
    ['a digest that is none', 'image.digest=latest', /digest/],
    ['the label that selects the Pods', 'podLabels.app\\.kubernetes\\.io/name=x', /podLabels/],
  ] as const) {
    test(`refuses ${sentence}`, async () => {
      await assert.rejects(template('--set', set), message);
    });
  }

  test('documents every value', async () => {
    const readme = await readFile(`${CHART}/README.md`, 'utf8');
    const schema = JSON.parse(await readFile(`${CHART}/values.schema.json`, 'utf8')) as JsonObject;
    const { global: _, ...properties } = dig(schema, 'properties') as JsonObject;
    const names = Object.entries(properties).flatMap(([name, value]) => {
      const inner = Object.keys((dig(value, 'properties') ?? {}) as JsonObject);
      return inner.length === 0 ? [name] : inner.map((key) => `${name}.${key}`);
    });
    const rows = [...readme.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name = '']) => name);
    assert.deepEqual(rows.toSorted(), names.toSorted());
    const keys = [...(await readFile(`${CHART}/values.yaml`, 'utf8')).matchAll(/^(\w+):/gm)].map(
      ([, key = '']) => key,
    );
    assert.deepEqual(keys.toSorted(), Object.keys(properties).toSorted());
  });
});
