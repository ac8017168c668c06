import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sendStatus } from '../../kube/testing/fake-api.ts';
import { until } from '../../kube/testing/recording.ts';
import { OPTIONAL_KINDS } from './optional-kinds.ts';
import { BINDING, WIDGETS, World } from './testing/world.ts';

describe('an optional kind', () => {
  const refusals: Record<string, (world: World) => void> = {
    'nobody has installed': ({ widgets }) => {
      widgets.served = false;
    },
    'Cleat may not list': ({ widgets }) => {
      widgets.fault = (call, exchange) => {
        if (call === 'discovery') return false;
        sendStatus(exchange, 403);
        return true;
      };
    },
    // As an API server answers for a group that is neither served nor granted, where discovery is not for everybody.
    'Cleat may not even ask for': ({ widgets }) => {
      widgets.fault = (_call, exchange) => {
        sendStatus(exchange, 403);
        return true;
      };
    },
  };
  for (const [title, refuse] of Object.entries(refusals)) {
    it(`that ${title} holds up nothing, is not spoken of, and is there within half a minute once it is`, async () => {
      await using world = await World.open([BINDING], [WIDGETS]);
      refuse(world);
      world.source.start();
      await until('it to be ready', () => world.source.ready());
      await until('some attempts', () => world.timing.waits.length > 8);
      assert.deepEqual(
        world.source.states().map(({ kind, role }) => [kind, role]),
        [['ServiceBinding', 'own']],
      );
      assert.equal(world.source.detail(), '1 kinds, 0 objects');
      assert.ok(Math.max(...world.timing.waits) <= 30_000);
      assert.deepEqual(
        world.log.entries.filter(({ level }) => level !== 'debug'),
        [],
      );
      world.widgets.served = true;
      world.widgets.fault = () => false;
      world.widgets.put('db');
      await until('its objects', () => world.sink.names.includes('db'));
      await until('it to be told of', () => world.source.states().length === 2);
      assert.deepEqual(
        world.source.states().map(({ kind, role }) => [kind, role]),
        [
          ['ServiceBinding', 'own'],
          ['example.com/Widget', 'optional'],
        ],
      );
    });
  }

  it('is waited for where it is there, and so are the services that its objects name', async () => {
    await using world = await World.open([BINDING], [WIDGETS]);
    const hold: (() => void)[] = [];
    world.widgets.put('binding-of-another-api');
    world.widgets.fault = (call, { response }) => {
      if (call !== 'list') return false;
      hold.push(() => response.destroy());
      return true;
    };
    world.source.start();
    await until('it to be listed', () => hold.length > 0);
    await until('the bindings', () => world.sink.story.includes('synced ServiceBinding'));
    assert.equal(world.source.ready(), false);
    world.widgets.fault = () => false;
    hold[0]?.();
    await until('it to be ready', () => world.source.ready());
  });

  it('is told of when something is the matter with it', async () => {
    await using world = await World.open([BINDING], [WIDGETS]);
    world.widgets.fault = (call, exchange) => {
      if (call === 'discovery') return false;
      sendStatus(exchange, 500);
      return true;
    };
    world.source.start();
    await until('it to be ready', () => world.source.ready());
    await until('a failure', () => world.source.detail().startsWith('example.com/Widget is retrying: '));
  });

  it('is not reflected once more when a binding names it as its service', async () => {
    await using world = await World.open([BINDING], [WIDGETS]);
    world.widgets.fault = (call, exchange) => {
      if (call === 'discovery') return false;
      sendStatus(exchange, 403);
      return true;
    };
    world.source.setServiceKinds([WIDGETS]);
    world.source.start();
    await until('a refusal', () => world.source.whyUnknown(WIDGETS) === 'forbidden');
    assert.equal(world.source.states().length, 1);
  });

  it('is every other API of bindings, the mappings of the draft and the definitions of kinds, trimmed', () => {
    assert.deepEqual(
      OPTIONAL_KINDS.map(({ group, version, kind, trim }) => [
        `${group}/${version}`,
        kind,
        trim !== undefined,
      ]),
      [
        ['service.binding/v1alpha2', 'ServiceBinding', false],
        ['binding.operators.coreos.com/v1alpha1', 'ServiceBinding', false],
        ['operators.coreos.com/v1alpha1', 'ServiceBinding', false],
        ['service.binding/v1alpha2', 'ClusterApplicationResourceMapping', false],
        ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', true],
      ],
    );
  });
});
