/**
 * @module What is not as it should be in a cluster that Cleat operates: every object is read anew, and what follows from
 * all of them is worked out afresh and compared with what stands there.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { inject } from '../../lib/inject/inject.ts';
import { labelsOf, typeOf } from '../../lib/parse/meta.ts';
import { judge } from '../../lib/reconcile/verdict.ts';
import { isImmutableKind, isTerminating } from '../../lib/resolve/guard.ts';
import { projectedUids } from '../../lib/resolve/intents.ts';
import { Store } from '../../lib/store/store.ts';
import type { Objects } from '../cluster/objects.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { metricOf, type Replica } from '../replica.ts';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}
interface WorkloadKind extends Kind {
  readonly plural: string;
}

const BINDING: Kind = { apiVersion: 'servicebinding.io/v1', kind: 'ServiceBinding' };
const PREMISES: readonly Kind[] = [
  BINDING,
  { apiVersion: 'servicebinding.io/v1', kind: 'ClusterWorkloadResourceMapping' },
  { apiVersion: 'example.com/v1', kind: 'Database' },
];
const WORKLOADS: readonly WorkloadKind[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs' },
  { apiVersion: 'example.com/v1', kind: 'Worker', plural: 'workers' },
];

/** All that decides, and all that follows. */
export interface Everything {
  readonly bindings: readonly JsonObject[];
  readonly premises: readonly JsonObject[];
  readonly workloads: readonly (readonly [JsonObject, WorkloadKind])[];
}

const listOf = async (cluster: Objects, kind: Kind): Promise<readonly JsonObject[]> =>
  await cluster.list({ apiVersion: kind.apiVersion, kind: kind.kind });

export async function readWorld(cluster: Objects): Promise<Everything> {
  const premises = (await Promise.all(PREMISES.map(async (kind) => await listOf(cluster, kind)))).flat();
  const workloads = await Promise.all(
    WORKLOADS.map(async (kind) => (await listOf(cluster, kind)).map((object) => [object, kind] as const)),
  );
  return {
    premises,
    bindings: premises.filter(({ kind }) => kind === BINDING.kind),
    workloads: workloads.flat(),
  };
}

const uidOf = (object: JsonObject): string => textOf(dig(object, 'metadata', 'uid'));
const label = (object: JsonObject): string =>
  `${textOf(object['kind'])} ${textOf(dig(object, 'metadata', 'name'))}`;

/** What Cleat's own functions say of a workload, given the whole world. */
function wrongProjection(store: Store, object: JsonObject, { plural }: WorkloadKind): readonly string[] {
  const { group, version, kind } = typeOf(object);
  const [namespace, name] = [dig(object, 'metadata', 'namespace'), dig(object, 'metadata', 'name')];
  const identity = {
    group,
    kind,
    namespace: textOf(namespace),
    name: textOf(name),
    labels: labelsOf(object),
  };
  const { verdict } = judge({ identity, resource: { plural, version }, object }, store);
  return verdict.isRight ? [] : [`${label(object)}: is not as its bindings want it`];
}

/** Said once more, without any of Cleat's functions: which bindings want a workload. */
function isWanted(binding: JsonObject, workload: JsonObject): boolean {
  const reference = dig(binding, 'spec', 'workload');
  if (dig(binding, 'metadata', 'deletionTimestamp') !== undefined) return false;
  if (dig(binding, 'metadata', 'namespace') !== dig(workload, 'metadata', 'namespace')) return false;
  if (dig(reference, 'kind') !== workload['kind']) return false;
  const name = dig(reference, 'name');
  if (name !== undefined) return name === dig(workload, 'metadata', 'name');
  const wanted = dig(reference, 'selector', 'matchLabels');
  const labels = dig(workload, 'metadata', 'labels');
  return isObject(wanted) && Object.entries(wanted).every(([key, value]) => dig(labels, key) === value);
}

