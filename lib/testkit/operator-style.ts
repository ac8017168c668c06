/**
 * @module Projections in the style of the Service Binding Operator, for tests: bindings, and workloads as it leaves them.
 */
import { dig, type Json, type JsonObject } from '../api/json.ts';
import { aContainer, aDeployment, merge, UID } from './builders.ts';
import { anOperatorBinding, publishing } from './families.ts';
import { containers, OTHER, ROOT, TEMPLATE, withContainers } from './fragments.ts';

export const RECORD = `projector.cleat.dev/record-${UID}`;

/** Binds Deployment shop/orders as files. */
export const files = (override: JsonObject = {}): JsonObject =>
  publishing(anOperatorBinding(merge({ spec: { application: { kind: 'Deployment' } } }, override)), {
    secret: 'db-secret',
    ...(dig(override, 'status') as JsonObject | undefined),
  });
export const variables = (override: JsonObject = {}): JsonObject =>
  files(merge({ spec: { bindAsFiles: false } }, override));
export const another = (override: JsonObject = {}): JsonObject =>
  files(merge({ metadata: { name: 'mq', uid: OTHER, creationTimestamp: '2026-02-02T00:00:00Z' } }, override));
export const leaving = (binding: JsonObject): JsonObject =>
  merge(binding, { metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' } });

export const volume = (name: string, secretName = 'db-secret', more: JsonObject = {}): JsonObject => ({
  name,
  secret: { secretName, ...more },
});
export const volumes = (workload: JsonObject): Json | undefined => dig(workload, ...TEMPLATE, 'volumes');
export const first = (workload: JsonObject): JsonObject => containers(workload)[0] ?? {};
export const from = (name: string): JsonObject => ({ secretRef: { name } });
export const record = (workload: JsonObject): Json | undefined =>
  dig(workload, 'metadata', 'annotations', RECORD);

/** As the Service Binding Operator leaves it: nothing but the fragments; the API server has filled in the mode. */
export const left = (name = 'db', secretName = 'db-secret'): JsonObject =>
  aDeployment({
    spec: {
      template: {
        spec: {
          containers: [aContainer({ env: [ROOT], volumeMounts: [{ name, mountPath: `/bindings/${name}` }] })],
          volumes: [volume(name, secretName, { defaultMode: 420 })],
        },
      },
    },
  });

export const leftAsVariables = (...names: readonly string[]): JsonObject =>
  withContainers(aContainer({ envFrom: [{ configMapRef: { name: 'c' } }, ...names.map(from)] }));
