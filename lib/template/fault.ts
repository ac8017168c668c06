/**
 * @module How parsing and execution stop: with a fault, thrown and caught within this room, and turned into a value at
 * its door.
 */

/** What is wrong with a template, and where: line and column count from 1, columns in UTF-16 code units. */
export interface TemplateError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Thrown inside; `at` is the offset in the source, if it is known where the fault arises. */
export class Fault extends Error {
  readonly at: number | undefined;

  constructor(message: string, at?: number) {
    super(message);
    this.at = at;
  }
}

/** The place of an offset as people count it. */
export function locate(source: string, at: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: at - start + 1 };
}
