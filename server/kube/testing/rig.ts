/**
 * @module A reflector of Widgets between a fake API server and a sink that remembers.
 */
import type { JsonObject } from '../../../lib/api/json.ts';
import { RestMapper } from '../discovery.ts';
import { Reflector, type ReflectorOptions } from '../reflector.ts';
import { systemTiming } from '../timing.ts';
import { openTransport, type Transport } from '../transport.ts';
import { FakeApi } from './fake-api.ts';
import { HastyTiming, RecordingLog, RecordingSink, until } from './recording.ts';
import { WIDGET, Widgets } from './widgets.ts';

export class Rig implements AsyncDisposable {
  readonly widgets = new Widgets();
  readonly sink = new RecordingSink();
  readonly log = new RecordingLog();
  readonly timing = new HastyTiming();
  readonly api: FakeApi;
  readonly transport: Transport;
  readonly reflector: Reflector;

  private constructor(api: FakeApi, transport: Transport, options: Partial<ReflectorOptions>) {
    this.api = api;
    this.transport = transport;
    const { timing, sink, log } = this;
    // As hasty as the waits are, so that what the mapper knows grows old between two of them.
    const mapper = new RestMapper({
      transport,
      timing: { ...systemTiming, now: () => systemTiming.now() * 1000 },
    });
    this.reflector = new Reflector({
      kind: WIDGET,
      locate: async ({ fresh }) => await mapper.resolve(WIDGET, { fresh }),
      transport,
      sink,
      log,
      timing,
      ...options,
    });
  }

  static async open(
    prepare: (widgets: Widgets) => void = () => {},
    options: Partial<ReflectorOptions> = {},
  ): Promise<Rig> {
    let rig: Rig | undefined;
    const api = await FakeApi.start((exchange) => rig?.widgets.route(exchange));
    rig = new Rig(api, openTransport({ kubeconfig: await api.kubeconfig() }), options);
    prepare(rig.widgets);
    rig.reflector.start();
    return rig;
  }

  /** The same, and waits for it to be watching. */
  static async watching(
    prepare?: (widgets: Widgets) => void,
    options?: Partial<ReflectorOptions>,
  ): Promise<Rig> {
    const rig = await Rig.open(prepare, options);
    await rig.untilPhase('watching');
    return rig;
  }

  async untilPhase(phase: string): Promise<void> {
    await until(`the phase ${phase}`, () => this.reflector.state().phase === phase);
  }

  async untilNames(...names: readonly string[]): Promise<void> {
    const wanted = [...names].sort().join();
    await until(`the objects ${wanted}`, () => this.sink.names.join() === wanted);
  }

  object(name: string): JsonObject | undefined {
    return this.sink.objects.get(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reflector.stop();
    await this.transport.close();
    await this.api[Symbol.asyncDispose]();
  }
}
