/**
 * @module The Secrets and ConfigMaps that annotations lead to: all their entries, or one.
 */
import type { JsonObject } from '../api/json.ts';
import { SECRET } from '../api/kinds.ts';
import type { Collection, From } from './collection.ts';
import { configMapEntries, secretEntries, type Entries } from './contents.ts';
import { fail, failDenied } from './failure.ts';
import type { SourceState } from './generation.ts';
import { objectSource, type Making, type Reader } from './reader.ts';

export interface Lookup {
  readonly kind: 'Secret' | 'ConfigMap';
  /** In the namespace of the service. */
  readonly name: string;
  /** How messages name the object. */
  readonly title: string;
  /** The annotation. */
  readonly where: string;
  /** The one entry that is wanted; undefined wants them all. */
  readonly entry: string | undefined;
  /** Without that entry all are wanted. */
  readonly elseAll: boolean;
  /** What the one entry is called; undefined leaves it its name. */
  readonly calledAs: string | undefined;
  /** What the item under the annotation's name, and what items under names of their own, come from. */
  readonly from: From;
  readonly spreadFrom: From;
}

export function* lookUp(
  lookups: readonly Lookup[],
  { reader, collection }: { readonly reader: Reader; readonly collection: Collection },
): Making<void> {
  const states = yield* reader.read(
    lookups.map(({ kind, name, from }) =>
      objectSource({ ...SECRET, kind, name, namespace: from.service.namespace }),
    ),
  );
  for (const [index, lookup] of lookups.entries()) add(lookup, entriesIn(lookup, states[index]), collection);
}

function entriesIn({ kind, title, where }: Lookup, state: SourceState | undefined): Entries {
  if (state?.state === 'denied') failDenied('binding', `${where}: ${title} cannot be read: ${state.message}`);
  const object = state?.state === 'found' ? state.objects[0] : undefined;
  if (object === undefined) {
    fail('binding', `${where}: ${title} was not found; create it, or correct what the path leads to`);
  }
  const entries = kind === 'Secret' ? entriesOfSecret(object, title) : configMapEntries(object);
  return entries ?? fail('binding', `${where}: ${title} has no data; not found`);
}

function entriesOfSecret(object: JsonObject, title: string): Entries | undefined {
  return secretEntries(object, { title, stage: 'binding' });
}

function add(lookup: Lookup, entries: Entries, collection: Collection): void {
  const { entry, elseAll, calledAs, from, spreadFrom } = lookup;
  const bytes = entry === undefined ? undefined : entries.get(entry);
  if (entry !== undefined && bytes !== undefined) {
    collection.add({ ...(calledAs === undefined ? spreadFrom : from), name: calledAs ?? entry, bytes });
  } else if (entry === undefined || elseAll) {
    collection.addAll(entries, spreadFrom);
  }
}
