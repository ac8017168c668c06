/**
 * @module Installing with kubectl and helm, and what happens to an installation afterwards: what the leader and the control
 * plane write into it.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dig, type Json, type JsonObject } from '../../lib/api/json.ts';
import { installFile } from '../../tools/manifests.ts';
import { provideProgram, type ProgramName } from '../cluster/assets.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import type { ObjectRef } from '../cluster/objects.ts';

const run = promisify(execFile);
const CA = Buffer.from('-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n').toString('base64');
const ADMISSION = 'admissionregistration.k8s.io/v1';

export const SELF_SIGNED = installFile('self-signed');
export const MUTATING: ObjectRef = {
  apiVersion: ADMISSION,
  kind: 'MutatingWebhookConfiguration',
  name: 'cleat',
};
export const VALIDATING: ObjectRef = {
  apiVersion: ADMISSION,
  kind: 'ValidatingWebhookConfiguration',
  name: 'cleat',
};
export const CLEAT: ObjectRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'cleat-system',
  name: 'cleat',
};
const SECRET: ObjectRef = {
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: 'cleat-system',
  name: 'cleat-certificates',
};
const AGGREGATED: ObjectRef = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  name: 'cleat-controller',
};
const RULE: JsonObject = {
  apiGroups: ['apps'],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
  scope: 'Namespaced',
};

/** A Service without endpoints refuses at once: by its address, which leads nowhere, each call would take 5 s. */
export const QUICK = { apiServerArgs: ['--enable-aggregator-routing=true'] };

export async function call(
  program: ProgramName,
  cluster: ControlPlane,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  return await run(await provideProgram(program), ['--kubeconfig', cluster.kubeconfig, ...args], {
    maxBuffer: 16 * 1024 * 1024,
    // What is known of an API server is kept by address: a later one may have the same.
    env: { ...process.env, KUBECACHEDIR: join(cluster.directory, 'kubectl') },
  });
}

/** Does what the leader, and the control plane, do to what was installed. */
export async function lead(cluster: ControlPlane): Promise<void> {
  const webhook = (index: number, withRules: boolean): readonly Json[] => [
    { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: CA },
    ...(withRules ? [{ op: 'add', path: `/webhooks/${index}/rules`, value: [RULE] }] : []),
  ];
  await cluster.patch(MUTATING, [...webhook(0, true), ...webhook(1, true)]);
  await cluster.patch(VALIDATING, webhook(0, false));
  await cluster.patch(SECRET, { data: { 'ca.crt': CA } });
  await cluster.applyAs('clusterrole-aggregation-controller', {
    apiVersion: AGGREGATED.apiVersion,
    kind: AGGREGATED.kind,
    metadata: { name: AGGREGATED.name },
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }],
  });
}

/** What others than the installer have written. */
export async function writtenByOthers(cluster: ControlPlane): Promise<readonly Json[]> {
  const webhooks = async (ref: ObjectRef): Promise<readonly Json[]> =>
    (dig(await cluster.get(ref), 'webhooks') as readonly JsonObject[]).map((webhook) => [
      webhook['rules'] ?? null,
      dig(webhook, 'clientConfig', 'caBundle') ?? null,
    ]);
  return [
    await webhooks(MUTATING),
    await webhooks(VALIDATING),
    dig(await cluster.get(SECRET), 'data') ?? null,
    dig(await cluster.get(AGGREGATED), 'rules') ?? null,
  ];
}

/** The same object elsewhere. */
export function inNamespace(namespace: string, object: JsonObject): JsonObject {
  return { ...object, metadata: { ...(object['metadata'] as JsonObject), namespace } };
}
