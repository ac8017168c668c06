/**
 * @module The reflector: keeps a sink informed of all objects of one kind, through every interruption.
 *
 *     locate -> list, page by page -> watch -> (the server ends it, or it breaks) -> watch from where it stopped
 *       ^                               |-- 410: that place is forgotten ------------> locate
 *       |                               |-- that place is yet to come: a backup -----> locate
 *       |                               |-- nobody is there: who knows what will be -> wait, locate
 *       |                               '-- 403: no right to watch: poll ------------> wait (ever longer), locate
 *       '-- a failure of any kind: wait, longer each time
 *
 * A kind that does not exist has no objects: if the API server says so (again and again, if objects are known), they are removed and
 * the kind counts as synced. Whatever else goes wrong, what is known stays, and a kind that was synced stays so.
 */
import type { GroupKind } from '../../lib/api/kinds.ts';
import { backoffMs, jittered } from './backoff.ts';
import { type ApiResource, pathOf } from './discovery.ts';
import { type ApiError, hasStatus, TransportError } from './errors.ts';
import { Inventory, withoutManagedFields } from './inventory.ts';
import { currentVersion, listInto } from './list.ts';
import { LIMITS, type ReflectorLimits, type ReflectorOptions } from './reflector-options.ts';
import { Patience } from './patience.ts';
import { isOlder } from './resource-version.ts';
import { StateKeeper, type ReflectorPhase, type ReflectorState } from './reflector-state.ts';
import { Slicer, systemTiming, type Timing } from './timing.ts';
import { openWatch, parseWatchEvent, type WatchEvent } from './watch.ts';

export type { ReflectorLimits, ReflectorOptions } from './reflector-options.ts';
export type { ReflectorPhase, ReflectorState } from './reflector-state.ts';

/** While polling, one list in so many is followed by an attempt to watch again. */
const POLLS_PER_WATCH = 4;

/**
 * An API server that has just started refuses what it will allow in a moment, while it still reads its roles. Only after
 * so many refusals in a row, half a minute with the backoff between them, is the right taken not to be there.
 */
const REFUSALS_TO_POLL = 5;

/**
 * For the same reason a kind of which objects are known is gone only when it was missed so many times in a row, which
 * with the backoff between them takes some seconds.
 */
const MISSES_TO_BE_GONE = 4;

/** A watch that lasted for this long was a success, even if nothing happened in it. */
const LASTING_MS = 10_000;

/** A watch that ends sooner, and empty, is a broken one, however politely it ends. */
const TOO_SHORT_MS = 1_000;

/** So many unreadable lines in a row at one place: go around it, by a list. */
const UNREADABLE_IN_A_ROW = 3;

class KindAbsent extends Error {
  override readonly name = 'KindAbsent';
}

export class Reflector {
  readonly kind: GroupKind;
  readonly #options: ReflectorOptions;
  readonly #limits: ReflectorLimits;
  readonly #timing: Timing;
  readonly #inventory: Inventory;
  readonly #state: StateKeeper;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #synced = false;
  #resource: ApiResource | undefined;
  /** The resourceVersion up to which everything is known; undefined if only a list can tell. */
  #position: string | undefined;
  /** A list has just told it, so it cannot be ahead of the cluster. */
  #isListed = false;
  /** Why it may not watch, while that is so: it polls. */
  #refusal: ApiError | undefined;
  /** In a row. */
  #refusals = 0;
  #polls = 0;
  readonly #patience: Patience;
  /** In a row: the kind was not there. */
  #misses = 0;
  #watchingSince = Infinity;

  constructor(options: ReflectorOptions) {
    const { kind, sink, log, timing = systemTiming, trim = withoutManagedFields, optional = false } = options;
    this.kind = kind;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#timing = timing;
    this.#patience = new Patience(() => timing.random());
    this.#inventory = new Inventory({ sink, trim, log });
    this.#state = new StateKeeper({ kind, timing, log, optional });
  }

