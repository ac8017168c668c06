/**
 * @module Time and chance as arguments: whoever waits or draws lots is given them, so that tests can hold the clock.
 */
import { nextTurn } from '../turns.ts';

export interface Timing {
  /** Milliseconds since the epoch that never step back, even when somebody sets the clock. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** Waits; returns early, without an error, when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemTiming: Timing = {
  now: () => performance.timeOrigin + performance.now(),
  random: Math.random,
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake);
    });
  },
};

/**
 * How long one go may hold the event loop: a small part of what an admission may take, yet long enough that giving way
 * costs nothing beside the work.
 */
const SLICE_MS = 4;

/** Cuts long work into slices between which admissions are served. */
export class Slicer {
  readonly #timing: Timing;
  #start: number;

  constructor(timing: Timing) {
    this.#timing = timing;
    this.#start = timing.now();
  }

  /** True once the slice is used up: then {@link giveWay}. Apart from that so that the usual case awaits nothing. */
  get spent(): boolean {
    return this.#timing.now() - this.#start >= SLICE_MS;
  }

  async giveWay(): Promise<void> {
    await nextTurn();
    this.#start = this.#timing.now();
  }
}
