/**
 * @module `status.bindingKeys`: what goes where, item by item (OLD-11).
 */
import type { StatusBindingKey } from '../api/application-stacks.ts';
import { isList, isObject, type Json, own } from '../api/json.ts';

function parseBindingKey(item: Json): StatusBindingKey | undefined {
  if (!isObject(item)) return undefined;
  const [name, bindAs, mountPath] = ['name', 'bindAs', 'mountPath'].map((field) => own(item, field));
  if (typeof name !== 'string' || name === '') return undefined;
  if (bindAs === 'envVar') return { name, bindAs };
  return bindAs === 'volume' && typeof mountPath === 'string' ? { name, bindAs, mountPath } : undefined;
}

/** By name. Undefined unless each of them can be read: half of them would tell the application something else. */
export function parseBindingKeys(value: Json | undefined): readonly StatusBindingKey[] | undefined {
  if (!isList(value)) return undefined;
  const keys = value.map(parseBindingKey).filter((key) => key !== undefined);
  if (keys.length !== value.length) return undefined;
  return keys.sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
}
