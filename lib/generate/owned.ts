/**
 * @module What the objects that a service owns give (`detectBindingResources`): nobody has to annotate anything.
 */
import { dig, type JsonObject, listAt, textOf } from '../api/json.ts';
import type { GroupVersionKind } from '../api/kinds.ts';
import { compareBytes } from '../template/bytes.ts';
import type { Collection, From } from './collection.ts';
import { configMapEntries, secretEntries } from './contents.ts';
import { describeObject, fail, failDenied } from './failure.ts';
import type { SourceReference, SourceState } from './generation.ts';
import type { Making, Reader } from './reader.ts';
import type { Service } from './service.ts';
import type { Work } from './work.ts';

/** In the order in which their items are collected. */
const KINDS: readonly GroupVersionKind[] = [
  { group: '', version: 'v1', kind: 'ConfigMap' },
  { group: '', version: 'v1', kind: 'Secret' },
  { group: '', version: 'v1', kind: 'Service' },
  { group: 'route.openshift.io', version: 'v1', kind: 'Route' },
];

/** The application-stacks text counts them too; the Service Binding Operator does not. */
const INGRESS: GroupVersionKind = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' };

/** Objects of a kind that are searched; each may take a question whether it may be read. Whoever reads them may stop there. */
export const maxOwned = 2000;

/** To put them in order, and to look into each. */
const stepsFor = (state: SourceState): number =>
  8 * (state.state === 'found' ? Math.min(state.objects.length, maxOwned) : 0);

interface Owning {
  readonly reader: Reader;
  readonly collection: Collection;
  readonly older: boolean;
  readonly work: Work;
}

export function* collectOwned(
  services: readonly Service[],
  { reader, collection, older, work }: Owning,
): Making<void> {
  // Who has no uid owns nothing.
  const owners = services.filter(({ object }) => uidOf(object) !== '');
  const kinds = older ? [...KINDS, INGRESS] : KINDS;
  const states = yield* reader.read(owners.flatMap((service) => kinds.map((kind) => ownedBy(service, kind))));
  for (const [index, service] of owners.entries()) {
    const mine = states.slice(index * kinds.length, (index + 1) * kinds.length);
    yield* work.spend(
      mine.reduce((steps, state) => steps + stepsFor(state), 0),
      'service',
    );
    const [configMaps, secrets, addresses, routes, ingresses] = kinds.map(({ kind }, at) =>
      objectsOf(service, kind, mine[at]),
    );
    addEntries(configMaps, { service, collection, entriesOf: configMapEntries });
    addEntries(secrets, { service, collection, entriesOf: entriesOfSecret });
    addItem('clusterIP', clusterAddress(addresses), { service, collection });
    // A Route is an Ingress of its own making: where there are both it says more.
    addItem('host', routeHost(routes) ?? ingressHost(ingresses), { service, collection });
  }
}

function uidOf(object: JsonObject): string {
  return textOf(dig(object, 'metadata', 'uid'));
}

function ownedBy({ object, namespace }: Service, kind: GroupVersionKind): SourceReference {
  return { source: 'owned', ...kind, namespace, owner: uidOf(object) };
}

/** By name, whatever the order in which they come: what is made of them must not depend on it. */
function objectsOf({ title }: Service, kind: string, state: SourceState | undefined): readonly JsonObject[] {
  if (state?.state === 'denied')
    failDenied('service', `${title}: what it owns cannot be read: ${state.message}`);
  if (state?.state !== 'found') return [];
  if (state.objects.length > maxOwned) {
    fail(
      'service',
      `${title} owns more than ${maxOwned} objects of the kind ${kind}, which are too many to be searched; name what is to be bound in its annotations`,
    );
  }
  return state.objects.toSorted((a, b) => compareBytes(nameOf(a), nameOf(b)));
}

function nameOf(object: JsonObject): string {
  return textOf(dig(object, 'metadata', 'name'));
}

interface Adding {
  readonly service: Service;
  readonly collection: Collection;
}

function from(service: Service, key: string): From {
  return { service, rank: 'owned', key, bindAs: undefined, isHidden: false };
}

type EntriesOf = (object: JsonObject, service: Service) => ReturnType<typeof configMapEntries>;

/** One that has no data, as an operator may leave it for a while, gives nothing. */
function addEntries(
  objects: readonly JsonObject[] = [],
  { service, collection, entriesOf }: Adding & { readonly entriesOf: EntriesOf },
): void {
  for (const object of objects) {
    collection.addAll(entriesOf(object, service) ?? new Map(), from(service, nameOf(object)));
  }
}

function entriesOfSecret(object: JsonObject, { namespace }: Service): ReturnType<typeof secretEntries> {
  const title = describeObject({ kind: 'Secret', namespace, name: nameOf(object) });
  return secretEntries(object, { title, stage: 'service' });
}

function addItem(name: string, text: string | undefined, { service, collection }: Adding): void {
  if (text !== undefined) collection.addText(name, text, from(service, name));
}

/** The last by name; a headless Service (`None`) only if there is no other. */
function clusterAddress(services: readonly JsonObject[] = []): string | undefined {
  const addresses = services.map((service) => textOf(dig(service, 'spec', 'clusterIP'))).filter(isNotEmpty);
  return addresses.findLast((address) => address !== 'None') ?? addresses.at(-1);
}

/** The last by name. */
function routeHost(routes: readonly JsonObject[] = []): string | undefined {
  return routes.map((route) => textOf(dig(route, 'spec', 'host'))).findLast(isNotEmpty);
}

/** The last by name; in it, the first rule with a host that can be called. */
function ingressHost(ingresses: readonly JsonObject[] = []): string | undefined {
  return ingresses
    .map((ingress) => hostsOf(ingress).find((host) => !host.startsWith('*')) ?? '')
    .findLast(isNotEmpty);
}

function hostsOf(ingress: JsonObject): readonly string[] {
  return listAt(ingress, 'spec', 'rules')
    .map((rule) => textOf(dig(rule, 'host')))
    .filter(isNotEmpty);
}

function isNotEmpty(text: string): boolean {
  return text !== '';
}
