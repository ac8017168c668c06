import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { secretReferences } from './secret-references.ts';

const withVolume = (volume: JsonObject): JsonObject => ({ volumes: [{ name: 'v', ...volume }] });
const withContainer = (container: JsonObject): JsonObject => ({ containers: [{ name: 'c', ...container }] });

const REFERENCES: Record<string, JsonObject> = {
  'a volume': withVolume({ secret: { secretName: 'db' } }),
  'a projected volume': withVolume({
    projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'db' } }] },
  }),
  'a CSI volume': withVolume({ csi: { driver: 'd', nodePublishSecretRef: { name: 'db' } } }),
  'a variable': withContainer({
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'k' } } }],
  }),
  'all variables': withContainer({
    envFrom: [{ configMapRef: { name: 'x' } }, { secretRef: { name: 'db' } }],
  }),
  'an init container': { initContainers: [{ name: 'c', envFrom: [{ secretRef: { name: 'db' } }] }] },
  'a field of a workload that names Secrets in its own way': { credentials: { from: 'db' } },
};

const PLACES: Record<string, (spec: JsonObject) => JsonObject> = {
  'a Pod': (spec) => ({ kind: 'Pod', spec }),
  'a ReplicaSet': (spec) => ({ kind: 'ReplicaSet', spec: { replicas: 0, template: { spec } } }),
  'a ControllerRevision': (spec) => ({ kind: 'ControllerRevision', data: { spec: { template: { spec } } } }),
  'a CronJob': (spec) => ({ kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec } } } } }),
};

describe('an object refers to a Secret', () => {
  for (const [place, placed] of Object.entries(PLACES))
    for (const [reference, spec] of Object.entries(REFERENCES))
      it(`by ${reference} in ${place}`, () => {
        assert.deepEqual([...secretReferences(placed(spec), new Set(['db', 'other']))], ['db']);
      });

  it('only by its whole name, and not by the name of a member', () => {
    const object = { metadata: { annotations: { db: 'db-1', last: '{"secretName":"db"}' } }, spec: null };
    assert.deepEqual([...secretReferences(object, new Set(['db']))], []);
  });

  it('however deep it is', () => {
    let object: JsonObject = { secretName: 'db' };
    for (let depth = 0; depth < 100_000; depth += 1) object = { spec: object };
    assert.deepEqual([...secretReferences(object, new Set(['db']))], ['db']);
  });
});
