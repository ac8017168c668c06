/**
 * @module The record of which env entries Cleat added: `{JSON Pointer of the env list: [names]}` in an annotation of the
 * workload's own metadata. Nothing else tells them from entries that the user wrote (design: fixed interfaces).
 */
import { isObject, type Json } from '../api/json.ts';

export type EnvRecord = ReadonlyMap<string, ReadonlySet<string>>;

/** Undefined for what is no record: then the binding's own `spec.env` has to tell. */
export function parseEnvRecord(text: Json | undefined): EnvRecord | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    return new Map(
      Object.entries(value).map(([place, names]) => [
        place,
        new Set(
          Array.isArray(names) ? (names as readonly Json[]).filter((name) => typeof name === 'string') : [],
        ),
      ]),
    );
  } catch {
    // Written by somebody else, or damaged: as good as none.
    return undefined;
  }
}

export function formatEnvRecord(record: ReadonlyMap<string, readonly string[]>): string {
  return JSON.stringify(Object.fromEntries([...record].filter(([, names]) => names.length > 0)));
}

/**
 * The names of a record that are not where it says. When the user inserts or moves a container, the entries move with
 * it and the pointers no longer fit; a name that is missing at its place may then be claimed at any other.
 */
export function displacedNames(
  record: EnvRecord,
  isThere: (place: string, name: string) => boolean,
): ReadonlySet<string> {
  return new Set([...record].flatMap(([place, names]) => [...names].filter((name) => !isThere(place, name))));
}
