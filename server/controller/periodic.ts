/**
 * @module Work that is done from time to time while this replica leads.
 */
import type { Timing } from '../kube/timing.ts';

export interface PeriodicOptions {
  /** Does it once; what it throws is a fault of ours and ends the process, so it has to handle what can go wrong. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** Before the first time, and between two times. */
  readonly firstMs: number;
  readonly everyMs: number;
  readonly timing: Timing;
}

export class Periodic {
  readonly #options: PeriodicOptions;
  #end = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** Ends the present pause, or the next one while the work is under way. */
  #poked = new AbortController();

  constructor(options: PeriodicOptions) {
    this.#options = options;
  }

  start(): void {
    this.#end = new AbortController();
    this.#poked = new AbortController();
    this.#running = this.#run(this.#end.signal);
  }

  /** Does it now, without waiting for its time; once more if it is under way. */
  poke(): void {
    this.#poked.abort();
  }

  /** Returns when what is under way has ended. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { work, firstMs, everyMs, timing } = this.#options;
    for (let pause = firstMs; ; pause = everyMs) {
      await timing.sleep(pause, AbortSignal.any([signal, this.#poked.signal]));
      if (signal.aborted) return;
      this.#poked = new AbortController();
      await work(signal);
    }
  }
}
