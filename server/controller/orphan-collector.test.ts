import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import type { Json, JsonObject } from '../../lib/api/json.ts';
import { BINDING_KINDS } from '../../lib/binding/read.ts';
import { aDeployment, aServiceBinding, UID } from '../../lib/testkit/builders.ts';
import { projectIn } from '../../lib/testkit/project.ts';
import { aStore } from '../../lib/testkit/world.ts';
import { ApiError } from '../kube/errors.ts';
import { RecordingLog } from '../kube/testing/recording.ts';
import { systemTiming, type Timing } from '../kube/timing.ts';
import { Applier } from './applier.ts';
import { Namespaces } from './namespaces.ts';
import { ObjectClient } from './object-client.ts';
import { OrphanCollector } from './orphan-collector.ts';
import { DEPLOYMENTS } from './testing/resources.ts';
import { Workloads } from './workloads.ts';

const GROUPS = BINDING_KINDS.map(({ group }) => group);

/** A Deployment with the projection of a binding that no cache knows. */
const CARRIER = projectIn(aDeployment({ metadata: { uid: 'u', resourceVersion: '1' } }), [
  aServiceBinding(),
]).workload;

/** What the API server has: by group the uids of its bindings; a group that is left out is not served. */
type Served = Readonly<Record<string, readonly string[] | 'forbidden'>>;

/** Whether the projection is taken away, and of which groups the bindings were asked for. */
async function collect(
  context: TestContext,
  served: Served,
): Promise<{ readonly isTaken: boolean; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  let writes = 0;
  const request = async (method: string, _path: string, _options?: object): Promise<Json> => {
    if (method === 'PATCH') writes += 1;
    return CARRIER;
  };
  const read = async (_method: string, path: string): Promise<string> => {
    const group = GROUPS.find((each) => path.startsWith(`/apis/${each}/`)) ?? '';
    asked.push(group);
    const uids = served[group];
    // An API server that neither serves nor grants a group answers so too.
    if (uids === undefined || uids === 'forbidden')
      throw new ApiError({ status: 403, reason: 'Forbidden', message: path });
    const items: readonly JsonObject[] = uids.map((uid) => ({ metadata: { uid } }));
    return JSON.stringify({ metadata: { resourceVersion: '9' }, items });
  };

  context.mock.timers.enable({ apis: ['setTimeout'] });
  let pauses = 0;
  const timing: Timing = { ...systemTiming, sleep: async () => void (pauses += 1) };
  const log = new RecordingLog();
  const namespaces = new Namespaces('cleat-system');
  namespaces.observe({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const lister = aStore([], { closed: false });
  const workloads = new Workloads({ lister, now: () => timing.now() });
  workloads.observe(CARRIER, DEPLOYMENTS);
  const collector = new OrphanCollector({
    transport: { read },
    mapper: {
      resolve: async (kind) =>
        kind.group in served
          ? { ...DEPLOYMENTS, version: 'v1', plural: 'servicebindings', ...kind }
          : undefined,
    },
    workloads,
    namespaces,
    isKnown: () => false,
    applier: new Applier({
      client: new ObjectClient({ transport: { request }, mayWrite: () => true }),
      workloads,
      lister,
      now: () => timing.now(),
      onChanged: () => {},
    }),
    onRemoved: () => {},
    log,
    timing,
  });
  collector.start();
  context.mock.timers.tick(2_000);
  // It has come to an end when it pauses, and when it says that it could not.
  const isOver = (): boolean => pauses > 0 || log.entries.length > 0;
  while (!isOver()) await nextTurn();
  context.mock.timers.reset();
  await collector.stop();
  return { isTaken: writes > 0, asked };
}

describe('a projection whose binding no cache knows', () => {
  it('is taken away when no API of bindings has the binding', async (context) => {
    const served = Object.fromEntries(GROUPS.map((group) => [group, ['another']]));
    assert.deepEqual(await collect(context, served), { isTaken: true, asked: GROUPS });
  });

  it('is taken away where no other API is served, without asking for their bindings', async (context) => {
    assert.deepEqual(await collect(context, { 'servicebinding.io': [] }), {
      isTaken: true,
      asked: ['servicebinding.io'],
    });
  });

  for (const group of GROUPS)
    it(`stays when ${group} has the binding, or is there and may not be listed`, async (context) => {
      for (const answer of [[UID], 'forbidden'] as const) {
        const served: Served = { 'servicebinding.io': [], [group]: answer };
        const { isTaken, asked } = await collect(context, served);
        assert.equal(isTaken, false);
        assert.ok(asked.includes(group));
      }
    });
});
