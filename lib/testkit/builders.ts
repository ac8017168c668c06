/**
 * @module Objects for tests: complete and unremarkable, but for what the test is about.
 */
import { isObject, type Json, type JsonObject, own } from '../api/json.ts';

/** Merges objects deeply; lists and scalars of the override replace. */
export function merge(base: JsonObject, override: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const before = own(base, key);
    merged[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

export const UID = '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0001';

/** Binds Deployment shop/orders to the Secret `db-secret`. */
export function aServiceBinding(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'servicebinding.io/v1',
    kind: 'ServiceBinding',
    metadata: {
      name: 'db',
      namespace: 'shop',
      uid: UID,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      service: { apiVersion: 'v1', kind: 'Secret', name: 'db-secret' },
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' },
    },
  };
  return merge(base, override);
}

/** A ServiceBinding for workloads found by label instead of by name. */
export function aSelectingBinding(selector: JsonObject, override: JsonObject = {}): JsonObject {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', selector };
  const binding = aServiceBinding(override);
  return { ...binding, spec: { ...(binding['spec'] as JsonObject), workload } };
}

/** A second binding, younger than {@link aServiceBinding}. */
export function anotherBinding(override: JsonObject = {}): JsonObject {
  return aServiceBinding(
    merge(
      {
        metadata: {
          name: 'mq',
          uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0002',
          creationTimestamp: '2026-02-02T00:00:00Z',
        },
        spec: { service: { name: 'mq-secret' } },
      },
      override,
    ),
  );
}

export function aContainer(override: JsonObject = {}): JsonObject {
  return merge({ name: 'app', image: 'registry.example.com/app:1' }, override);
}

/** Deployment shop/orders with one container. */
export function aDeployment(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders', namespace: 'shop', labels: { app: 'orders' } },
    spec: {
      selector: { matchLabels: { app: 'orders' } },
      template: { metadata: { labels: { app: 'orders' } }, spec: { containers: [aContainer()] } },
    },
  };
  return merge(base, override);
}

export function aPod(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'orders', namespace: 'shop', labels: { app: 'orders' } },
    spec: { containers: [aContainer()] },
  };
  return merge(base, override);
}

/** A mapping object for `workers.example.com`, whose containers lie somewhere else. */
export function aMapping(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'servicebinding.io/v1',
    kind: 'ClusterWorkloadResourceMapping',
    metadata: { name: 'workers.example.com', uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0003' },
    spec: {
      versions: [
        {
          version: '*',
          annotations: '.spec.podAnnotations',
          containers: [{ path: '.spec.process', name: '.id', env: '.environment', volumeMounts: '.mounts' }],
          volumes: '.spec.disks',
        },
      ],
    },
  };
  return merge(base, override);
}

/** An AdmissionReview for an object; the plural is the kind in lower case with an `s`. */
export function aReview(object: JsonObject, override: JsonObject = {}): JsonObject {
  const apiVersion = String(object['apiVersion']);
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const kind = String(object['kind']);
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const request = {
    uid: 'a3b1c2d4-0000-4000-8000-000000000001',
    kind: { group, version, kind },
    resource: { group, version, resource: `${kind.toLowerCase()}s` },
    name: metadata['name'] ?? '',
    namespace: metadata['namespace'] ?? '',
    operation: 'CREATE',
    userInfo: { username: 'jane' },
    dryRun: false,
    object,
  };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: merge(request, override) };
}
