/**
 * @module A last task before the end, with a limit to how long it may hold that up.
 */
import type { Timing } from './timing.ts';

/** Fulfilled when the task is, or after `ms`, when its signal is aborted and it is left to itself. */
export async function within(
  timing: Timing,
  ms: number,
  task: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const done = new AbortController();
  await Promise.race([task(over.signal).finally(() => done.abort()), timing.sleep(ms, done.signal)]);
  over.abort();
}
