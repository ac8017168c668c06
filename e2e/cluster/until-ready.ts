/**
 * @module Waiting for a program that was started to serve.
 */
import type { Program } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** Far more than it takes (2 s): a busy machine is no failure. */
const TIMEOUT_MS = 90_000;

/** Waits until the check holds. The error, also when the program has ended instead, carries the tail of its log. */
export async function untilReady(program: Program, check: () => Promise<boolean>): Promise<void> {
  try {
    await waitFor(
      `${program.name} to be ready`,
      async () => program.ended() !== undefined || (await check()),
      {
        timeoutMs: TIMEOUT_MS,
        intervalMs: 25,
      },
    );
    const ended = program.ended();
    if (ended !== undefined) throw new Error(ended);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\nThe end of its log:\n${await program.logTail()}`, { cause: error });
  }
}
