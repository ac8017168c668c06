/**
 * @module The record of a projection that has no annotations of its own in the Pod template: all that it consists of, and
 * the mapping that it was made with, in one annotation of the workload's own metadata. It never causes a rollout.
 */
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../api/json.ts';
import type { BindingKey } from '../binding/binding.ts';

export interface ProjectionRecord {
  /** Compact JSON. */
  readonly mapping: string;
  readonly secret: string;
  /** The name of a plain Secret volume. */
  readonly volume?: string;
  /** Whether containers take all of the Secret by `envFrom`. */
  readonly envFrom?: true;
  /** Items that were put in one by one. */
  readonly keys?: readonly BindingKey[];
  /** The field that received the Secret's name. */
  readonly secretPath?: string;
}

/** The mapping stands in it as JSON, not as a text in a text: people read it too. */
export function formatRecord({ mapping, ...rest }: ProjectionRecord): string {
  const members = Object.entries(rest).filter(([, value]) => value !== undefined);
  return `${JSON.stringify(Object.fromEntries(members)).slice(0, -1)},"mapping":${mapping}}`;
}

const optional = (name: 'volume' | 'secretPath', value: Json | undefined): object =>
  typeof value === 'string' ? { [name]: value } : {};

function keyOf(value: Json): readonly BindingKey[] {
  const [name, bindAs, mountPath] = [dig(value, 'name'), dig(value, 'bindAs'), dig(value, 'mountPath')];
  if (typeof name !== 'string' || (bindAs !== 'envVar' && bindAs !== 'volume')) return [];
  return [typeof mountPath === 'string' ? { name, bindAs, mountPath } : { name, bindAs }];
}

/** Undefined for what is no record: it was damaged, and the binding's own words have to do. */
export function parseRecord(
  text: Json | undefined,
): (ProjectionRecord & { readonly spec: JsonObject }) | undefined {
  if (typeof text !== 'string') return undefined;
  let value: Json;
  try {
    const parsed: Json = JSON.parse(text);
    value = parsed;
  } catch {
    return undefined;
  }
  if (!isObject(value) || textOf(value['secret']) === '') return undefined;
  const spec = value['mapping'];
  const keys = value['keys'];
  return {
    spec: isObject(spec) ? spec : {},
    mapping: JSON.stringify(isObject(spec) ? spec : {}),
    secret: textOf(value['secret']),
    ...optional('volume', value['volume']),
    ...optional('secretPath', value['secretPath']),
    ...(value['envFrom'] === true ? { envFrom: true as const } : {}),
    ...(isList(keys) ? { keys: keys.flatMap(keyOf) } : {}),
  };
}