function wrongBindings({ bindings }: Everything, workload: JsonObject): readonly string[] {
  const projected = projectedUids(workload);
  const known = new Set(bindings.map(uidOf));
  const unknown = [...projected].filter((uid) => !known.has(uid));
  const wrong = bindings.filter((binding) => {
    const isProjected = projected.has(uidOf(binding));
    // Without a Secret it is neither projected nor taken away.
    const isUnsure = dig(binding, 'status', 'binding', 'name') === undefined;
    return isWanted(binding, workload) ? !isProjected && !isUnsure : isProjected;
  });
  return [
    ...unknown.map((uid) => `${label(workload)}: carries the projection of ${uid}, which does not exist`),
    ...wrong.map((binding) => `${label(workload)}: ${label(binding)} should (not) be projected`),
  ];
}

/** What of a status two looks at the same world must agree in: the message may tell of the Secret's content, too. */
function essenceOf(status: Json | undefined): Json {
  const conditions = dig(status, 'conditions');
  return {
    observedGeneration: dig(status, 'observedGeneration') ?? null,
    secret: dig(status, 'binding', 'name') ?? null,
    conditions: (isList(conditions) ? conditions : []).map((condition) =>
      ['type', 'status', 'reason', 'observedGeneration'].map((member) => dig(condition, member) ?? null),
    ),
  };
}

function wrongStatuses({ premises, workloads }: Everything): readonly string[] {
  const objects = [...premises, ...workloads.map(([object]) => object)];
  return inject({ objects }).objects.flatMap(({ before, after }) => {
    if (before['kind'] !== BINDING.kind) return [];
    if (isTerminating(before)) return [`${label(before)}: is deleted and does not go away`];
    const [is, should] = [before, after].map(({ status }) => JSON.stringify(essenceOf(status)));
    return is === should ? [] : [`${label(before)}: its status is ${is} and should be ${should}`];
  });
}

/** Sentences, one for each thing that is wrong. */
export function faultsOf(world: Everything): readonly string[] {
  const store = new Store({ closedWorld: true });
  for (const object of world.premises) store.upsert(object);
  const alive = world.workloads.filter(
    ([object]) => !isTerminating(object) && !isImmutableKind(typeOf(object)),
  );
  return [
    ...alive.flatMap(([object, kind]) => wrongProjection(store, object, kind)),
    ...alive.flatMap(([object]) => wrongBindings(world, object)),
    ...wrongStatuses(world),
  ];
}

/** Changes when Cleat writes something: the status of a workload is the controller manager's. */
function versionsOf({ premises, workloads }: Everything): string {
  const written = premises.map((object) => [uidOf(object), dig(object, 'metadata', 'resourceVersion')]);
  const rolled = workloads.map(([object]) => [uidOf(object), dig(object, 'metadata', 'generation')]);
  return JSON.stringify([written, rolled]);
}

export interface Settling {
  readonly timeoutMs?: number;
  /** How long nothing has to change. */
  readonly quietMs?: number;
}

/** Waits until nothing is wrong, nothing waits for its turn, and nothing changes any more. */
export async function untilSettled(
  cluster: Objects,
  replicas: readonly Replica[],
  { timeoutMs = 60_000, quietMs = 1_500 }: Settling = {},
): Promise<Everything> {
  return await waitFor(
    'the world to be as it should be',
    async () => {
      const world = await readWorld(cluster);
      const faults = [...faultsOf(world), ...(await waiting(replicas))];
      if (faults.length > 0) throw new Error([`${faults.length} faults`, ...faults.slice(0, 20)].join('\n'));
      const before = versionsOf(world);
      await sleep(quietMs);
      if (versionsOf(await readWorld(cluster)) !== before) throw new Error('objects still change');
      return world;
    },
    { timeoutMs, intervalMs: 250 },
  );
}

async function waiting(replicas: readonly Replica[]): Promise<readonly string[]> {
  const told = await Promise.all(
    replicas.map(async (replica) => ({
      name: replica.name,
      depth: metricOf(await replica.metrics(), 'cleat_queue_depth'),
    })),
  );
  return told.flatMap(({ name, depth }) =>
    depth === 0 ? [] : [`${name}: ${depth} bindings wait for their turn`],
  );
}
