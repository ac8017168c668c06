/**
 * @module The parsed form of a template. `at` is where a node begins, as an offset in the source.
 */

import type { Value } from './value.ts';

export type Node =
  | { readonly type: 'text'; readonly text: string; readonly at: number }
  | { readonly type: 'action'; readonly pipe: Pipe; readonly at: number }
  | Branch
  | { readonly type: 'break' | 'continue'; readonly at: number }
  | {
      readonly type: 'template';
      readonly name: string;
      readonly pipe: Pipe | undefined;
      readonly at: number;
    };

export interface Branch {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly list: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly at: number;
}

export interface Pipe {
  readonly type: 'pipe';
  /** Names with their `$`. */
  readonly variables: readonly string[];
  /** Whether they are set with `=` instead of being declared. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
  readonly at: number;
}

export interface Command {
  /** At least one. */
  readonly args: readonly Operand[];
  readonly at: number;
}

export type Operand =
  | { readonly type: 'literal'; readonly value: Value; readonly at: number }
  | { readonly type: 'overflow'; readonly at: number }
  | { readonly type: 'nil'; readonly at: number }
  | { readonly type: 'dot'; readonly at: number }
  | { readonly type: 'field'; readonly names: readonly string[]; readonly at: number }
  | {
      readonly type: 'variable';
      readonly name: string;
      readonly names: readonly string[];
      readonly at: number;
    }
  | { readonly type: 'function'; readonly name: string; readonly at: number }
  | { readonly type: 'chain'; readonly of: Operand; readonly names: readonly string[]; readonly at: number }
  | Pipe;

/** The nodes of each template that the source defines, by name. */
export type Trees = ReadonlyMap<string, readonly Node[]>;
