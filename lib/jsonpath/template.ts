/**
 * @module Templates: texts and several expressions in braces, as `kubectl -o jsonpath` takes them.
 */

import type { Json } from '../api/json.ts';
import { compileList } from './compile.ts';
import type { Item, Run, Step } from './evaluation.ts';
import { count, fail, looseItem, newRun, rootItem } from './evaluation.ts';
import { parseTemplate } from './parse.ts';
import { renderItems } from './render.ts';
import type { PathSyntaxError, RootNode } from './syntax.ts';

export interface TemplateOptions {
  /** What a missing key means: an error, or no result. */
  readonly missing: 'error' | 'skip';
}

/** The values of each text and each expression; those inside `range` once for each round. */
export type Evaluated =
  | { readonly ok: true; readonly results: readonly (readonly Json[])[] }
  | { readonly ok: false; readonly message: string };

export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

export interface Template {
  readonly source: string;
  readonly evaluate: (root: Json, options: TemplateOptions) => Evaluated;
  /** What client-go prints: scalars as they are, maps and lists as JSON, blanks between the values of an expression. */
  readonly render: (root: Json, options: TemplateOptions) => Rendered;
}

type Found =
  | { readonly ok: true; readonly results: readonly (readonly Item[])[] }
  | { readonly ok: false; readonly message: string };

/**
 * Compiles a template with client-go's grammar and semantics (k8s.io/client-go/util/jsonpath; `missing: 'skip'` is its
 * AllowMissingKeys). Nothing is thrown, neither here nor when it is evaluated.
 */
export function compileTemplate(
  source: string,
): { readonly template: Template } | { readonly error: PathSyntaxError } {
  const parsed = parseTemplate(source);
  if ('error' in parsed) return parsed;
  const steps = parsed.roots.map(compileRoot);
  return {
    template: {
      source,
      evaluate(root, options) {
        const found = find(steps, root, options);
        if (!found.ok) return found;
        return { ok: true, results: found.results.map((items) => items.map((item) => item.value ?? null)) };
      },
      render(root, options) {
        const found = find(steps, root, options);
        if (!found.ok) return found;
        const texts = found.results.map(renderItems);
        if (!texts.every((text) => text !== undefined))
          return { ok: false, message: 'nested too deep to be printed' };
        return { ok: true, text: texts.join('') };
      },
    },
  };
}

function compileRoot(node: RootNode): Step {
  return node.type === 'list' ? compileList(node) : () => [looseItem(node.text)];
}

function find(steps: readonly Step[], root: Json, options: TemplateOptions): Found {
  const run = newRun({ missing: options.missing, bytes: true });
  const results: (readonly Item[])[] = [];
  walk({ steps, run, results, lastEnd: -1 }, root, 0);
  return run.failure === undefined ? { ok: true, results } : { ok: false, message: run.failure.message };
}

interface Walk {
  readonly steps: readonly Step[];
  readonly run: Run;
  readonly results: (readonly Item[])[];
  lastEnd: number;
}

/**
 * client-go's FindResults: everything from one root node on. A `range` walks what follows it once for each of its
 * values, which is the root there; `end` returns from that, and the walk goes on behind the `end` seen last.
 */
function walk(state: Walk, root: Json | null, from: number): void {
  const { run, steps } = state;
  // Go holds null at the root as an invalid value.
  const input = [rootItem(root ?? undefined)];
  let at = from;
  for (let step = steps[at]; step !== undefined; step = steps[at]) {
    // Nested ranges multiply, whatever their bodies hold: each node walked is charged for itself.
    const found = count(1, run) ? step(input, run) : [];
    if (run.failure !== undefined || endsHere(state, at)) return;
    if (run.begin === 0) state.results.push(found);
    else at = repeat(state, found, at);
    at += 1;
  }
}

function endsHere(state: Walk, at: number): boolean {
  const { run } = state;
  if (run.ended === 0 || run.ended > run.depth) return false;
  run.ended -= 1;
  state.lastEnd = at;
  return true;
}

/** The rounds of a `range` at a node; returns the node to go on behind, the last one after a failure. */
function repeat(state: Walk, values: readonly Item[], at: number): number {
  const { run } = state;
  run.begin -= 1;
  run.depth += 1;
  for (const item of values) {
    // Go panics here.
    if (item.value === undefined) fail(run, 'null has nothing to range over', undefined);
    else walk(state, item.value, at + 1);
    if (run.failure !== undefined) return state.steps.length;
  }
  // Without values the body is still walked, for its `end`; a key missing there is as much an error as elsewhere.
  if (values.length === 0) {
    const discarded = { ...state, results: [] };
    walk(discarded, null, at + 1);
    state.lastEnd = discarded.lastEnd;
    if (run.failure !== undefined) return state.steps.length;
  }
  run.depth -= 1;
  return Math.max(at, state.lastEnd);
}
