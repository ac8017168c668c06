/**
 * @module An end to waiting.
 */
import { TransportError } from './errors.ts';

/** The caller's signal and a time limit in one; the limit can be lifted, the caller's signal stays. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#caller?.reason);
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, what: string, caller?: AbortSignal) {
    this.#caller = caller;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new TransportError('timeout', `${what}: no answer within ${ms} ms`));
    }, ms);
    if (caller?.aborted === true) this.#abort();
    else caller?.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  lift(): void {
    clearTimeout(this.#timer);
  }

  clear(): void {
    this.lift();
    this.#caller?.removeEventListener('abort', this.#abort);
  }
}

/** client-node gives no way to break off an exec plugin; whoever waits for it may leave. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
