/**
 * @module Creates through a real API server, dry runs by 16 clients: what does the webhook cost its users?
 */
import { readFile } from 'node:fs/promises';
import { dig, type Json, type JsonObject } from '../../lib/api/json.ts';
import { startControlPlane, type ControlPlane } from '../cluster/control-plane.ts';
import type { Rig } from './rig.ts';
import { aDeployment, NAMESPACE } from './scene.ts';
import type { Server } from './server.ts';

const CLIENTS = 16;
const WARM_UP_SECONDS = 3;

/**
 * Each in a namespace of its own, so that nothing has to be configured anew between the slices. The patching floor
 * answers with a copy of Cleat's patch: what applying it costs the API server is not Cleat's.
 */
const WEBHOOKS = {
  none: 'bare',
  floor: 'floor',
  'patching floor': 'patching-floor',
  'no match': 'quiet',
  'one match': NAMESPACE,
} as const;
export type Webhook = keyof typeof WEBHOOKS;
export type Creates = Readonly<Record<Webhook, readonly number[]>>;

const LABEL = 'bench.cleat.dev/webhook';

/** Fails if it is not answered: what is not called must not be taken for what is fast. */
function configuration(name: string, server: Server, caBundle: string): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.bench.cleat.dev`,
        clientConfig: { url: `${server.url}/mutate`, caBundle },
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        matchPolicy: 'Equivalent',
        reinvocationPolicy: 'IfNeeded',
        timeoutSeconds: 10,
        namespaceSelector: { matchLabels: { [LABEL]: name } },
        rules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['deployments'],
            scope: 'Namespaced',
          },
        ],
      },
    ],
  };
}

interface Target {
  readonly path: string;
  readonly body: string;
}

function targetFor(webhook: Webhook): Target {
  const namespace = WEBHOOKS[webhook];
  return {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`,
    body: JSON.stringify(aDeployment(namespace)),
  };
}

async function create(cluster: ControlPlane, { path, body }: Target): Promise<Json> {
  const response = await cluster.request('POST', path, { body });
  if (response.status !== 201)
    throw new Error(`${path}: ${response.status} ${JSON.stringify(response.body)}`);
  return response.body;
}

/** Creates in a second, all clients together. */
async function slice(cluster: ControlPlane, webhook: Webhook, seconds: number): Promise<number> {
  const target = targetFor(webhook);
  const start = performance.now();
  const isOver = (): boolean => performance.now() - start >= seconds * 1000;
  let count = 0;
  const client = async (): Promise<void> => {
    for (; !isOver(); count += 1) await create(cluster, target);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return count / ((performance.now() - start) / 1000);
}

/** Until each webhook is called: a new configuration takes the API server a moment. */
async function becomeActive(cluster: ControlPlane, floor: Server): Promise<void> {
  const isBound = (webhook: Webhook) => async (): Promise<boolean> =>
    JSON.stringify(dig(await create(cluster, targetFor(webhook)), 'spec')).includes('servicebinding-');
  const usesFloor = async (): Promise<boolean> => {
    const before = floor.cpu();
    for (let sent = 0; sent < 200; sent += 1) await create(cluster, targetFor('floor'));
    return floor.cpu() > before;
  };
  for (const isActive of [isBound('one match'), isBound('patching floor'), usesFloor]) {
    for (let attempt = 0; !(await isActive()); attempt += 1) {
      if (attempt === 100) throw new Error('the API server does not call the webhook');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export interface CreateOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/** In rounds, as the CPU time is measured; creates in a second, for each round. */
export async function measureCreates(rig: Rig, options: CreateOptions): Promise<Creates> {
  await using cluster = await startControlPlane();
  await using floor = await rig.startFloor();
  await using cleat = await rig.startCleat('one match');
  await using patching = await rig.startFloor(await rig.patchOf(cleat));
  for (const [webhook, namespace] of Object.entries(WEBHOOKS)) {
    const label = webhook.endsWith('match') ? 'cleat' : namespace;
    await cluster.createNamespace(namespace, { [LABEL]: label });
  }
  const caBundle = (await readFile(rig.caFile)).toString('base64');
  await cluster.apply(
    configuration('floor', floor, caBundle),
    configuration('patching-floor', patching, caBundle),
    configuration('cleat', cleat, caBundle),
  );
  await becomeActive(cluster, floor);

  const taken: Record<Webhook, number[]> = {
    none: [],
    floor: [],
    'patching floor': [],
    'no match': [],
    'one match': [],
  };
  const webhooks = Object.keys(WEBHOOKS) as Webhook[];
  for (const webhook of webhooks) await slice(cluster, webhook, WARM_UP_SECONDS);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const webhook of round % 2 === 0 ? webhooks : webhooks.toReversed()) {
      taken[webhook].push(await slice(cluster, webhook, options.seconds));
    }
    const last = webhooks.map((webhook) => `${webhook} ${taken[webhook].at(-1)?.toFixed(0)}/s`);
    options.log(`  round ${round + 1} of ${options.rounds}: ${last.join(' | ')}`);
  }
  return taken;
}
