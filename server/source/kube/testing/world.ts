/**
 * @module The Kubernetes source between a fake API server and a sink that remembers.
 */
import assert from 'node:assert/strict';
import { SERVICE_BINDING, type GroupVersionKind } from '../../../../lib/api/kinds.ts';
import { RestMapper } from '../../../kube/discovery.ts';
import { FakeApi, sendStatus } from '../../../kube/testing/fake-api.ts';
import { HastyTiming, RecordingLog, RecordingSink, until } from '../../../kube/testing/recording.ts';
import { WIDGET, Widgets } from '../../../kube/testing/widgets.ts';
import { systemTiming } from '../../../kube/timing.ts';
import { openTransport, type Transport } from '../../../kube/transport.ts';
import type { OptionalKind } from '../optional-kinds.ts';
import { KubeSource } from '../source.ts';

export const BINDING: GroupVersionKind = { ...SERVICE_BINDING, version: 'v1' };
export const WIDGETS: GroupVersionKind = { ...WIDGET, version: 'v1' };

/** A source between a fake API server with two kinds and a sink that remembers. */
export class World implements AsyncDisposable {
  readonly bindings = new Widgets(SERVICE_BINDING);
  readonly widgets = new Widgets();
  readonly sink = new RecordingSink();
  readonly timing = new HastyTiming();
  readonly log = new RecordingLog();
  readonly api: FakeApi;
  readonly transport: Transport;
  readonly source: KubeSource;

  private constructor(
    api: FakeApi,
    transport: Transport,
    ownKinds: readonly GroupVersionKind[],
    optionalKinds: readonly OptionalKind[],
  ) {
    this.api = api;
    this.transport = transport;
    const { sink, timing, log } = this;
    // As hasty as the waits are, so that what the mapper knows grows old between two of them.
    const mapper = new RestMapper({
      transport,
      timing: { ...systemTiming, now: () => systemTiming.now() * 1000 },
    });
    this.source = new KubeSource({
      transport,
      mapper,
      sink,
      log,
      timing,
      ownKinds,
      optionalKinds,
      graceMs: 100_000,
    });
  }

  static async open(
    ownKinds: readonly GroupVersionKind[] = [BINDING],
    optionalKinds: readonly OptionalKind[] = [],
  ): Promise<World> {
    let world: World | undefined;
    const api = await FakeApi.start((exchange) => {
      const kinds = world ? [world.bindings, world.widgets] : [];
      const kind = kinds.find(({ group }) => exchange.path.startsWith(`/apis/${group}`));
      if (kind) kind.route(exchange);
      else sendStatus(exchange, 404);
    });
    const transport = openTransport({ kubeconfig: await api.kubeconfig() });
    return (world = new World(api, transport, ownKinds, optionalKinds));
  }

  async untilStory(...story: readonly string[]): Promise<void> {
    await until(story.join(', '), () => this.sink.story.join() === story.join());
    assert.deepEqual(this.sink.story, story);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.stop();
    await this.transport.close();
    await this.api[Symbol.asyncDispose]();
  }
}