  state(): ReflectorState {
    return { ...this.#state.current(), synced: this.#synced, objects: this.#inventory.size };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the loop; returns when it has ended. The sink keeps what it has. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** The same, and takes everything back from the sink. */
  async forget(): Promise<void> {
    await this.stop();
    await this.#inventory.removeAll(new Slicer(this.#timing));
    this.#announce(false);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const pause = this.#position === undefined ? await this.#list() : await this.#watch(this.#position);
      if (pause > 0) await this.#timing.sleep(pause, signal);
    }
  }

  /** Each attempt returns how long to wait until the next one. */
  async #list(): Promise<number> {
    try {
      await this.#listOnce();
    } catch (error) {
      return this.#abort.signal.aborted ? 0 : await this.#listFailed(error);
    }
    this.#misses = 0;
    this.#announce(true);
    this.#state.enter(this.#refusal ? 'polling' : 'listing', this.#refusal);
    if (!this.#refusal) return 0;
    this.#patience.succeeded();
    this.#polls += 1;
    if (this.#refusals <= REFUSALS_TO_POLL || this.#polls % POLLS_PER_WATCH === 0) return 0;
    this.#position = undefined;
    return this.#pollPause();
  }

  async #listOnce(): Promise<void> {
    const { locate, transport, query, kind, form } = this.#options;
    const { signal } = this.#abort;
    const { pageTimeoutMs: timeoutMs, firstLimit } = this.#limits;
    if (!this.#refusal && this.#patience.failures === 0) this.#state.enter('listing');
    const resource = await locate({ fresh: this.#misses > 0 });
    if (!resource) throw new KindAbsent(`the API server has no kind ${kind.kind} in "${kind.group}"`);
    this.#resource = resource;
    const slicer = new Slicer(this.#timing);
    this.#position = await listInto(this.#inventory, resource, {
      transport,
      slicer,
      query,
      accept: form?.list,
      firstLimit,
      signal,
      timeoutMs,
    });
    this.#isListed = true;
  }

  async #listFailed(error: unknown): Promise<number> {
    const absent = error instanceof KindAbsent;
    this.#misses = absent || hasStatus(error, 404) ? this.#misses + 1 : 0;
    if (absent && (this.#inventory.size === 0 || this.#misses >= MISSES_TO_BE_GONE)) {
      await this.#inventory.removeAll(new Slicer(this.#timing));
      this.#announce(true);
      return this.#failed('absent', error);
    }
    return this.#failed(hasStatus(error, 403, 405) ? 'forbidden' : 'retrying', error);
  }

  async #watch(position: string): Promise<number> {
    try {
      if (await this.#isAhead(position)) this.#position = undefined;
      else await this.#watchOnce(position);
      return 0;
    } catch (error) {
      if (this.#abort.signal.aborted) return 0;
      if (this.#timing.now() - this.#watchingSince >= LASTING_MS) this.#patience.succeeded();
      return this.#watchFailed(error);
    } finally {
      this.#watchingSince = Infinity;
    }
  }

  /**
   * True if the cluster has yet to come to a place where a watch has been: its etcd was restored from a backup. It would
   * accept a watch from there, and say nothing until it has come so far.
   */
  async #isAhead(position: string): Promise<boolean> {
    const resource = this.#resource;
    if (this.#isListed || resource === undefined) return false;
    const { transport, query, form, log, kind } = this.#options;
    const options = {
      query,
      accept: form?.list,
      signal: this.#abort.signal,
      timeoutMs: this.#limits.pageTimeoutMs,
    };
    const current = await currentVersion(transport, pathOf(resource), options);
    if (!isOlder(current, position)) return false;
    log.warn({ ...kind, current, position }, 'the cluster is older than what was known of it: listing anew');
    return true;
  }

  async #watchOnce(resourceVersion: string): Promise<void> {
    const { transport, query, form } = this.#options;
    const { signal } = this.#abort;
    const { watchSeconds, silenceMs } = this.#limits;
    const seconds = Math.round(watchSeconds * (1 + this.#timing.random()));
    const resource = this.#resource;
    if (!resource) throw new KindAbsent('a watch comes after a list');
    const lines = await openWatch(transport, resource, {
      resourceVersion,
      seconds,
      silenceMs,
      query,
      accept: form?.watch,
      signal,
    });
    this.#isListed = false;
    this.#state.enter('watching');
    this.#refusal = undefined;
    this.#refusals = 0;
    this.#watchingSince = this.#timing.now();
    const slicer = new Slicer(this.#timing);
    let count = 0;
    for await (const line of lines) {
      this.#take(resource, parseWatchEvent(line));
      count += 1;
      this.#patience.succeeded();
      if (slicer.spent) await slicer.giveWay();
      if (signal.aborted) return;
    }
    const lasted = this.#timing.now() - this.#watchingSince;
    if (count === 0 && lasted < TOO_SHORT_MS)
      throw new TransportError('connection', 'the watch ended at once');
    if (lasted >= LASTING_MS) this.#patience.succeeded();
  }

  #take(resource: ApiResource, { type, object, resourceVersion }: WatchEvent): void {
    if (type === 'DELETED') this.#inventory.drop(resource, object);
    else if (type !== 'BOOKMARK') this.#inventory.put(resource, object);
    this.#position = resourceVersion ?? this.#position;
  }

  #watchFailed(error: unknown): number {
    if (hasStatus(error, 403, 405)) {
      this.#refusal = error;
      this.#refusals += 1;
      this.#polls = 0;
      this.#position = undefined;
      this.#state.enter('polling', error);
      return this.#pollPause();
    }
    if (hasStatus(error, 404)) this.#misses += 1;
    if (this.#isDeadEnd(error) || this.#isUnreachable(error)) this.#position = undefined;
    return this.#failed('retrying', error);
  }

  /**
   * An API server that was gone has begun to remember anew when it is back, so that a list is due as a rule. And it may
   * be back with a backup that has been written to since, which a watch from an old place would not tell.
   */
  #isUnreachable(error: unknown): boolean {
    const isOpen = this.#watchingSince !== Infinity;
    return !isOpen && error instanceof TransportError && error.failure === 'connection';
  }

  #pollPause(): number {
    const random = this.#timing.random();
    return Math.min(jittered(this.#limits.pollMs, random), backoffMs({ failures: this.#refusals, random }));
  }

  /** True if a watch from the same place would fail again, so that only a list helps. */
  #isDeadEnd(error: unknown): boolean {
    if (hasStatus(error, 400, 404, 410)) return true;
    const unreadable = error instanceof TransportError && error.failure === 'unreadable';
    return unreadable && this.#patience.failures + 1 >= UNREADABLE_IN_A_ROW;
  }

  #failed(phase: ReflectorPhase, error: unknown): number {
    this.#state.enter(phase, error);
    return this.#patience.failed(error);
  }

  #announce(synced: boolean): void {
    if (this.#synced === synced) return;
    this.#synced = synced;
    this.#inventory.announce(this.kind, synced);
  }
}
