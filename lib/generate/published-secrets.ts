/**
 * @module Secrets that are taken whole: those that services publish in `.status.binding.name`, and those that are
 * services themselves.
 */
import { dig, type JsonObject } from '../api/json.ts';
import { SECRET } from '../api/kinds.ts';
import { builtIn, definitionTitle, stepsPerService, type Annotations } from './annotations.ts';
import type { Collection } from './collection.ts';
import { secretEntries, type Entries } from './contents.ts';
import { isMarkedProvisioned } from './definition.ts';
import { describeObject, fail, failDenied } from './failure.ts';
import type { SourceState } from './generation.ts';
import { isObjectName } from '../api/object-name.ts';
import { objectSource, type Making, type Reader } from './reader.ts';
import type { Service } from './service.ts';
import type { Work } from './work.ts';

/** A Secret that gave all it has. */
export interface SecretSource {
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly entries: Entries;
}

export interface Collecting {
  readonly reader: Reader;
  readonly collection: Collection;
  readonly older: boolean;
  readonly annotations: Annotations;
  readonly work: Work;
}

/** First those that are published, then those that are referenced, both in the order of the services. */
export function* collectSecrets(
  services: readonly Service[],
  collecting: Collecting,
): Making<readonly SecretSource[]> {
  const { collection, annotations } = collecting;
  const published = yield* collectPublished(services, collecting);
  const direct: SecretSource[] = [];
  for (const service of services) {
    if (!service.isSecret || (yield* annotations.of(service)).length > 0) continue;
    direct.push(take(service.object, { service, name: service.name, collection, rank: 'direct' }));
  }
  return [...published, ...direct];
}

function* collectPublished(
  services: readonly Service[],
  { reader, collection, older, work }: Collecting,
): Making<readonly SecretSource[]> {
  const published: { readonly service: Service; readonly name: string }[] = [];
  for (const service of services) {
    yield* work.spend(stepsPerService, 'binding');
    const name = publishedName(service, older);
    if (name !== undefined) published.push({ service, name });
  }
  const states = yield* reader.read(
    published.map(({ service, name }) => objectSource({ ...SECRET, namespace: service.namespace, name })),
  );
  return published.map(({ service, name }, index) => {
    const secret = foundSecret(service, name, states[index]);
    return take(secret, { service, name, collection, rank: 'published' });
  });
}

function foundSecret(service: Service, name: string, state: SourceState | undefined): JsonObject {
  const { namespace, title } = service;
  const secret = `${describeObject({ ...SECRET, namespace, name })}, which ${title} names in .status.binding.name,`;
  if (state?.state === 'denied') failDenied('secret', `${secret} cannot be read: ${state.message}`);
  const object = state?.state === 'found' ? state.objects[0] : undefined;
  return object ?? fail('secret', `${secret} was not found; it has to be there before it can be bound`);
}

/** Undefined where the service publishes none; empty is none yet, or none ever. */
function publishedName(service: Service, older: boolean): string | undefined {
  const name = dig(service.object, 'status', 'binding', 'name') ?? undefined;
  if (name === undefined) {
    if (isProvisioned(service, older)) {
      fail(
        'binding',
        `${service.title} has no .status.binding.name yet, where ${definitionTitle(service)} says that it names its Secret; wait for its operator to set it`,
      );
    }
    return undefined;
  }
  if (typeof name !== 'string')
    fail('binding', `${service.title}: .status.binding.name is no text; it has to name a Secret`);
  if (name === '') return undefined;
  if (!isObjectName(name))
    fail('binding', `${service.title}: .status.binding.name is no name that a Secret can have`);
  return name;
}

function isProvisioned(service: Service, older: boolean): boolean {
  const { definition } = service;
  return (
    (definition !== undefined && isMarkedProvisioned(definition)) ||
    (builtIn(service, older)?.provisioned ?? false)
  );
}

interface Taking {
  readonly service: Service;
  readonly name: string;
  readonly collection: Collection;
  readonly rank: string;
}

function take(secret: JsonObject, { service, name, collection, rank }: Taking): SecretSource {
  const { namespace } = service;
  const title = describeObject({ ...SECRET, namespace, name });
  const entries = secretEntries(secret, { title, stage: 'secret' }) ?? new Map<string, Uint8Array>();
  collection.addAll(entries, { service, rank, key: name, bindAs: undefined, isHidden: false });
  const type = dig(secret, 'type');
  return { name, namespace, type: typeof type === 'string' ? type : 'Opaque', entries };
}
