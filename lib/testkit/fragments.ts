/**
 * @module The fragments of a projection, as tests expect them, and where to find them.
 */
import { dig, isList, isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Projection } from '../project/project.ts';
import { aContainer, aDeployment, aServiceBinding } from './builders.ts';

export const TEMPLATE = ['spec', 'template', 'spec'] as const;
export const OTHER = '2e4d4ec5-2f1c-4f0f-9a70-0d6f1f1f0002';
export const ROOT = { name: 'SERVICE_BINDING_ROOT', value: '/bindings' };
export const mount = (uid: string, path: string): JsonObject => ({
  name: `servicebinding-${uid}`,
  mountPath: path,
  readOnly: true,
});
export const fromSecret = (name: string, key: string, secret = 'db-secret'): JsonObject => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

export function containers(workload: JsonObject, list = 'containers'): readonly JsonObject[] {
  const found = dig(workload, ...TEMPLATE, list);
  return isList(found) ? found.filter(isObject) : [];
}

export const withContainers = (...list: readonly JsonObject[]): JsonObject =>
  aDeployment({ spec: { template: { spec: { containers: list } } } });
export const withEnv = (...env: readonly Json[]): JsonObject => withContainers(aContainer({ env }));
export const withSpec = (spec: JsonObject): JsonObject => aServiceBinding({ spec });
export const messages = (reports: Projection['reports']): readonly string[] =>
  reports.map(({ binding, message }) => `${binding.name}: ${message}`);
