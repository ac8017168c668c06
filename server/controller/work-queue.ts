/**
 * @module The work queue: keys to be worked on, each by one worker at a time, none twice for one reason.
 *
 * A key that is added while it waits stays where it is; one that is added while it is worked on comes again afterwards, so
 * that nothing that happened meanwhile is missed. A key that failed waits on a timer of its own, in nobody's way.
 */
import { backoffMs, type BackoffLimits } from '../kube/backoff.ts';
import { Slicer, systemTiming, type Timing } from '../kube/timing.ts';

export interface WorkQueueOptions {
  /** Works on one key. What it throws is a fault: it is reported, and the key comes again. */
  readonly work: (key: string) => Promise<void>;
  readonly onFault: (key: string, error: unknown) => void;
  /** Keys that are worked on at the same time. */
  readonly workers: number;
  readonly timing?: Timing;
}

/** After what passes by itself, such as a conflict or an API server that is away. */
export const SOON: BackoffLimits = { baseMs: 200, capMs: 30_000 };
/** After what somebody has to mend, and nobody tells of. */
export const LATER: BackoffLimits = { baseMs: 5_000, capMs: 300_000 };

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #timing: Timing;
  /** In the order of their turn. */
  readonly #waiting = new Set<string>();
  /** Those that are worked on, and whether they were added again meanwhile. */
  readonly #active = new Map<string, boolean>();
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly due: number }>();
  /** In a row. */
  readonly #failures = new Map<string, { readonly limits: BackoffLimits; readonly count: number }>();
  readonly #slicer: Slicer;
  #running = false;
  #idle: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
    this.#slicer = new Slicer(this.#timing);
  }

  /** Keys that wait for their turn or are worked on; not those whose time has not come. */
  get depth(): number {
    return this.#waiting.size + this.#active.size;
  }

  /** Keys whose time has not come. */
  get delayed(): number {
    return this.#timers.size;
  }

  start(): void {
    this.#running = true;
    this.#fill();
  }

  /** Ends; returns when the keys that are worked on are done. Everything else is forgotten. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#waiting.clear();
    this.#failures.clear();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const key of this.#active.keys()) this.#active.set(key, false);
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Does nothing while the queue is stopped: whoever starts it knows better what is to be done. */
  add(key: string): void {
    if (!this.#running) return;
    this.#cancelTimer(key);
    if (this.#active.has(key)) this.#active.set(key, true);
    else {
      this.#waiting.add(key);
      this.#fill();
    }
  }

  /** Adds the key later, unless it is to come sooner anyway. */
  addAfter(key: string, ms: number): void {
    if (!this.#running) return;
    const due = this.#timing.now() + ms;
    const known = this.#timers.get(key);
    if (known !== undefined && known.due <= due) return;
    this.#cancelTimer(key);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, ms);
    timer.unref();
    this.#timers.set(key, { timer, due });
  }

  /**
   * Adds the key after a pause that grows with each time in a row, until it is {@link forgive}n or fails in another way:
   * a conflict after days of a missing right is the first one.
   */
  addAgain(key: string, limits: BackoffLimits): void {
    const before = this.#failures.get(key);
    const failures = (before?.limits === limits ? before.count : 0) + 1;
    this.#failures.set(key, { limits, count: failures });
    this.addAfter(key, backoffMs({ failures, random: this.#timing.random() }, limits));
  }

  /** It went well: the next failure is the first. */
  forgive(key: string): void {
    this.#failures.delete(key);
  }

  #cancelTimer(key: string): void {
    const known = this.#timers.get(key);
    if (known === undefined) return;
    clearTimeout(known.timer);
    this.#timers.delete(key);
  }

  #fill(): void {
    if (!this.#running) return;
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#options.workers) return;
      this.#waiting.delete(key);
      this.#active.set(key, false);
      void this.#workOn(key);
    }
  }

  async #workOn(key: string): Promise<void> {
    try {
      await this.#options.work(key);
    } catch (error) {
      this.#options.onFault(key, error);
      this.addAgain(key, SOON);
    }
    // What has nothing to wait for runs in one go; ten thousand of them, after a take-over, would hold up admissions.
    if (this.#slicer.spent) await this.#slicer.giveWay();
    const isDirty = this.#active.get(key) === true;
    this.#active.delete(key);
    if (isDirty && this.#running) this.add(key);
    else this.#fill();
    if (this.#active.size === 0) {
      for (const resolve of this.#idle) resolve();
      this.#idle = [];
    }
  }
}
