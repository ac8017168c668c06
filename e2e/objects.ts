/**
 * @module Workloads and bindings for the tests against a real API server, and what to look for in them.
 */
import { nameOf } from '../lib/project/entries.ts';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';

export interface WorkloadKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Where its Pod spec stands. */
  readonly podSpec: readonly string[];
  readonly make: (name: string, labels?: JsonObject) => JsonObject;
}

const POD_SPEC: JsonObject = { containers: [{ name: 'app', image: 'registry.example.com/app:1' }] };
const LABELS: JsonObject = { app: 'a' };

const template = (restartPolicy: string): JsonObject => ({
  metadata: { labels: LABELS },
  spec: { ...POD_SPEC, restartPolicy },
});
const TEMPLATE = ['spec', 'template', 'spec'];

function kindOf(
  apiVersion: string,
  kind: string,
  podSpec: readonly string[],
  spec: JsonObject,
): WorkloadKind {
  return {
    apiVersion,
    kind,
    podSpec,
    make: (name, labels = {}) => ({ apiVersion, kind, metadata: { name, namespace: 'shop', labels }, spec }),
  };
}

const selected = { selector: { matchLabels: LABELS }, template: template('Always') };

/** Every workload kind that a cluster has by itself. */
export const BUILT_IN: readonly WorkloadKind[] = [
  kindOf('apps/v1', 'Deployment', TEMPLATE, selected),
  kindOf('apps/v1', 'ReplicaSet', TEMPLATE, selected),
  kindOf('apps/v1', 'StatefulSet', TEMPLATE, { ...selected, serviceName: 'a' }),
  kindOf('apps/v1', 'DaemonSet', TEMPLATE, selected),
  kindOf('batch/v1', 'Job', TEMPLATE, { template: template('Never') }),
  kindOf('batch/v1', 'CronJob', ['spec', 'jobTemplate', ...TEMPLATE], {
    schedule: '* * * * *',
    jobTemplate: { spec: { template: template('Never') } },
  }),
  kindOf('v1', 'Pod', ['spec'], POD_SPEC),
  kindOf('v1', 'ReplicationController', TEMPLATE, { selector: LABELS, template: template('Always') }),
];

export const DEPLOYMENT = BUILT_IN[0] as WorkloadKind;

/** Binds the Secret `db` to a workload, by name or by a label. */
export function aBinding(
  name: string,
  { apiVersion, kind }: Pick<WorkloadKind, 'apiVersion' | 'kind'>,
  target: { readonly name: string } | { readonly label: string },
  spec: JsonObject = {},
): JsonObject {
  const found = 'name' in target ? target : { selector: { matchLabels: { [target.label]: 'yes' } } };
  return {
    apiVersion: 'servicebinding.io/v1',
    kind: 'ServiceBinding',
    metadata: { name, namespace: 'shop' },
    spec: {
      service: { apiVersion: 'v1', kind: 'Secret', name: 'db' },
      workload: { apiVersion, kind, ...found },
      env: [{ name: 'DB_USER', key: 'username' }],
      ...spec,
    },
  };
}

const list = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

/** The mount paths of a workload's first container. */
export function mountPaths(workload: JsonObject, podSpec: readonly string[]): readonly Json[] {
  const [container] = list(dig(workload, ...podSpec, 'containers'));
  return list(container?.['volumeMounts']).flatMap(({ mountPath }) => mountPath ?? []);
}

/** The variables of a workload's first container. */
export function variables(workload: JsonObject, podSpec: readonly string[]): readonly Json[] {
  const [container] = list(dig(workload, ...podSpec, 'containers'));
  return list(container?.['env']).flatMap(({ name }) => name ?? []);
}

/** Whether the Secrets are projected, each once. */
export function projectedSecrets(workload: JsonObject, podSpec: readonly string[]): readonly string[] {
  return list(dig(workload, ...podSpec, 'volumes')).flatMap((volume) => {
    const [first] = list(dig(volume, 'projected', 'sources'));
    const name = dig(first, 'secret', 'name');
    return typeof name === 'string' && (nameOf(volume) ?? '').startsWith('servicebinding-') ? [name] : [];
  });
}
