import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { aWorker, useWorld } from './world.ts';

const UID = '7f0d8f3c-3d0e-4b69-9f0e-0e6b1f8a0001';

/** As it is when its binding vanished while Cleat was away, and was the only one of its kind. */
function orphan(object: JsonObject, places: JsonObject): JsonObject {
  const annotations = {
    [`projector.servicebinding.io/mapping-${UID}`]: JSON.stringify({
      versions: [
        {
          version: '*',
          annotations: '.spec.podAnnotations',
          containers: [
            { path: '.spec.tasks[*]', name: '.name', env: '.environment', volumeMounts: '.mounts' },
          ],
          volumes: '.spec.storage',
        },
      ],
    }),
  };
  return {
    ...object,
    metadata: { ...(object['metadata'] as JsonObject), annotations },
    spec: { ...(object['spec'] as JsonObject), ...places },
  };
}

describe('orphaned projections of a kind that no binding targets', { timeout: 300_000 }, () => {
  const { operated, cluster, get } = useWorld({ replicas: 0 });

  it('are found when a leader begins, and taken away', async () => {
    const worker = orphan(aWorker('left'), {
      podAnnotations: { [`projector.servicebinding.io/secret-${UID}`]: 'db', own: 'stays' },
      tasks: [
        {
          name: 'send',
          image: 'x',
          mounts: [
            { name: 'mine', mountPath: '/mine' },
            { name: `servicebinding-${UID}`, mountPath: '/bindings/db', readOnly: true },
          ],
        },
      ],
      storage: [{ name: `servicebinding-${UID}`, projected: { sources: [{ secret: { name: 'db' } }] } }],
    });
    await cluster().create(worker);
    await operated().addReplica();
    const cleaned = await waitFor(
      'it to be cleaned',
      async () => {
        const object = await get(refOf(worker));
        return JSON.stringify(object['spec']).includes(UID) ? undefined : object;
      },
      { timeoutMs: 60_000 },
    );
    assert.deepEqual(dig(cleaned, 'spec', 'podAnnotations'), { own: 'stays' });
    const [task] = dig(cleaned, 'spec', 'tasks') as readonly JsonObject[];
    assert.deepEqual(task?.['mounts'], [{ name: 'mine', mountPath: '/mine' }]);
    assert.doesNotMatch(JSON.stringify(dig(cleaned, 'metadata', 'annotations') ?? {}), /projector/);
  });
});
