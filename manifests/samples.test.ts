import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parseAllDocuments } from 'yaml';

interface Sample {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

const folder = new URL('samples/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, folder), 'utf8')))
  .map((document): Sample => {
    assert.deepEqual(document.errors, []);
    const sample: Sample = document.toJS();
    return sample;
  });

function named(kind: string, name: string): Sample {
  const sample = samples.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(sample, `there is no ${kind} ${name}`);
  return sample;
}

test('everything that is in a namespace is in shop', () => {
  const cluster = new Set([
    'Namespace',
    'CustomResourceDefinition',
    'ClusterRole',
    'ClusterWorkloadResourceMapping',
  ]);
  for (const { kind, metadata } of samples) {
    assert.equal(metadata.namespace, cluster.has(kind) ? undefined : 'shop', `${kind} ${metadata.name}`);
  }
});

test('what the bindings refer to is there', () => {
  const bindings = samples.filter(({ kind }) => kind === 'ServiceBinding');
  assert.equal(bindings.length, 2);
  for (const { spec } of bindings) {
    const { service, workload }: { service?: Reference; workload?: Reference } = spec ?? {};
    assert.ok(service && workload);
    assert.equal(named(service.kind, service.name ?? '').apiVersion, service.apiVersion);
    assert.ok(
      samples.some(({ kind, apiVersion }) => kind === workload.kind && apiVersion === workload.apiVersion),
    );
  }
});

interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
}

test('the admission review is the creation of the sample Deployment', () => {
  const review: unknown = JSON.parse(
    readFileSync(new URL('demo/admission-review.json', import.meta.url), 'utf8'),
  );
  assert.ok(typeof review === 'object' && review !== null && 'request' in review);
  const { request } = review;
  assert.ok(typeof request === 'object' && request !== null && 'object' in request && 'operation' in request);
  assert.equal(request.operation, 'CREATE');
  assert.deepEqual(request.object, named('Deployment', 'orders'));
});

test('passwords in the samples say that they are none', () => {
  const secrets = samples.filter(({ kind }) => kind === 'Secret');
  assert.equal(secrets.length, 2);
  for (const { stringData = {} } of secrets) assert.equal(stringData['password'], 'not-a-real-password');
});
