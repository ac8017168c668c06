/**
 * @module How a reflector is doing: told to whoever asks, and logged whenever it changes.
 */
import type { GroupKind } from '../../lib/api/kinds.ts';
import { describeError } from './errors.ts';
import type { Log } from './log.ts';
import type { Timing } from './timing.ts';

export type ReflectorPhase =
  | 'listing'
  | 'watching'
  /** It may list, but not watch. */
  | 'polling'
  /** It may not list. */
  | 'forbidden'
  /** There is no such kind. */
  | 'absent'
  /** Something failed; `lastError` says what. */
  | 'retrying';

/** There is nothing to be had of the kind, and no failure: somebody has yet to install it, or to grant it. */
export const isOut = (phase: ReflectorPhase): boolean => phase === 'absent' || phase === 'forbidden';

export interface ReflectorState {
  readonly phase: ReflectorPhase;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What is wrong at present. */
  readonly lastError?: string;
  readonly synced: boolean;
  readonly objects: number;
}

export interface StateKeeperOptions {
  readonly kind: GroupKind;
  readonly timing: Timing;
  readonly log: Log;
  /** One that is absent or forbidden is in order so. */
  readonly optional?: boolean;
}

export class StateKeeper {
  readonly #options: StateKeeperOptions;
  #phase: ReflectorPhase = 'listing';
  #since: number;
  #lastError: string | undefined;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
    this.#since = options.timing.now();
  }

  current(): Pick<ReflectorState, 'phase' | 'since' | 'lastError'> {
    const lastError = this.#lastError === undefined ? {} : { lastError: this.#lastError };
    return { phase: this.#phase, since: this.#since, ...lastError };
  }

  enter(phase: ReflectorPhase, error?: unknown): void {
    const { kind, timing, log, optional } = this.#options;
    const problem = error === undefined ? undefined : describeError(error);
    if (phase === this.#phase && problem === this.#lastError) return;
    if (phase !== this.#phase) this.#since = timing.now();
    this.#phase = phase;
    this.#lastError = problem;
    const about = { ...kind, phase, problem };
    if (problem === undefined) log.debug(about, 'reflecting a kind');
    else if (optional === true && isOut(phase)) log.debug(about, 'a kind is left out for now');
    else if (phase === 'absent') log.info(about, 'a kind is not there');
    else log.warn(about, 'reflecting a kind is impaired');
  }
}
