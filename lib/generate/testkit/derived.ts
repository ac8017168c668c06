/**
 * @module Worlds of objects for tests of how Secrets are made: what there is, what may not be read, and what is made.
 */
import { dig, type JsonObject, textOf } from '../../api/json.ts';
import { isOwnedBy } from '../../api/owners.ts';
import { groupVersion } from '../../api/kinds.ts';
import type { Binding, BoundService, Derivation } from '../../binding/binding.ts';
import { frozen } from '../../testkit/freeze.ts';
import { decodeBase64 } from '../base64.ts';
import { drive } from '../drive.ts';
import { generate } from '../generate.ts';
import type { Generated, Generation, SourceReference, SourceState } from '../generation.ts';

export const UID = '7a0f4a52-2d1c-4f0e-8a4b-5f6f0a1f0001';

/** Binds Database ns/db as the Service Binding Operator's own API does with files. */
export function aBinding({
  derivation = {},
  ...override
}: Partial<Omit<Binding, 'derivation'>> & { readonly derivation?: Partial<Derivation> } = {}): Binding {
  return {
    type: { group: 'binding.operators.coreos.com', version: 'v1alpha1', kind: 'ServiceBinding' },
    name: 'my-binding',
    namespace: 'ns',
    uid: 'b0000000-0000-4000-8000-000000000001',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    deleting: false,
    services: [DATABASE],
    workload: { group: 'apps', version: 'v1', kind: 'Deployment', target: { nothing: true } },
    containers: undefined,
    directory: 'my-binding',
    overrides: {},
    env: [],
    style: 'secret-volume',
    mappedBy: 'ClusterWorkloadResourceMapping',
    needsPodSpec: false,
    paths: {},
    publishedSecret: undefined,
    succession: undefined,
    formerSecret: undefined,
    reporting: 'operator',
    ...override,
    derivation: {
      when: 'always',
      ownedResources: false,
      naming: undefined,
      mappings: [],
      entries: {},
      secretType: 'Opaque',
      olderSpellings: false,
      crossesNamespaces: true,
      ...derivation,
    },
  };
}

export const DATABASE: BoundService = {
  group: 'example.com',
  version: 'v1',
  kind: 'Database',
  namespace: 'ns',
  name: 'db',
};

export const SECRET_SERVICE: BoundService = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  namespace: 'ns',
  name: 'db-cred',
};

/** The service of the worked examples. */
export function aDatabase(annotations: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Database',
    metadata: { name: 'db', namespace: 'ns', uid: UID, annotations },
    spec: {
      host: 'db.example',
      port: 5432,
      tags: ['x', 'y'],
      limits: { cpu: 2, mem: '4Gi' },
      conns: [
        { type: 'primary', url: 'p.example', weight: 1 },
        { type: 'replica', url: 'r.example' },
      ],
    },
    status: { cred: 'db-cred', conf: 'db-conf', ready: true },
    ...more,
  };
}

export function aSecret(data: Readonly<Record<string, string>>, override: JsonObject = {}): JsonObject {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)]));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db-cred', namespace: 'ns' },
    data: encoded,
    ...override,
  };
}

export function aConfigMap(data: JsonObject, override: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'db-conf', namespace: 'ns' },
    data,
    ...override,
  };
}

/** What an object of the worked examples' service owns. */
export function owned(name: string, owner: string = UID): JsonObject {
  return {
    name,
    namespace: 'ns',
    ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Database', name: 'db', uid: owner }],
  };
}

export function aDefinition(annotations: JsonObject = {}, override: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'databases.example.com', annotations },
    spec: {
      group: 'example.com',
      names: { kind: 'Database', plural: 'databases' },
      versions: [{ name: 'v1', served: true, storage: true }],
    },
    ...override,
  };
}

export const CREDENTIALS = aSecret({ user: 'admin', pass: 's3cr3t' });
export const CONFIGURATION = aConfigMap({ timeout: '10s', mode: 'ha' });

function isDefinitionOf(
  object: JsonObject,
  { group, kind, resource }: { group: string; kind: string; resource?: string },
): boolean {
  return (
    object['kind'] === 'CustomResourceDefinition' &&
    dig(object, 'spec', 'group') === group &&
    (resource === undefined
      ? dig(object, 'spec', 'names', 'kind') === kind
      : dig(object, 'spec', 'names', 'plural') === resource)
  );
}

function isOf(object: JsonObject, source: Exclude<SourceReference, { source: 'descriptors' }>): boolean {
  if (source.source === 'definition') return isDefinitionOf(object, source);
  const { group, version } = groupVersion(textOf(object['apiVersion']));
  const isKind =
    source.source === 'object' && source.kind === ''
      ? `${textOf(object['kind']).toLowerCase()}s` === source.resource
      : object['kind'] === source.kind;
  if (group !== source.group || version !== source.version || !isKind) return false;
  if (dig(object, 'metadata', 'namespace') !== source.namespace) return false;
  if (source.source === 'object') return dig(object, 'metadata', 'name') === source.name;
  return isOwnedBy(object, source.owner);
}

/** Answers from the objects that there are. */
export function readerOf(objects: readonly JsonObject[]): (source: SourceReference) => SourceState {
  return (source) => {
    const found =
      source.source === 'descriptors'
        ? objects.filter(
            (object) =>
              object['kind'] === 'ClusterServiceVersion' &&
              dig(object, 'metadata', 'namespace') === source.namespace,
          )
        : objects.filter((object) => isOf(object, source));
    return found.length > 0 ? { state: 'found', objects: found } : { state: 'absent' };
  };
}

export function made(binding: Binding, ...objects: readonly JsonObject[]): Generation {
  return drive(generate(frozen(binding)), readerOf(objects.map(frozen)));
}

/** How often there is a pause. */
export function pausesOf(...args: Parameters<typeof made>): {
  readonly pauses: number;
  readonly generation: Generation;
} {
  const [from, ...objects] = args;
  const read = readerOf(objects);
  const making = generate(from);
  let pauses = 0;
  let step = making.next();
  while (step.done !== true) {
    const demand = step.value;
    const states: readonly SourceState[] = demand.demand === 'read' ? demand.sources.map(read) : [];
    if (demand.demand === 'pause') pauses += 1;
    step = making.next(states);
  }
  return { pauses, generation: step.value };
}

/** The items of the Secret as text; what else came of it as a word, with the stage of a failure. */
export function itemsOf({ generated }: Generation): Readonly<Record<string, string>> | string {
  if (generated.outcome === 'failed') return `failed: ${generated.failure.stage}`;
  if (generated.outcome === 'make') return decodedData(generated);
  return generated.outcome;
}

export function decodedData({
  data,
}: Extract<Generated, { outcome: 'make' }>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...data].map(([key, value]) => [key, new TextDecoder().decode(decodeBase64(value))]),
  );
}

export function messageOf({ generated }: Generation): string {
  return generated.outcome === 'failed' ? generated.failure.message : '';
}

/** The items that one annotation of the worked examples' service gives, as a file each. */
export function annotated(annotations: JsonObject, derivation: Partial<Derivation> = {}): Generation {
  return made(aBinding({ derivation }), aDatabase(annotations), CREDENTIALS, CONFIGURATION);
}
