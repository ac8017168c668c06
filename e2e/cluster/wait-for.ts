/**
 * @module Waiting for something to become true in a world that gives no sign when it does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Something a probe answers when there is nothing yet. */
export type Nothing = undefined | null | false;

export interface WaitOptions<T> {
  /** Milliseconds until it gives up; 10 s unless told. */
  readonly timeoutMs?: number;
  /** Milliseconds between two probes; 50 unless told. */
  readonly intervalMs?: number;
  /** Which value is the one waited for; unless told, any that is not undefined, null or false. */
  readonly until?: (value: T) => boolean;
}

/**
 * Asks the probe until it gives a value (that `until` accepts, if there is one), and returns that value. A probe that
 * throws, a failing assertion included, is asked again. The error says what was waited for and what was seen last.
 */
export async function waitFor<T>(
  description: string,
  probe: () => T | Nothing | Promise<T | Nothing>,
  { timeoutMs = 10_000, intervalMs = 50, until = () => true }: WaitOptions<T> = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: { readonly value: T | Nothing } | { readonly error: unknown };
    try {
      last = { value: await probe() };
      if (isSomething(last.value) && until(last.value)) return last.value;
    } catch (error) {
      last = { error };
    }
    if (performance.now() >= deadline) {
      const seen = 'error' in last ? `the probe failed: ${describe(last.error)}` : describe(last.value);
      const message = `waited ${timeoutMs} ms for ${description}; seen last: ${seen}`;
      throw 'error' in last ? new Error(message, { cause: last.error }) : new Error(message);
    }
    await sleep(intervalMs);
  }
}

function isSomething<T>(value: T | Nothing): value is T {
  return value !== undefined && value !== null && value !== false;
}

function describe(value: unknown): string {
  return value instanceof Error ? value.message : inspect(value, { depth: 10, breakLength: 110 });
}
