import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../lib/api/json.ts';
import { SECRET, type GroupVersionKind } from '../../../lib/api/kinds.ts';
import { sendStatus } from '../../kube/testing/fake-api.ts';
import { until } from '../../kube/testing/recording.ts';
import { OWN_KINDS } from './source.ts';
import { BINDING, WIDGETS, World } from './testing/world.ts';

const GADGETS: GroupVersionKind = { group: 'gadgets.io', version: 'v1', kind: 'Gadget' };

describe('the Kubernetes source', () => {
  it('is ready, with nothing, where its own kinds are not installed', async () => {
    await using world = await World.open(OWN_KINDS);
    world.bindings.served = false;
    assert.equal(world.source.ready(), false);
    world.source.start();
    await until('it to be ready', () => world.source.ready());
    assert.deepEqual(
      world.source.states().map(({ kind, phase, role }) => [kind, phase, role]),
      [
        ['ServiceBinding', 'absent', 'own'],
        ['ClusterWorkloadResourceMapping', 'absent', 'own'],
      ],
    );
  });

  it('waits for the services that its first bindings name, and for none that are named later', async () => {
    await using world = await World.open();
    const hold: (() => void)[] = [];
    world.bindings.put('binding');
    world.widgets.put('service');
    world.widgets.fault = (call, { response }) => {
      if (call !== 'list') return false;
      hold.push(() => response.destroy());
      return true;
    };
    world.sink.onUpsert = () => world.source.setServiceKinds([WIDGETS]);
    world.source.start();
    await until('the services to be listed', () => hold.length > 0);
    await until('the bindings', () => world.sink.story.includes('synced ServiceBinding'));
    assert.equal(world.source.ready(), false);
    world.sink.onUpsert = () => {};
    world.widgets.fault = () => false;
    hold[0]?.();
    await until('it to be ready', () => world.source.ready());
    world.source.setServiceKinds([WIDGETS, GADGETS]);
    assert.equal(world.source.ready(), true);
  });

  it('is not held up by a service kind that may not be listed, is not there or fails', async () => {
    for (const status of [403, 404, 500]) {
      await using world = await World.open();
      world.widgets.fault = (call, exchange) => {
        if (call === 'watch') return false;
        sendStatus(exchange, status);
        return true;
      };
      world.source.setServiceKinds([WIDGETS]);
      world.source.start();
      await until(`it to be ready in spite of ${status}`, () => world.source.ready());
      assert.match(world.source.detail(), /^example\.com\/Widget is (forbidden|absent|retrying): /);
    }
  });

  it('waits for its own kinds, whatever is the matter with them', async () => {
    await using world = await World.open();
    world.bindings.fault = (_call, exchange) => {
      sendStatus(exchange, 403);
      return true;
    };
    world.source.start();
    await until('a refusal', () => world.source.states()[0]?.phase === 'forbidden');
    assert.equal(world.source.ready(), false);
    world.bindings.fault = () => false;
    await until('it to be ready', () => world.source.ready());
    await until('all to be well', () => world.source.detail() === '1 kinds, 0 objects');
  });

  it('keeps of a service what a binding needs', async () => {
    await using world = await World.open();
    const metadata: JsonObject = {
      name: 'db',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      annotations: {
        'service.binding': 'path={.x}',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      },
    };
    const status = { binding: { name: 'db-secret' }, phase: 'Running' };
    world.widgets.put('db', {
      metadata: { ...metadata, labels: { a: 'b' }, finalizers: ['x'], managedFields: [] },
      spec: { size: 'large' },
      status,
    });
    world.source.setServiceKinds([WIDGETS]);
    await until('the service', () => world.sink.objects.has('db'));
    assert.deepEqual(world.sink.objects.get('db'), {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { ...metadata, annotations: { 'service.binding': 'path={.x}' } },
      status: { binding: { name: 'db-secret' } },
    });
  });

  it('never looks at Secrets, however a binding names them', async () => {
    await using world = await World.open();
    world.source.setServiceKinds([SECRET, { ...SECRET, version: 'v2' }, BINDING]);
    world.source.start();
    await until('it to be ready', () => world.source.ready());
    assert.deepEqual(
      world.source.states().map(({ kind }) => kind),
      ['ServiceBinding'],
    );
    assert.deepEqual(
      world.api.requests.filter((request) => !request.startsWith('GET /apis/servicebinding.io')),
      [],
    );
  });
});

describe('a service kind that no binding names any more', () => {
  it('is forgotten after a while', async () => {
    await using world = await World.open();
    world.widgets.put('db');
    world.source.setServiceKinds([WIDGETS]);
    await world.untilStory('+db', 'synced Widget');
    world.source.setServiceKinds([]);
    await world.untilStory('+db', 'synced Widget', '-db', 'unsynced Widget');
    assert.deepEqual(world.source.states().length, 1);
    await until('the watch to be gone', () => world.widgets.watchers === 0);
  });

  it('stays as it is when it is named again in time', async () => {
    await using world = await World.open();
    world.widgets.put('db');
    world.source.setServiceKinds([WIDGETS]);
    await world.untilStory('+db', 'synced Widget');
    world.source.setServiceKinds([GADGETS]);
    world.source.setServiceKinds([WIDGETS, GADGETS]);
    await world.timing.sleep(150_000);
    assert.deepEqual(world.sink.names, ['db']);
    assert.equal(world.widgets.lists.length, 1);
  });

  it('is reflected anew when it is named again while it is being forgotten', async () => {
    await using world = await World.open();
    world.widgets.put('db');
    world.source.setServiceKinds([WIDGETS]);
    await world.untilStory('+db', 'synced Widget');
    const remove = world.sink.remove.bind(world.sink);
    world.sink.remove = (identity) => {
      remove(identity);
      world.source.setServiceKinds([WIDGETS]);
    };
    world.source.setServiceKinds([]);
    await world.untilStory('+db', 'synced Widget', '-db', 'unsynced Widget', '+db', 'synced Widget');
  });
});
