/**
 * @module Bindings and mappings of the APIs besides `servicebinding.io`, for tests: complete and unremarkable.
 */
import type { JsonObject } from '../api/json.ts';
import { merge, UID } from './builders.ts';

const metadata: JsonObject = {
  name: 'db',
  namespace: 'shop',
  uid: UID,
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
};

/** `service.binding/v1alpha2`: binds Deployment shop/orders to the Secret `db-secret`. */
export function aDraftBinding(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'service.binding/v1alpha2',
    kind: 'ServiceBinding',
    metadata,
    spec: {
      service: { apiVersion: 'v1', kind: 'Secret', name: 'db-secret' },
      application: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' },
    },
  };
  return merge(base, override);
}

/** `binding.operators.coreos.com/v1alpha1`: the same as files. */
export function anOperatorBinding(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'binding.operators.coreos.com/v1alpha1',
    kind: 'ServiceBinding',
    metadata,
    spec: {
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db-secret' }],
      application: { group: 'apps', version: 'v1', resource: 'deployments', name: 'orders' },
    },
  };
  return merge(base, override);
}

/** `operators.coreos.com/v1alpha1`: the same, as variables. */
export function aStacksBinding(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ServiceBinding',
    metadata,
    spec: {
      services: [{ group: '', version: 'v1', kind: 'Secret', resourceRef: 'db-secret' }],
      application: { group: 'apps', version: 'v1', resource: 'deployments', name: 'orders' },
    },
  };
  return merge(base, override);
}

/** A ClusterApplicationResourceMapping for `cronjobs.batch`. */
export function anApplicationMapping(override: JsonObject = {}): JsonObject {
  const base = {
    apiVersion: 'service.binding/v1alpha2',
    kind: 'ClusterApplicationResourceMapping',
    metadata: { name: 'cronjobs.batch', uid: '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0004' },
    spec: {
      versions: [
        {
          version: '*',
          containers: ['.spec.jobTemplate.spec.template.spec.containers'],
          volumes: '.spec.jobTemplate.spec.template.spec.volumes',
        },
      ],
    },
  };
  return merge(base, override);
}

/** A binding whose status says of its spec, as it is now, which Secret is projected. */
export function publishing(binding: JsonObject, status: JsonObject): JsonObject {
  return merge(binding, { status: { ...status, observedGeneration: 1 } });
}
