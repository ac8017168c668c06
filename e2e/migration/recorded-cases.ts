/**
 * @module Bindings and workloads as servicebinding/runtime leaves them on a cluster, from the recorded cases.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { dig, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { refOf } from '../cluster/objects.ts';
import { inNamespace } from '../installation/installed.ts';

export const FINALIZER = 'servicebinding.io/finalizer';

/** One recorded projection: workload and bindings in, `want` out. */
export interface Recorded {
  readonly case: string;
  readonly workload: JsonObject;
  readonly bindings: readonly JsonObject[];
  readonly mapping: JsonObject | null;
  readonly resource: { readonly group: string; readonly resource: string; readonly version: string };
  readonly want: JsonObject;
}

const RECORDED = new URL('../../lib/project/testdata/runtime-cases.jsonl.gz', import.meta.url);

/** So many of each kind that can be changed once it exists, all of a kind with the same mapping. */
export function recordedCases(ofEachKind: number): readonly Recorded[] {
  const lines = gunzipSync(readFileSync(RECORDED)).toString('utf8').split('\n');
  const all = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
  const kinds = ['deployments', 'statefulsets', 'daemonsets', 'cronjobs', 'apps', 'runtimecomponents'];
  return kinds.flatMap((resource) => {
    const bound = all.filter((each) => each.resource.resource === resource && isBound(each));
    const mapping = JSON.stringify(bound[0]?.mapping);
    return bound.filter((each) => JSON.stringify(each.mapping) === mapping).slice(0, ofEachKind);
  });
}

const isBound = ({ want }: Recorded): boolean =>
  JSON.stringify(want).includes('projector.servicebinding.io/secret-');

/** A kind of workloads that Kubernetes does not bring, and the role by which people let others use it. */
export function customKind({ resource, workload }: Recorded): readonly JsonObject[] {
  const { group, resource: plural, version } = resource;
  const kind = textOf(workload['kind']);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: plural, labels: { 'servicebinding.io/controller': 'true' } },
      rules: [
        { apiGroups: [group], resources: [plural], verbs: ['get', 'list', 'watch', 'update', 'patch'] },
      ],
    },
  ];
}

const list = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

/** The Pod spec with the volumes that its containers mount, which the recorded cases leave out. */
function wholePodSpec(spec: JsonObject): JsonObject {
  const present = list(spec['volumes']);
  const containers = [...list(spec['initContainers']), ...list(spec['containers'])];
  const mounted = containers.flatMap(({ volumeMounts }) =>
    list(volumeMounts).map(({ name }) => textOf(name)),
  );
  const missing = [...new Set(mounted)].filter((name) => present.every((volume) => volume['name'] !== name));
  return { ...spec, volumes: [...missing.map((name) => ({ name, emptyDir: {} })), ...present] };
}

/** A recorded workload with what the API server asks for besides; nothing of it is to run. */
export function whole(workload: JsonObject): JsonObject {
  const spec = workload['spec'] as JsonObject;
  const template = dig(spec, 'template') ?? dig(spec, 'jobTemplate', 'spec', 'template');
  if (!isObject(template)) return workload;
  const podSpec = wholePodSpec(template['spec'] as JsonObject);
  if (workload['kind'] === 'CronJob') {
    const pod = { ...template, spec: { ...podSpec, restartPolicy: 'Never' } };
    const jobTemplate = { ...(spec['jobTemplate'] as JsonObject), spec: { template: pod } };
    return { ...workload, spec: { ...spec, schedule: '@yearly', suspend: true, jobTemplate } };
  }
  const selector = { matchLabels: dig(template, 'metadata', 'labels') ?? {} };
  const replicas = workload['kind'] === 'DaemonSet' ? {} : { replicas: 0 };
  const service = workload['kind'] === 'StatefulSet' ? { serviceName: 'a' } : {};
  return {
    ...workload,
    spec: { ...spec, ...replicas, ...service, selector, template: { ...template, spec: podSpec } },
  };
}

const CONDITIONS = {
  Ready: 'ServiceBound',
  ServiceAvailable: 'ResolvedBindingSecret',
  WorkloadProjected: 'WorkloadProjected',
} as const;

/** The status that it writes: without messages, in the order of the types, a failure being Unknown. */
function statusOf(secret: string, found: boolean): JsonObject {
  const conditions = Object.entries(CONDITIONS).map(([type, reason]) => ({
    type,
    status: found || type === 'ServiceAvailable' ? 'True' : 'Unknown',
    reason: found || type === 'ServiceAvailable' ? reason : 'WorkloadNotFound',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  }));
  return { binding: { name: secret }, conditions, observedGeneration: 1 };
}

export const isTargetThere = ({ bindings, workload }: Recorded, index: number): boolean =>
  [undefined, dig(workload, 'metadata', 'name')].includes(dig(bindings[index], 'spec', 'workload', 'name'));

/** Writes a binding as it stands there after runtime has seen it; returns what is stored. */
export async function leaveBinding(
  cluster: ControlPlane,
  binding: JsonObject,
  found = true,
): Promise<JsonObject> {
  const { uid: _, generation: __, ...metadata } = binding['metadata'] as JsonObject;
  const { status: ___, ...rest } = binding;
  const stored = await cluster.create({
    ...rest,
    apiVersion: 'servicebinding.io/v1beta1',
    metadata: { ...metadata, finalizers: [FINALIZER] },
  });
  const secret =
    textOf(dig(binding, 'status', 'binding', 'name')) || textOf(dig(binding, 'spec', 'service', 'name'));
  await cluster.patch(refOf(stored), { status: statusOf(secret, found) }, { subresource: 'status' });
  return stored;
}

/** In the order that it would have written: what it projects is sorted by name, and the names have changed. */
function sorted(value: Json): Json {
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
  if (!Array.isArray(value)) return value;
  const items = (value as readonly Json[]).map(sorted);
  const nameOf = (item: Json): string => textOf(dig(item, 'name'));
  const isProjected = (item: Json): boolean => nameOf(item).startsWith('servicebinding-');
  const projected = items
    .filter(isProjected)
    .sort((a, b) => Number(nameOf(a) > nameOf(b)) - Number(nameOf(a) < nameOf(b)));
  return items.map((item) => (isProjected(item) ? (projected.shift() ?? item) : item));
}

/** Writes a recorded case into a namespace of its name; returns the workload as it is stored. */
export async function leaveCase(cluster: ControlPlane, recorded: Recorded): Promise<JsonObject> {
  await cluster.createNamespace(recorded.case);
  let text = JSON.stringify(whole(recorded.want));
  for (const [index, binding] of recorded.bindings.entries()) {
    const found = isTargetThere(recorded, index);
    const stored = await leaveBinding(cluster, inNamespace(recorded.case, binding), found);
    text = text.replaceAll(textOf(dig(binding, 'metadata', 'uid')), textOf(dig(stored, 'metadata', 'uid')));
  }
  return await cluster.create(
    inNamespace(recorded.case, sorted(JSON.parse(text) as JsonObject) as JsonObject),
  );
}

/** Without what an API server does not tell apart, and without the variable that stays when a binding goes. */
export function essence(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[])
      .filter((item) => dig(item, 'name') !== 'SERVICE_BINDING_ROOT')
      .map((item) => essence(item) ?? {});
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value === '' ? undefined : value;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const kept = essence(member);
    return kept === undefined ? [] : [[key, kept]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
