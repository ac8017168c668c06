import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../lib/api/json.ts';
import { RestMapper } from '../../kube/discovery.ts';
import { FakeApi, sendStatus } from '../../kube/testing/fake-api.ts';
import { HastyTiming, RecordingLog, until } from '../../kube/testing/recording.ts';
import { WIDGET, Widgets } from '../../kube/testing/widgets.ts';
import { openTransport, type Transport } from '../../kube/transport.ts';
import { Dependencies, type Dependency, onAll, onObject, onOwned } from './dependencies.ts';
import { DependencySource } from './dependency-source.ts';

const widget = (name: string): string => onObject(WIDGET, { namespace: 'shop', name });

/** A source between a fake API server with Widgets and bindings that depend on them. */
class World implements AsyncDisposable {
  readonly widgets = new Widgets();
  readonly log = new RecordingLog();
  /** What was enqueued, since it was last asked for. */
  readonly #enqueued = new Set<string>();
  /** Where something has changed. */
  readonly changes = new Set<string>();
  readonly dependencies: Dependencies;
  readonly api: FakeApi;
  readonly transport: Transport;
  readonly source: DependencySource;

  private constructor(api: FakeApi, transport: Transport) {
    this.api = api;
    this.transport = transport;
    this.dependencies = new Dependencies(() => this.source.setKinds(this.dependencies.kinds()));
    this.source = new DependencySource({
      transport,
      mapper: new RestMapper({ transport }),
      dependencies: this.dependencies,
      enqueue: (key) => void this.#enqueued.add(key),
      onChange: (kind, namespace) => void this.changes.add(`${kind.kind} in ${namespace}`),
      log: this.log,
      timing: new HastyTiming(),
    });
  }

  static async open(): Promise<World> {
    let world: World | undefined;
    const api = await FakeApi.start((exchange) => {
      if (exchange.path.startsWith(`/apis/${WIDGET.group}`)) world?.widgets.route(exchange);
      else sendStatus(exchange, 404);
    });
    world = new World(api, openTransport({ kubeconfig: await api.kubeconfig() }));
    world.source.start();
    return world;
  }

  binding(key: string, ...dependencies: readonly Dependency[]): void {
    this.dependencies.set(key, dependencies, [WIDGET]);
  }

  /** Puts a Widget that these own. */
  put(name: string, owners: readonly string[] = [], more: JsonObject = {}): string {
    const resourceVersion = String(Number(this.widgets.version) + 1);
    this.widgets.put(name, {
      metadata: {
        name,
        namespace: 'shop',
        uid: `uid-of-${name}`,
        resourceVersion,
        ...(owners.length === 0 ? {} : { ownerReferences: owners.map((uid) => ({ uid })) }),
      },
      ...more,
    });
    return resourceVersion;
  }

  async watching(): Promise<void> {
    await until(
      'it to be watching',
      () => this.widgets.watchers > 0 && this.source.watchOf(WIDGET) !== undefined,
    );
  }

