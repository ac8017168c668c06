/**
 * @module Looks at the bindings again from time to time where Cleat may read Secrets: nobody tells it when one is changed.
 * Without that right nothing is done, and nothing is asked but for the right.
 */
import type { AccessChecker } from '../kube/access.ts';
import { describeError } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import type { Timing } from '../kube/timing.ts';

/** How often the right is asked for. */
const LOOK_MS = 5 * 60_000;

/** Each Secret is read once in so many looks: 10,000 bindings then cost 6 requests a second. */
const LOOKS_PER_READING = 6;

export interface SecretResyncOptions {
  readonly access: Pick<AccessChecker, 'allowed'>;
  readonly keys: () => Iterable<string>;
  readonly enqueueAfter: (key: string, ms: number) => void;
  readonly log: Log;
  readonly timing: Timing;
}

export class SecretResync {
  readonly #options: SecretResyncOptions;
  #end = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: SecretResyncOptions) {
    this.#options = options;
  }

  start(): void {
    this.#end = new AbortController();
    this.#running = this.#run(this.#end.signal);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { timing } = this.#options;
    // Whoever begins to lead looks at all bindings anyway.
    let mayRead = await this.#mayRead();
    let looks = 0;
    while (!signal.aborted) {
      await timing.sleep(LOOK_MS, signal);
      if (signal.aborted) return;
      const couldRead = mayRead;
      mayRead = await this.#mayRead();
      looks += 1;
      if (!mayRead || (couldRead && looks % LOOKS_PER_READING !== 0)) continue;
      this.#spread();
    }
  }

  /** Not all in one moment: each of them costs a request. */
  #spread(): void {
    const { keys, enqueueAfter, timing } = this.#options;
    for (const key of keys()) enqueueAfter(key, timing.random() * LOOK_MS);
  }

  async #mayRead(): Promise<boolean> {
    try {
      return await this.#options.access.allowed({ group: '', resource: 'secrets', verb: 'get' });
    } catch (error) {
      this.#options.log.debug({ problem: describeError(error) }, 'whether Secrets may be read is not known');
      return false;
    }
  }
}
