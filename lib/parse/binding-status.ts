/**
 * @module The `status` of a binding. A broken one is as good as none, since the controller writes it anew.
 */
import { dig, type Json, type JsonObject } from '../api/json.ts';
import type { ServiceBindingStatus } from '../api/service-binding.ts';
import { parseConditions } from './condition.ts';

/** `secret` is what stands where the API has the name of the Secret. */
export function parseBindingStatus(object: JsonObject, secret: Json | undefined): ServiceBindingStatus {
  const observedGeneration = dig(object, 'status', 'observedGeneration');
  return {
    ...(typeof secret === 'string' && secret !== '' ? { secretName: secret } : {}),
    ...(typeof observedGeneration === 'number' ? { observedGeneration } : {}),
    conditions: parseConditions(dig(object, 'status', 'conditions')),
  };
}