  /** Those that are enqueued until a further object, which concerns only the binding `last`, was seen. */
  async enqueued(): Promise<readonly string[]> {
    const dependency: Dependency = [widget('last'), undefined];
    this.binding('last', dependency);
    this.put('last');
    await until('the last event', () => this.#enqueued.has('last'));
    const keys = [...this.#enqueued].filter((key) => key !== 'last').sort();
    this.#enqueued.clear();
    this.dependencies.forget('last');
    return keys;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.stop();
    await this.transport.close();
    await this.api[Symbol.asyncDispose]();
  }
}

describe('the source of dependencies', () => {
  it('looks at no kind before a Secret depends on it, and at metadata alone then', async () => {
    await using world = await World.open();
    assert.deepEqual(world.source.states(), []);
    const accepts: (string | undefined)[] = [];
    world.widgets.fault = (call, { request }) => {
      if (call !== 'discovery') accepts.push(request.headers.accept);
      return false;
    };
    world.binding('a', [widget('db'), undefined]);
    await world.watching();
    assert.deepEqual(accepts, [
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
    ]);
    assert.deepEqual(world.source.states(), [
      { kind: 'source example.com/Widget', phase: 'watching', synced: true },
    ]);
  });

  it('enqueues nothing for a version that was read, and whoever read another', async () => {
    await using world = await World.open();
    const version = world.put('db');
    world.binding('knows', [widget('db'), version]);
    world.binding('read-before', [widget('db'), '7']);
    world.binding('missed-it', [widget('db'), undefined]);
    world.binding('other', [widget('cache'), undefined]);
    await world.watching();
    assert.deepEqual(await world.enqueued(), ['missed-it', 'read-before']);
    world.put('db');
    assert.deepEqual(await world.enqueued(), ['knows', 'missed-it', 'read-before']);
    world.widgets.remove('db');
    assert.deepEqual(await world.enqueued(), ['knows', 'missed-it', 'read-before']);
  });

  it('tells of what was deleted after it was read and before the first list', async () => {
    await using world = await World.open();
    const version = world.put('db');
    world.binding('knows', [widget('db'), version]);
    world.binding('has-read-what-is-gone', [widget('cache'), '3']);
    world.binding('has-found-nothing', [widget('other'), undefined]);
    await world.watching();
    assert.deepEqual(await world.enqueued(), ['has-read-what-is-gone']);
    world.widgets.error(410);
    await until('a second list', () => world.widgets.lists.length > 1);
    await world.watching();
    assert.deepEqual(await world.enqueued(), [], 'a watch tells of everything since');
  });

  it('tells of what an owner has gained, of each change of it, and of its loss', async () => {
    await using world = await World.open();
    const version = world.put('first', ['one']);
    world.binding('a', [onOwned(WIDGET, 'one'), undefined], [widget('first'), version]);
    world.binding('b', [onOwned(WIDGET, 'two'), undefined]);
    await world.watching();
    assert.deepEqual(await world.enqueued(), []);
    world.put('second', ['one']);
    assert.deepEqual(await world.enqueued(), ['a']);
    world.put('second', ['two']);
    assert.deepEqual(await world.enqueued(), ['a', 'b']);
    world.put('second');
    assert.deepEqual(await world.enqueued(), ['b']);
    world.put('second', ['two', 'one']);
    await world.enqueued();
    world.widgets.remove('second');
    assert.deepEqual(await world.enqueued(), ['a', 'b']);
  });

  it('tells those that look at all objects of a namespace of each of them', async () => {
    await using world = await World.open();
    world.binding('here', [onAll(WIDGET, 'shop'), undefined]);
    world.binding('there', [onAll(WIDGET, 'mall'), undefined]);
    await world.watching();
    world.put('any');
    assert.deepEqual(await world.enqueued(), ['here']);
    world.widgets.remove('any');
    assert.deepEqual(await world.enqueued(), ['here']);
  });

  it('tells where something changes, and whether each change is noticed', async () => {
    await using world = await World.open();
    assert.equal(world.source.watchOf(WIDGET), undefined);
    world.binding('here', [onAll(WIDGET, 'shop'), undefined]);
    await world.watching();
    const watch = world.source.watchOf(WIDGET);
    world.put('any');
    await world.enqueued();
    assert.deepEqual([...world.changes], ['Widget in shop']);
    world.changes.clear();
    world.widgets.remove('any');
    await until('its end', () => world.changes.size > 0);
    assert.equal(world.source.watchOf(WIDGET), watch);
    world.widgets.error(410);
    await until('another watch', () => ![watch, undefined].includes(world.source.watchOf(WIDGET)));
    await world.source.stop();
    assert.equal(world.source.watchOf(WIDGET), undefined);
  });

  it('tells nobody of what a new list merely repeats', async () => {
    await using world = await World.open();
    world.put('mine', ['one']);
    world.binding('a', [onOwned(WIDGET, 'one'), undefined]);
    await world.watching();
    assert.deepEqual(await world.enqueued(), ['a']);
    world.widgets.error(410);
    await until('a second list', () => world.widgets.lists.length > 1);
    await world.watching();
    assert.deepEqual(await world.enqueued(), []);
  });

  it('asks again, and says nothing, while it may not list', async () => {
    await using world = await World.open();
    let refusals = 0;
    world.widgets.fault = (call, exchange) => {
      if (call === 'discovery') return false;
      refusals += 1;
      sendStatus(exchange, 403);
      return true;
    };
    world.binding('a', [widget('db'), undefined]);
    await until('a refusal', () => refusals > 1);
    assert.deepEqual(world.source.states(), [], 'there is nothing amiss');
    world.widgets.fault = () => false;
    world.put('db');
    await world.watching();
    assert.deepEqual(await world.enqueued(), ['a']);
    assert.deepEqual(
      world.log.entries.filter(({ level }) => level !== 'debug'),
      [],
    );
  });

  it('forgets a kind that nothing depends on any more, and is as new when it is started again', async () => {
    await using world = await World.open();
    world.put('db');
    world.binding('a', [widget('db'), undefined]);
    await world.watching();
    assert.deepEqual(await world.enqueued(), ['a']);
    world.dependencies.forget('a');
    await until('the watch to end', () => world.widgets.watchers === 0);
    assert.deepEqual(world.source.states(), []);
    await world.source.stop();
    world.binding('a', [widget('db'), undefined]);
    assert.deepEqual(world.source.states(), []);
    world.source.start();
    await world.watching();
    assert.deepEqual(await world.enqueued(), ['a']);
  });
});
