/**
 * @module What the API server says of an object that it stores.
 */
import { dig, type JsonObject } from '../api/json.ts';

/** Undefined for what never was in an API server. */
export function resourceVersion(object: JsonObject): string | undefined {
  const version = dig(object, 'metadata', 'resourceVersion');
  return typeof version === 'string' ? version : undefined;
}

/** 0 where the API server does not count generations. */
export function generationOf(object: JsonObject): number {
  const generation = dig(object, 'metadata', 'generation');
  return typeof generation === 'number' ? generation : 0;
}
