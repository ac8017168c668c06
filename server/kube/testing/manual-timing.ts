/**
 * @module Time that passes only when a test says so.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timing } from '../timing.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** More turns of the event loop than any chain of awaits between two waits takes. */
const TURNS = 5;

export class ManualTiming implements Timing {
  readonly #sleepers = new Set<Sleeper>();
  #now: number;

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** Lets time pass: whoever sleeps wakes in time and does what it does until it sleeps again. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      const [next] = [...this.#sleepers].sort((a, b) => a.until - b.until);
      if (next === undefined || next.until > end) break;
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      await this.settle();
    }
    this.#now = end;
  }

  /** As if the process had been stopped meanwhile: nobody wakes, not even those whose time came. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets everything happen that happens without waiting. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
  }
}
