import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import type { JsonObject } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { conditionOf } from './conditions.ts';
import { useTheft } from './theft-stage.ts';

const GROUP = 'example.com%2fv1%2fnamespaces%2fvault%2fworkers%2f';
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' };
const SECRET = { apiVersion: 'v1', kind: 'Secret', name: 'x' };

suite('what a reference says never becomes the path of a request', () => {
  const { operated, cluster, people, thwarted, get } = useTheft();

  async function saidOf(name: string, spec: JsonObject): Promise<string> {
    const metadata = { name, namespace: 'mallory' };
    const binding = { apiVersion: 'servicebinding.io/v1', kind: 'ServiceBinding', metadata, spec };
    const ref = refOf(await people().mallory.create(binding));
    await thwarted(ref, /exist|found/);
    return conditionOf(await get(ref))?.message ?? '';
  }

  test('a group that leads to an object reads alike whether that is there or not', async () => {
    const kind = (worker: string): JsonObject => ({
      apiVersion: `${GROUP}${worker}/v1`,
      kind: 'Worker',
      name: 'x',
    });
    const there = await saidOf('workload-there', { service: SECRET, workload: kind('talker') });
    const absent = await saidOf('workload-absent', { service: SECRET, workload: kind('nobody') });
    assert.equal(there.replaceAll('talker', 'nobody'), absent);
    await saidOf('service-there', { service: kind('talker'), workload: DEPLOYMENT });
    await saidOf('service-absent', { service: kind('nobody'), workload: DEPLOYMENT });
  });

  test('a name that is a step in a path is the name of nothing', async () => {
    await saidOf('secret-dots', { service: { ...SECRET, name: '..' }, workload: DEPLOYMENT });
    await saidOf('workload-dots', { service: SECRET, workload: { ...DEPLOYMENT, name: '..' } });
  });

  test('nothing of it is a fault of Cleat, or keeps it from following the kinds', async () => {
    const [replica] = operated().replicas;
    assert.ok(replica);
    const log = await readFile(`${cluster().directory}/${replica.name}.log`, 'utf8');
    assert.doesNotMatch(log, /impaired|HTTP 400|"level":"error"/);
  });
});
