/**
 * @module Deployments and ServiceBindings by the thousand, made, counted and deleted through the API server.
 */
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { inParallel } from '../../server/controller/in-parallel.ts';
import { aDeployment } from './scene.ts';

const PER_NAMESPACE = 1_000;
const CLIENTS = 16;
const PAGE = 500;

const APPS = '/apis/apps/v1';

const namespaceOf = (index: number): string => `herd-${Math.floor(index / PER_NAMESPACE)}`;

function aWorkload(index: number, name: string): JsonObject {
  const deployment = aDeployment(namespaceOf(index));
  const { metadata, spec } = deployment;
  const labels = dig(metadata, 'labels');
  return {
    ...deployment,
    metadata: {
      name,
      namespace: namespaceOf(index),
      labels: { ...(isObject(labels) ? labels : {}), app: name },
    },
    spec: { ...(isObject(spec) ? spec : {}), replicas: 0 },
  };
}

const secretOf = (name: string): string => `${name}-secret`;

/** An API in which bindings are written. */
export interface Family {
  readonly apiVersion: string;
  readonly specOf: (index: number, name: string) => JsonObject;
}

/** Every tenth finds its workload by a label. */
export const SPECIFIED: Family = {
  apiVersion: 'servicebinding.io/v1',
  specOf(index, name) {
    const target = index % 10 === 9 ? { selector: { matchLabels: { app: name } } } : { name };
    return {
      service: { apiVersion: 'v1', kind: 'Secret', name: secretOf(name) },
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', ...target },
      env: [{ name: 'DATABASE_URL', key: 'url' }],
    };
  },
};

/** Each has a Secret of its own, made from that of its service. */
export const OPERATOR: Family = {
  apiVersion: 'binding.operators.coreos.com/v1alpha1',
  specOf(index, name) {
    const target = index % 10 === 9 ? { labelSelector: { matchLabels: { app: name } } } : { name };
    return {
      services: [{ group: '', version: 'v1', kind: 'Secret', name: secretOf(name) }],
      application: { group: 'apps', version: 'v1', resource: 'deployments', ...target },
      mappings: [{ name: 'address', value: '{{ .host }}:{{ .port }}' }],
    };
  },
};

const bindingsPath = ({ apiVersion }: Family): string => `/apis/${apiVersion}`;

function aSecret(index: number, name: string): JsonObject {
  const entries = { type: 'postgresql', host: 'db', port: '5432', username: name, url: 'postgresql://db' };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretOf(name), namespace: namespaceOf(index) },
    stringData: entries,
  };
}

/** Numbers from `from` to before `to`; each number is one binding and its workload, of the same name. */
export interface Numbers {
  readonly from: number;
  readonly to: number;
  /** Of the names. */
  readonly prefix: string;
}

const indexesOf = ({ from, to }: Numbers): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

export const namespacesOf = (numbers: Numbers): readonly string[] => [
  ...new Set(indexesOf(numbers).map(namespaceOf)),
];

async function create(cluster: ControlPlane, path: string, body: JsonObject): Promise<void> {
  const response = await cluster.request('POST', path, { body });
  if (response.status !== 201)
    throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(response.body)}`);
}

export async function createWorkloads(cluster: ControlPlane, numbers: Numbers): Promise<void> {
  for (const namespace of namespacesOf(numbers)) await cluster.createNamespace(namespace);
  await inParallel(CLIENTS, indexesOf(numbers), async (index) => {
    const path = `${APPS}/namespaces/${namespaceOf(index)}/deployments`;
    await create(cluster, path, aWorkload(index, `${numbers.prefix}-${index}`));
  });
}

/** Those that the bindings name. */
export async function createSecrets(cluster: ControlPlane, numbers: Numbers): Promise<void> {
  await inParallel(CLIENTS, indexesOf(numbers), async (index) => {
    const path = `/api/v1/namespaces/${namespaceOf(index)}/secrets`;
    await create(cluster, path, aSecret(index, `${numbers.prefix}-${index}`));
  });
}

export async function createBindings(
  cluster: ControlPlane,
  numbers: Numbers,
  family = SPECIFIED,
): Promise<void> {
  const { apiVersion, specOf } = family;
  await inParallel(CLIENTS, indexesOf(numbers), async (index) => {
    const [namespace, name] = [namespaceOf(index), `${numbers.prefix}-${index}`];
    const spec = specOf(index, name);
    const binding = { apiVersion, kind: 'ServiceBinding', metadata: { name, namespace }, spec };
    await create(cluster, `${bindingsPath(family)}/namespaces/${namespace}/servicebindings`, binding);
  });
}

/** In all namespaces at once, as fast as the API server can. */
export async function deleteBindings(
  cluster: ControlPlane,
  numbers: Numbers,
  family = SPECIFIED,
): Promise<void> {
  await inParallel(CLIENTS, namespacesOf(numbers), async (namespace) => {
    const path = `${bindingsPath(family)}/namespaces/${namespace}/servicebindings`;
    for (let status = 504; status === 504;) {
      const response = await cluster.request('DELETE', path);
      ({ status } = response); // 504: it took more than a minute
      if (status !== 200 && status !== 504)
        throw new Error(`DELETE ${path}: ${status} ${JSON.stringify(response.body)}`);
    }
  });
}

async function count(cluster: ControlPlane, path: string, counts: (item: Json) => boolean): Promise<number> {
  let [found, next] = [0, ''];
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(next === '' ? {} : { continue: next }) });
    const { body } = await cluster.request('GET', `${path}?${query.toString()}`);
    const items = dig(body, 'items');
    if (!isList(items)) throw new Error(`GET ${path}: ${JSON.stringify(body).slice(0, 300)}`);
    found += items.filter(counts).length;
    next = textOf(dig(body, 'metadata', 'continue'));
  } while (next !== '');
  return found;
}

function isReady(binding: Json): boolean {
  const conditions = dig(binding, 'status', 'conditions');
  const generation = dig(binding, 'metadata', 'generation');
  // The operator's API has none; its bindings are never changed here.
  if ((dig(binding, 'status', 'observedGeneration') ?? generation) !== generation) return false;
  return (
    isList(conditions) &&
    conditions.some((each) => dig(each, 'type') === 'Ready' && dig(each, 'status') === 'True')
  );
}

/** Whether anything of a projection stands in it. */
function isBound(workload: Json): boolean {
  const parts = [dig(workload, 'metadata', 'annotations'), dig(workload, 'spec')];
  return parts.some((part) => /projector\.|servicebinding-/.test(JSON.stringify(part ?? null)));
}

export const countBindings = async (cluster: ControlPlane, family = SPECIFIED): Promise<number> =>
  await count(cluster, `${bindingsPath(family)}/servicebindings`, () => true);
export const countReady = async (cluster: ControlPlane, family = SPECIFIED): Promise<number> =>
  await count(cluster, `${bindingsPath(family)}/servicebindings`, isReady);
export const countBound = async (cluster: ControlPlane): Promise<number> =>
  await count(cluster, `${APPS}/deployments`, isBound);
