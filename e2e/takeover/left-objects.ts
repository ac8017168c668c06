/**
 * @module Bindings with their Secrets and workloads, and writing them as the Service Binding Operator leaves them.
 */
import { dig, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { merge } from '../../lib/testkit/builders.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { refOf } from '../cluster/objects.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { BOUND, FINALIZER, inject, type Places, REQUESTER, secretName, secretOf } from './operator-style.ts';

export interface LeftWorkload {
  readonly object: JsonObject;
  readonly places?: Places;
  /** A Secret that was projected before: the operator leaves its variables. */
  readonly former?: string;
}

export interface Left {
  readonly binding: JsonObject;
  /** The content of the Secret that was made, or the name of one that is projected itself. */
  readonly secret: Readonly<Record<string, string>> | string;
  /** Those of a success unless told. */
  readonly conditions?: readonly JsonObject[];
  readonly workloads: readonly LeftWorkload[];
}

/** As they are stored. */
export interface Stored {
  readonly binding: JsonObject;
  readonly secret: string;
  readonly workloads: readonly JsonObject[];
}

export const CREDENTIALS = { username: 'foo', password: 'bar' };
export const SOURCE: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'credentials', namespace: 'shop' },
  stringData: CREDENTIALS,
};

export const ofCore = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'binding.operators.coreos.com/v1alpha1',
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop' },
  spec: merge(
    {
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'credentials' }],
      application: { group: 'apps', version: 'v1', resource: 'deployments' },
    },
    spec,
  ),
});

/** Its Secret is a copy, because of the type. */
export const ofSpecification = (name: string, workload = name, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'servicebinding.io/v1beta1',
  kind: 'ServiceBinding',
  metadata: { name, namespace: 'shop' },
  spec: {
    type: 'postgresql',
    service: { apiVersion: 'v1', kind: 'Secret', name: 'credentials' },
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload },
    env: [{ name: 'DB_USER', key: 'username' }],
    ...spec,
  },
});

export const COPY = { ...CREDENTIALS, type: 'postgresql' };

const IMAGE = 'registry.example.com/app:1';

/** What a user's own Pod template may have beside a binding. */
const POD_SPEC: JsonObject = {
  initContainers: [{ name: 'prepare', image: IMAGE }],
  containers: [
    { name: 'app', image: IMAGE, envFrom: [{ configMapRef: { name: 'settings' } }] },
    {
      name: 'side',
      image: IMAGE,
      env: [{ name: 'SERVICE_BINDING_ROOT', value: '/custom' }],
      volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
    },
  ],
  volumes: [{ name: 'cache', emptyDir: {} }],
};

export function aDeployment(name: string, labels: JsonObject = {}): JsonObject {
  const app = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: app },
      template: { metadata: { labels: app }, spec: POD_SPEC },
    },
  };
}

export const aCronJob = (name: string): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace: 'shop' },
  spec: {
    schedule: '@yearly',
    suspend: true,
    jobTemplate: { spec: { template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } } } },
  },
});

/** The operator knew CronJobs by a mapping alone. */
export const CRON_JOB_MAPPING: JsonObject = {
  apiVersion: 'servicebinding.io/v1beta1',
  kind: 'ClusterWorkloadResourceMapping',
  metadata: { name: 'cronjobs.batch' },
  spec: {
    versions: [
      {
        version: '*',
        containers: ['containers', 'initContainers'].map((list) => ({
          path: `.spec.jobTemplate.spec.template.spec.${list}[*]`,
        })),
        volumes: '.spec.jobTemplate.spec.template.spec.volumes',
      },
    ],
  },
};

const isCore = (binding: JsonObject): boolean => textOf(binding['apiVersion']).startsWith('binding.');

function statusOf(binding: JsonObject, secret: string, conditions: readonly JsonObject[]): JsonObject {
  return isCore(binding)
    ? { secret, conditions }
    : { binding: { name: secret }, conditions, observedGeneration: 1 };
}

function injectionOf(binding: JsonObject, secret: string) {
  const spec = isObject(binding['spec']) ? binding['spec'] : {};
  const env = spec['env'];
  return {
    name: textOf(spec['name']) || textOf(dig(binding, 'metadata', 'name')),
    secret,
    bindAsFiles: spec['bindAsFiles'] !== false,
    env: Array.isArray(env) ? (env as readonly Json[]).filter(isObject) : [],
  };
}

/** The user's object first; then the operator's whole-object write. */
async function leaveWorkload(
  cluster: ControlPlane,
  { object, places, former }: LeftWorkload,
  binding: JsonObject,
  secret: string,
): Promise<JsonObject> {
  await cluster.applyAs('kubectl', object);
  // Controllers write on it too.
  return await waitFor(`${textOf(object['kind'])} to be bound`, async () => {
    const present = await cluster.get(refOf(object));
    if (present === undefined) return undefined;
    const secrets = former === undefined ? [secret] : [former, secret];
    return await cluster.update(
      secrets.reduce((workload, name) => inject(workload, injectionOf(binding, name), places), present),
    );
  });
}

/** Writes it all as the operator would have; returns what is stored. */
export async function leave(cluster: ControlPlane, left: Left): Promise<Stored> {
  const { conditions = BOUND, secret: content, workloads } = left;
  const metadata = { finalizers: [FINALIZER], annotations: REQUESTER };
  const created = await cluster.create(merge(left.binding, { metadata }));
  if (typeof content !== 'string') await cluster.apply(secretOf(created, content));
  const name = textOf(dig(created, 'metadata', 'name'));
  const secret = typeof content === 'string' ? content : secretName(name, content);
  const status = statusOf(created, secret, conditions);
  const binding = await cluster.patch(refOf(created), { status }, { subresource: 'status' });
  const stored: JsonObject[] = [];
  for (const workload of workloads) stored.push(await leaveWorkload(cluster, workload, binding, secret));
  return { binding, secret, workloads: stored };
}
