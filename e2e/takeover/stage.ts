/**
 * @module A cluster that the Service Binding Operator has left, and Cleat put in its place by the guide.
 */
import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { dig, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { type Balancer, startBalancer } from '../balancer.ts';
import { provideProgram } from '../cluster/assets.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { startControllerManager } from '../cluster/controller-manager.ts';
import { readManifests } from '../cluster/manifest.ts';
import { type ObjectRef, refOf } from '../cluster/objects.ts';
import { freePort } from '../cluster/processes.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { conditionOf } from '../conditions.ts';
import { MUTATING, QUICK, VALIDATING } from '../installation/installed.ts';
import { type Guide, openGuide } from '../migration/guide.ts';
import { type Replica, startReplica, untilReady } from '../replica.ts';
import { CRON_JOB_MAPPING, SOURCE } from './left-objects.ts';
import { operatorKinds, operatorProgram } from './operator-release.ts';

const APP_CONFIGS: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'appconfigs.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'AppConfig', listKind: 'AppConfigList', plural: 'appconfigs', singular: 'appconfig' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const APP_CONFIG_ROLE: JsonObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'app-configs', labels: { 'servicebinding.io/controller': 'true' } },
  rules: [
    {
      apiGroups: ['example.com'],
      resources: ['appconfigs'],
      verbs: ['get', 'list', 'watch', 'update', 'patch'],
    },
  ],
};

export interface Takeover {
  readonly cluster: ControlPlane;
  readonly guide: Guide;
  replica(): Replica;
  /** The object, which has to be there. */
  get(ref: ObjectRef): Promise<JsonObject>;
  /** Until the Deployments have been rolled out as far as anybody would. */
  settled(): Promise<void>;
  /** By the guide: the installation, and one replica of it. */
  install(): Promise<void>;
  /** Another replica instead of the one that runs. */
  restart(): Promise<void>;
  /** The binding, once its Ready is as wanted and speaks of what it is now. */
  untilReady(ref: ObjectRef, status?: string): Promise<JsonObject>;
  /** All states that an object has had since then, in their order. */
  statesSince(before: JsonObject): Promise<readonly JsonObject[]>;
  close(): Promise<void>;
}

/** Nobody runs Pods here: nothing rolls out, and webhooks are led to the replica instead of the Service. */
const WITHOUT_PODS = (script: string): string => script.replaceAll('rollout status', 'get');

async function leadWebhooks(cluster: ControlPlane, port: number): Promise<void> {
  for (const ref of [MUTATING, VALIDATING]) {
    const webhooks = dig(await cluster.get(ref), 'webhooks');
    assert.ok(Array.isArray(webhooks));
    const operations = (webhooks as readonly Json[]).map((webhook, index) => {
      const url = `https://127.0.0.1:${port}${textOf(dig(webhook, 'clientConfig', 'service', 'path'))}`;
      return { op: 'replace', path: `/webhooks/${index}/clientConfig`, value: { url } };
    });
    await cluster.patch(ref, operations);
  }
}

function isObserved(object: JsonObject): boolean {
  return dig(object, 'status', 'observedGeneration') === dig(object, 'metadata', 'generation');
}

/** Opens it with what the operator installs; what it leaves of bindings is written by the tests. */
export async function openTakeover(): Promise<Takeover> {
  const cluster = await startControlPlane(QUICK);
  let balancer: Balancer | undefined;
  let replica: Replica | undefined;
  const close = async (): Promise<void> => {
    await balancer?.close();
    await cluster.stop();
  };
  const get: Takeover['get'] = async (ref) => {
    const object = await cluster.get(ref);
    assert.ok(object, `${ref.kind} ${ref.name} is gone`);
    return object;
  };
  try {
    const guide = await openGuide('docs/apis/service-binding-operator.md', cluster);
    await symlink(join(process.cwd(), 'manifests'), join(cluster.directory, 'manifests'));
    await startControllerManager(cluster, await provideProgram('kube-controller-manager'));
    const port = await freePort();
    balancer = await startBalancer(port);
    for (const namespace of ['shop', 'data']) await cluster.createNamespace(namespace);
    const samples = (await readManifests('manifests/samples/1-kinds.yaml')).map((object) =>
      object['kind'] === 'ClusterWorkloadResourceMapping'
        ? { ...object, apiVersion: 'servicebinding.io/v1beta1' }
        : object,
    );
    await cluster.apply(...(await operatorKinds()), ...operatorProgram());
    await cluster.apply(...samples, CRON_JOB_MAPPING, APP_CONFIGS, APP_CONFIG_ROLE, SOURCE);
    const startCleat = async (): Promise<void> => {
      replica = await startReplica(cluster, {
        kubeconfig: await cluster.kubeconfigFor({ namespace: 'cleat-system', name: 'cleat' }),
        namespace: 'cleat-system',
        certSecret: 'cleat-certificates',
      });
      await untilReady(replica);
      balancer?.set([replica.port]);
    };
    return {
      cluster,
      guide,
      get,
      close,
      replica: () => {
        assert.ok(replica, 'Cleat was not started');
        return replica;
      },
      async settled() {
        await waitFor('the Deployments to have their ReplicaSets', async () => {
          const deployments = await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
          return deployments.every(isObserved);
        });
      },
      async install() {
        await guide.follow('4. Install Cleat with both components', WITHOUT_PODS);
        await leadWebhooks(cluster, port);
        await startCleat();
      },
      async restart() {
        await replica?.program.end('SIGTERM');
        await startCleat();
        await waitFor('it to lead', async () => await replica?.isLeader(), { timeoutMs: 60_000 });
      },
      untilReady: async (ref, status = 'True') =>
        await waitFor(
          `Ready of ${ref.name} to be ${status}`,
          async () => {
            const object = await get(ref);
            assert.equal(conditionOf(object)?.status, status, JSON.stringify(object['status']));
            assert.ok(isObserved(object), 'Cleat has not seen it yet');
            return object;
          },
          { timeoutMs: 30_000 },
        ),
      async statesSince(before) {
        const { name, ...kind } = refOf(before);
        const version = textOf(dig(before, 'metadata', 'resourceVersion'));
        const query = new URLSearchParams({
          watch: '1',
          timeoutSeconds: '1',
          fieldSelector: `metadata.name=${name}`,
          resourceVersion: version,
        });
        const path = await cluster.pathOf(kind);
        const { body } = await cluster.request('GET', `${path}?${query.toString()}`);
        const events = Array.isArray(body) ? (body as readonly Json[]) : [];
        return events.map((event) => dig(event, 'object') as JsonObject);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
