/**
 * @module The entries of Secrets and ConfigMaps, as bytes.
 */
import { isObject, own, type Json, type JsonObject } from '../api/json.ts';
import { utf8 } from './utf8.ts';
import { decodeBase64 } from './base64.ts';
import { fail, quoted } from './failure.ts';
import type { GenerationStage } from './generation.ts';

export type Entries = ReadonlyMap<string, Uint8Array>;

interface Reading {
  /** The object, as messages name it. */
  readonly title: string;
  /** What fails if it has no proper content. */
  readonly stage: GenerationStage;
}

/** Undefined where the Secret has no data at all; `stringData` counts as the API server would take it. */
export function secretEntries(secret: JsonObject, reading: Reading): Entries | undefined {
  const data = own(secret, 'data');
  const stringData = own(secret, 'stringData');
  if (!isObject(data) && !isObject(stringData)) return undefined;
  return new Map([
    ...entriesOf(data, (key, value) => decoded(key, value, reading)),
    ...entriesOf(stringData, (_, value) => utf8(value)),
  ]);
}

/** Undefined where the ConfigMap has no data at all; its `binaryData` does not count. */
export function configMapEntries(configMap: JsonObject): Entries | undefined {
  const data = own(configMap, 'data');
  return isObject(data) ? new Map(entriesOf(data, (_, value) => utf8(value))) : undefined;
}

function entriesOf(
  data: Json | undefined,
  read: (key: string, value: string) => Uint8Array,
): readonly (readonly [string, Uint8Array])[] {
  if (!isObject(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    // An entry without a value is an empty one.
    if (value === null) return [[key, new Uint8Array()] as const];
    return typeof value === 'string' ? [[key, read(key, value)] as const] : [];
  });
}

function decoded(key: string, value: string, { title, stage }: Reading): Uint8Array {
  return (
    decodeBase64(value) ??
    fail(
      stage,
      `${title}: the value of ${quoted(key)} in its data is no base64; write it so, or use stringData`,
    )
  );
}
