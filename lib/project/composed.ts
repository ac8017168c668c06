/**
 * @module What the itemised bindings of a workload share: `SERVICE_BINDINGS`, and a directory for each prefix with one
 * file for each item (OLD-11, OLD-12). It is composed anew of all of them whenever one of them changes.
 */
import { Reason } from '../api/condition.ts';
import { dig, type Json, type JsonObject, textOf } from '../api/json.ts';
import { type Binding, type BindingKey, describeBinding, type PublishedSecret } from '../binding/binding.ts';
import { sha256Of } from '../identity/digest.ts';
import type { ContainerEdit } from './container-edit.ts';
import { DEFAULT_MODE, itemEntryOf, nameOf } from './entries.ts';
import type { ListEdit } from './list-edit.ts';
import type { Report } from './report.ts';

const VARIABLE = 'SERVICE_BINDINGS';
const VALUE_PREFIX = '{"bindingKeys":';
const VOLUME = /^service-bindings-[0-9a-f]{8}$/;

/** Whether a variable, a volume or a mount was composed: nobody else gives such names. */
export function isComposed(entry: Json): boolean {
  const name = nameOf(entry) ?? '';
  if (name === VARIABLE) return textOf(dig(entry, 'value')).startsWith(VALUE_PREFIX);
  return VOLUME.test(name);
}

/** A short name that is told from the directory alone: a mount's has to be the same in every container. */
function volumeNameOf(directory: string): string {
  return `service-bindings-${sha256Of([directory]).slice(0, 8)}`;
}

/** One itemised binding that was put in. */
export interface Itemised {
  readonly binding: Binding;
  readonly secret: PublishedSecret;
}

interface Item extends BindingKey {
  readonly owner: Binding;
  readonly secret: string;
}

interface Shares {
  readonly items: readonly Item[];
  readonly reports: readonly Report[];
}

/** Files of one directory have one name each; the older binding keeps it. Variables have been looked at before. */
function share(all: readonly Itemised[]): Shares {
  const holders = new Map<string, Binding>();
  const items: Item[] = [];
  const reports: Report[] = [];
  for (const { binding, secret } of all) {
    for (const key of secret.keys ?? []) {
      const place = `${key.bindAs} ${key.mountPath ?? ''} ${key.name}`;
      const holder = holders.get(place);
      holders.set(place, holder ?? binding);
      if (holder === undefined) items.push({ ...key, owner: binding, secret: secret.name });
      else if (key.bindAs === 'volume') {
        const text = `${key.mountPath ?? ''}${key.name} is already the file of ${describeBinding(holder)}: it was left out; rename the item, or set another mountPathPrefix on one of the two`;
        reports.push({ binding, reason: Reason.collision, message: text });
      }
    }
  }
  return { items, reports };
}

const byName = (a: BindingKey, b: BindingKey): number => Number(a.name > b.name) - Number(a.name < b.name);

/** Compact, and sorted by name, so that the same items are the same text. */
function listing(items: readonly Item[]): JsonObject {
  const bindingKeys = [...items].sort(byName).map(({ name, bindAs, mountPath }) => ({
    name,
    bindAs,
    ...(mountPath === undefined ? {} : { mountPath }),
  }));
  return { name: VARIABLE, value: JSON.stringify({ bindingKeys }) };
}

/** One source for each Secret, in the order of precedence. */
function volumeOf(directory: string, items: readonly Item[]): JsonObject {
  const bySecret = Map.groupBy(items, ({ secret }) => secret);
  const sources = [...bySecret].map(([name, own]) => ({
    secret: { name, items: own.map((item) => ({ key: item.name, path: item.name })) },
  }));
  return { name: volumeNameOf(directory), projected: { defaultMode: DEFAULT_MODE, sources } };
}

/** What is the same for all containers. */
interface Shared {
  readonly items: readonly Item[];
  /** The files of each directory. */
  readonly directories: ReadonlyMap<string, readonly [Item, ...Item[]]>;
}

function sharedOf(items: readonly Item[]): Shared {
  const directories = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    if (item.bindAs !== 'volume') continue;
    const directory = item.mountPath ?? '';
    const own = directories.get(directory);
    if (own === undefined) directories.set(directory, [item]);
    else own.push(item);
  }
  return { items, directories };
}

/** All whose files are missing are told. */
function mountTaken(items: readonly Item[], label: string, holder: string): readonly Report[] {
  const owners = new Set(items.map(({ owner }) => owner));
  const message = `container ${label} already mounts ${items[0]?.mountPath ?? ''} (${holder}): the directory and its files were left out there; set another mountPathPrefix, or mount the other elsewhere`;
  return [...owners].map((binding) => ({ binding, reason: Reason.collision, message }));
}

/** The variable lists what the container really has: applications go by it. */
function composeInto(
  container: ContainerEdit,
  { items, directories }: Shared,
  binding: Binding,
): readonly Report[] {
  const reports: Report[] = [];
  const mounted = new Set<string>();
  for (const [directory, own] of directories) {
    const mount = { name: volumeNameOf(directory), mountPath: directory, readOnly: true };
    const holder = container.putMount(own[0].owner, mount);
    if (holder !== undefined) reports.push(...mountTaken(own, container.label, holder));
    else if (container.mounts !== undefined) mounted.add(directory);
  }
  const there = items.filter(({ bindAs, name, secret, mountPath = '' }) =>
    bindAs === 'envVar' ? container.hasVariable(name, itemEntryOf(name, secret)) : mounted.has(mountPath),
  );
  return [...container.addVariable(binding, { name: VARIABLE, entry: listing(there) }), ...reports];
}

/** Puts in what they share. */
export function compose(
  all: readonly Itemised[],
  containers: readonly ContainerEdit[],
  volumes: ListEdit,
): readonly Report[] {
  const [first] = all;
  if (first === undefined) return [];
  const { binding } = first;
  const { items, reports } = share(all);
  const shared = sharedOf(items);
  for (const [directory, own] of shared.directories)
    volumes.add({ entry: volumeOf(directory, own), owner: own[0].owner });
  return [...reports, ...containers.flatMap((container) => composeInto(container, shared, binding))];
}
