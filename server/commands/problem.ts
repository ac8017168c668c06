/**
 * @module A failure that its user can do something about: shown as one sentence, without a stack.
 */

export const ExitCode = {
  done: 0,
  /** Usage, I/O, or input that cannot be parsed. */
  failed: 1,
  /** Some binding is not ready. */
  notReady: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export class Problem extends Error {
  override readonly name = 'Problem';
}

/** The first sentence of whatever was thrown. */
export function describeProblem(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
