/**
 * @module Looks at the bindings again from time to time where Cleat may read Secrets: nobody tells it when one is changed.
 * Without that right nothing is done, and nothing is asked but for the right.
 */
import type { AccessChecker } from '../kube/access.ts';
import { describeError } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import type { Timing } from '../kube/timing.ts';
import { Periodic } from './periodic.ts';

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
  readonly #periodic: Periodic;
  /** Whoever begins to lead looks at all bindings anyway. */
  #couldRead = true;
  #looks = 0;

  constructor(options: SecretResyncOptions) {
    this.#options = options;
    this.#periodic = new Periodic({
      work: async () => await this.#look(),
      firstMs: 0,
      everyMs: LOOK_MS,
      timing: options.timing,
    });
  }

  start(): void {
    this.#couldRead = true;
    this.#looks = 0;
    this.#periodic.start();
  }

  async stop(): Promise<void> {
    await this.#periodic.stop();
  }

  async #look(): Promise<void> {
    const mayRead = await this.#mayRead();
    const isGranted = mayRead && !this.#couldRead;
    const isDue = mayRead && this.#looks > 0 && this.#looks % LOOKS_PER_READING === 0;
    this.#couldRead = mayRead;
    this.#looks += 1;
    if (isGranted || isDue) this.#spread();
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
