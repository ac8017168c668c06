/**
 * @module What evaluating passes along: values with the way that led to them, and the state of one evaluation.
 */

import type { Json } from '../api/json.ts';

/** A place in the document, or a value that has none, such as a literal. */
export interface Item {
  /** Undefined stands for Go's invalid value: what a template sees at its root if that is null. */
  readonly value: Json | undefined;
  /** Undefined at the root and for what is not in the document. */
  readonly parent: Item | undefined;
  readonly key: string | number;
  /** A float written in the expression. Numbers of the document are integers if they have no fraction. */
  readonly float: boolean;
}

export interface Failure {
  readonly message: string;
  readonly item: Item | undefined;
  /** A limit was exceeded. Other failures end the expression, unless a filter merely asks whether something exists. */
  readonly fatal: boolean;
}

export interface Options {
  /** What a key that no item has means: an error (client-go's default) or nothing (its AllowMissingKeys). */
  readonly missing: 'error' | 'skip';
  /** client-go sees a string as a list of bytes. Those are no places in the document. */
  readonly bytes: boolean;
}

/** The state of one evaluation. Like the functions of client-go, a step that fails still returns values. */
export interface Run extends Options {
  failure: Failure | undefined;
  visited: number;
  /** The open `range` blocks of a template: seen and not yet begun, begun, and ended. */
  begin: number;
  depth: number;
  ended: number;
}

/** One node of an expression, applied to the results of the node before. */
export type Step = (input: readonly Item[], run: Run) => readonly Item[];

/**
 * How many values one evaluation may look at or produce, intermediate ones included. A Pod with a hundred containers has a few
 * thousand values, and `..` visits each about once; this many take some 10 ms. What would be longer at work (chains
 * of `..` on nested documents) would hold up other admissions.
 */
export const maxVisited = 100_000;

/**
 * How deep `..` descends. Each level takes a stack frame, of which a thread has about ten thousand; the API server
 * reads documents 10,000 levels deep, while those of workloads have less than 30.
 */
export const maxDepth = 500;

export function newRun(options: Options): Run {
  const { missing, bytes } = options;
  return { missing, bytes, failure: undefined, visited: 0, begin: 0, depth: 0, ended: 0 };
}

export function rootItem(value: Json | undefined): Item {
  return { value, parent: undefined, key: '', float: false };
}

/** A value that is not in the document. */
export function looseItem(value: Json, float = false): Item {
  return { value, parent: undefined, key: '', float };
}

/** Adds an item to the results of a step; false, and a failure, if that is one too many. */
export function visit(into: Item[], item: Item, run: Run): boolean {
  into.push(item);
  return count(1, run);
}

/** Charges work to the evaluation; false, and a failure, if that is too much. */
export function count(values: number, run: Run): boolean {
  run.visited += values;
  if (run.visited <= maxVisited) return true;
  fail(run, `more than ${maxVisited} values visited`, undefined, true);
  return false;
}

export function fail(run: Run, message: string, item: Item | undefined, fatal = false): void {
  run.failure = { message, item, fatal };
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** What a message calls a value that is no list. The value itself may be confidential and stays out. */
export function kindOf(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'object' ? 'map' : typeof value;
}

/** The way from the root of the document, if the item that the evaluation started from is at `prefix`. */
export function keysOf(item: Item, prefix: readonly string[]): readonly (string | number)[] {
  const keys: (string | number)[] = [...prefix];
  let depth = 0;
  for (let at = item; at.parent !== undefined; at = at.parent) depth += 1;
  let index = prefix.length + depth;
  for (let at = item; at.parent !== undefined; at = at.parent) keys[(index -= 1)] = at.key;
  return keys;
}
