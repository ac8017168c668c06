/**
 * @module What a ServiceBinding on a cluster says of itself, and waiting for it to say something.
 */
import { dig, isObject, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import type { Objects, ObjectRef } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';

export interface Said {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export const bindingRef = (name: string, namespace = 'shop'): ObjectRef => ({
  apiVersion: 'servicebinding.io/v1',
  kind: 'ServiceBinding',
  namespace,
  name,
});

export function conditionOf(object: JsonObject | undefined, type = 'Ready'): Said | undefined {
  const conditions = dig(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  const found = (conditions as readonly Json[]).filter(isObject).find((each) => each['type'] === type);
  return (
    found && {
      status: textOf(found['status']),
      reason: textOf(found['reason']),
      message: textOf(found['message']),
    }
  );
}

/** Waits until a condition is as wanted, for the present generation; returns the binding. */
export async function untilSaid(
  cluster: Objects,
  name: string,
  want: Partial<Said>,
  { type = 'Ready', namespace = 'shop', timeoutMs = 20_000 } = {},
): Promise<JsonObject> {
  const wanted = Object.entries(want);
  return await waitFor(
    `${type} of ${namespace}/${name} to be ${JSON.stringify(want)}`,
    async () => {
      const object = await cluster.get(bindingRef(name, namespace));
      const said = conditionOf(object, type);
      const isCurrent = dig(object, 'status', 'observedGeneration') === dig(object, 'metadata', 'generation');
      if (object === undefined || said === undefined || !isCurrent)
        throw new Error(`it is ${JSON.stringify(object?.['status'])}`);
      const isAsWanted = wanted.every(([key, value]) => said[key as keyof Said].includes(value));
      if (!isAsWanted) throw new Error(`it is ${JSON.stringify(said)}`);
      return object;
    },
    { timeoutMs },
  );
}

export async function untilReady(cluster: Objects, name: string, namespace = 'shop'): Promise<JsonObject> {
  return await untilSaid(cluster, name, { status: 'True' }, { namespace });
}

export async function untilGone(cluster: Objects, ref: ObjectRef, timeoutMs = 20_000): Promise<void> {
  await waitFor(
    `${ref.kind} ${ref.namespace ?? ''}/${ref.name} to be gone`,
    async () => (await cluster.get(ref)) === undefined,
    { timeoutMs },
  );
}
