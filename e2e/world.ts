/**
 * @module A cluster that Cleat operates, with what tests of the controller ask of it.
 */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { dig, type Json, type JsonObject } from '../lib/api/json.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf } from './conditions.ts';
import { DEPLOYMENT, projectedSecrets } from './objects.ts';
import { openOperated, type Operated, type OperatedOptions } from './operated.ts';

export const WORKER = { apiVersion: 'example.com/v1', kind: 'Worker' };
export const DATABASE = { apiVersion: 'example.com/v1', kind: 'Database' };

/** A Deployment without Pods: nobody runs them, and the controller manager need not make them. */
export function idle(name: string, labels: JsonObject = {}): JsonObject {
  const object = DEPLOYMENT.make(name, labels);
  return { ...object, spec: { ...(object['spec'] as JsonObject), replicas: 0 } };
}

export function inNamespace(namespace: string, object: JsonObject): JsonObject {
  return { ...object, metadata: { ...(object['metadata'] as JsonObject), namespace } };
}

export const aService = (name: string, secret?: string): JsonObject => ({
  ...DATABASE,
  metadata: { name, namespace: 'shop' },
  ...(secret === undefined ? {} : { status: { binding: { name: secret } } }),
});

export const aWorker = (name: string): JsonObject => ({
  ...WORKER,
  metadata: { name, namespace: 'shop' },
  spec: { tasks: [{ name: 'send', image: 'x' }] },
});

/** The spec of a binding to that service. */
export const from = (kind: typeof DATABASE, name: string): JsonObject => ({ service: { ...kind, name } });

/** A role by which people let Cleat use a kind. */
export const aRole = (
  name: string,
  group: string,
  resource: string,
  verbs: readonly string[],
): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: { 'servicebinding.io/controller': 'true' } },
  rules: [{ apiGroups: [group], resources: [resource], verbs }],
});

export const ALL_VERBS = ['get', 'list', 'watch', 'update', 'patch'] as const;

/** The mapping of a kind whose containers lie where a Worker has them. */
export const aTaskMapping = (plural: string): JsonObject => ({
  apiVersion: 'servicebinding.io/v1',
  kind: 'ClusterWorkloadResourceMapping',
  metadata: { name: `${plural}.example.com` },
  spec: {
    versions: [
      {
        version: '*',
        annotations: '.spec.podAnnotations',
        containers: [{ path: '.spec.tasks[*]', env: '.environment', volumeMounts: '.mounts' }],
        volumes: '.spec.storage',
      },
    ],
  },
});

export const finalizersOf = (object: JsonObject): Json => dig(object, 'metadata', 'finalizers') ?? [];

export const deployment = (name: string): ObjectRef => refOf(idle(name));

export interface World {
  readonly operated: () => Operated;
  readonly cluster: () => ControlPlane;
  /** The object, which has to be there. */
  readonly get: (ref: ObjectRef) => Promise<JsonObject>;
  /** The binding, of whichever API, once its Ready condition has the status; True unless told. */
  readonly untilReady: (binding: JsonObject, status?: string) => Promise<JsonObject>;
  /** The Secrets that are projected into Deployment shop/NAME. */
  readonly secretsOf: (name: string) => Promise<readonly string[]>;
  readonly untilSecrets: (name: string, ...want: readonly string[]) => Promise<void>;
}

/** One cluster for all tests of a suite. */
export function useWorld(options: OperatedOptions = {}): World {
  let operated: Operated | undefined;
  const opened = (): Operated => {
    assert.ok(operated, 'the cluster is not up');
    return operated;
  };
  before(async () => {
    operated = await openOperated(options);
  });
  after(async () => await operated?.close());

  const get: World['get'] = async (ref) => {
    const object = await opened().cluster.get(ref);
    assert.ok(object, `${ref.kind} ${ref.name} is gone`);
    return object;
  };
  const secretsOf: World['secretsOf'] = async (name) =>
    projectedSecrets(await get(deployment(name)), DEPLOYMENT.podSpec);
  return {
    operated: opened,
    cluster: () => opened().cluster,
    get,
    untilReady: async (binding, status = 'True') =>
      await waitFor(`${refOf(binding).name} to be ready: ${status}`, async () => {
        const object = await get(refOf(binding));
        assert.equal(conditionOf(object)?.status, status, JSON.stringify(object['status'] ?? 'no status'));
        return object;
      }),
    secretsOf,
    untilSecrets: async (name, ...want) => {
      await waitFor(`${name} to have ${want.join(', ') || 'nothing'}`, async () => {
        assert.deepEqual(await secretsOf(name), want);
        return true;
      });
    },
  };
}
