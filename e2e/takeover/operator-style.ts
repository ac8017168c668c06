/**
 * @module What the Service Binding Operator 1.4 writes: into Pod templates, into Secrets and into the status of bindings.
 * Made by its own rules, not by the code under test.
 */
import { createHash } from 'node:crypto';
import { dig, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';

export const FINALIZER = 'finalizer.servicebinding.openshift.io';

/** Where a kind keeps what is written into. */
export interface Places {
  readonly containers: readonly (readonly string[])[];
  readonly env: string;
  readonly mounts: string;
  readonly volumes: readonly string[];
  readonly secret?: readonly string[];
}

const podSpec = (...path: readonly string[]): Places => ({
  containers: [
    [...path, 'containers'],
    [...path, 'initContainers'],
  ],
  env: 'env',
  mounts: 'volumeMounts',
  volumes: [...path, 'volumes'],
});

export const TEMPLATE = podSpec('spec', 'template', 'spec');
export const CRON_JOB = podSpec('spec', 'jobTemplate', 'spec', 'template', 'spec');
/** As the sample's mapping has it. */
export const WORKER: Places = {
  containers: [['spec', 'tasks']],
  env: 'environment',
  mounts: 'mounts',
  volumes: ['spec', 'storage'],
};
/** What `bindingPath` adds to the default places. */
export const APP_CONFIG: Places = {
  ...TEMPLATE,
  containers: [...TEMPLATE.containers, ['spec', 'spec', 'containers']],
  secret: ['spec', 'spec', 'secret'],
};

export interface Injection {
  /** The directory, and the volume. */
  readonly name: string;
  readonly secret: string;
  readonly bindAsFiles?: boolean;
  /** `spec.env` of a binding of the specification. */
  readonly env?: readonly JsonObject[];
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const isNamed =
  (name: string) =>
  (entry: Json): boolean =>
    dig(entry, 'name') === name;

function edit(
  object: JsonObject,
  [key = '', ...rest]: readonly string[],
  change: (old: Json | undefined) => Json,
): JsonObject {
  const old = object[key];
  return {
    ...object,
    [key]: rest.length === 0 ? change(old) : edit(isObject(old) ? old : {}, rest, change),
  };
}

/** In place of what has the name, else at the end. */
function put(entries: readonly Json[], entry: JsonObject): readonly Json[] {
  const isSame = isNamed(textOf(entry['name']));
  return entries.some(isSame) ? entries.map((old) => (isSame(old) ? entry : old)) : [...entries, entry];
}

function asVariables(container: JsonObject, { secret }: Injection): JsonObject {
  const others = list(container['envFrom']).filter((entry) => dig(entry, 'secretRef', 'name') !== secret);
  return { ...container, envFrom: [...others, { secretRef: { name: secret } }] };
}

function asFiles(container: JsonObject, { name }: Injection, { env, mounts }: Places): JsonObject {
  const variables = list(container[env]);
  const root = variables.find(isNamed('SERVICE_BINDING_ROOT'));
  const value = root === undefined ? '/bindings' : textOf(dig(root, 'value'));
  return {
    ...container,
    [env]: root === undefined ? [...variables, { name: 'SERVICE_BINDING_ROOT', value }] : variables,
    [mounts]: put(list(container[mounts]), { name, mountPath: `${value}/${name}` }),
  };
}

function withEnv(container: JsonObject, { secret, env = [] }: Injection): JsonObject {
  if (env.length === 0) return container;
  const names = new Set(env.map(({ name }) => name));
  const others = list(container['env']).filter((entry) => !names.has(dig(entry, 'name')));
  const own = env.map(({ name = '', key = '' }) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  }));
  return { ...container, env: [...others, ...own] };
}

/** The workload as the operator writes it back. */
export function inject(workload: JsonObject, injection: Injection, places = TEMPLATE): JsonObject {
  const { bindAsFiles = true, name, secret } = injection;
  const bind = (container: Json): Json => {
    if (!isObject(container)) return container;
    if (!bindAsFiles) return asVariables(container, injection);
    return withEnv(asFiles(container, injection, places), injection);
  };
  const bound = places.containers
    .filter((path) => dig(workload, ...path) !== undefined)
    .reduce((object, path) => edit(object, path, (old) => list(old).map(bind)), workload);
  const named = places.secret === undefined ? bound : edit(bound, places.secret, () => secret);
  if (!bindAsFiles) return named;
  return edit(named, places.volumes, (old) => put(list(old), { name, secret: { secretName: secret } }));
}

/** SHA-256 over keys and values in the order of the keys, without anything between them. */
export function secretName(binding: string, data: Readonly<Record<string, string>>): string {
  const text = Object.entries(data)
    .sort(([a], [b]) => Number(a > b) - Number(a < b))
    .flat()
    .join('');
  return `${binding}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** The Secret that it makes for a binding as that is stored. */
export function secretOf(binding: JsonObject, data: Readonly<Record<string, string>>): JsonObject {
  const name = textOf(dig(binding, 'metadata', 'name'));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: secretName(name, data),
      namespace: textOf(dig(binding, 'metadata', 'namespace')),
      ownerReferences: [
        {
          apiVersion: textOf(binding['apiVersion']),
          kind: 'ServiceBinding',
          name,
          uid: textOf(dig(binding, 'metadata', 'uid')),
          controller: true,
        },
      ],
    },
    stringData: data,
  };
}

/** Long before any test runs. */
export const AT = '2024-01-02T03:04:05Z';

export const condition = (type: string, status: string, reason: string, message = ''): JsonObject => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: AT,
});

export const COLLECTED = condition('CollectionReady', 'True', 'DataCollected');

export const BOUND: readonly JsonObject[] = [
  COLLECTED,
  condition('InjectionReady', 'True', 'ApplicationUpdated'),
  condition('Ready', 'True', 'ApplicationsBound'),
];

const MISSING = 'cannot find application resources for the given reference';

/** The workload is not there: the Secret is. */
export const UNBOUND: readonly JsonObject[] = [
  COLLECTED,
  condition('InjectionReady', 'False', 'ApplicationNotFound', MISSING),
  condition('Ready', 'False', 'ProcessingError', MISSING),
];

/** Neither name nor selector. */
export const SECRET_ONLY: readonly JsonObject[] = [
  COLLECTED,
  condition('InjectionReady', 'False', 'EmptyApplication'),
  condition('Ready', 'True', 'ApplicationsBound'),
];

/** The last who edited the binding, without any proof. */
export const REQUESTER: JsonObject = {
  'servicebinding.io/requester': JSON.stringify({
    username: 'kube:admin',
    uid: '6b5f2e9c-7a35-4b8e-9df3-0c9b7f0e2a11',
    groups: ['system:masters', 'system:authenticated'],
    extra: { 'scopes.authorization.openshift.io': ['user:full'] },
  }),
};
