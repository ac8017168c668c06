/**
 * @module Structural changes as splices of the text.
 */
import type { ParsedNode } from 'yaml';
import { spliceBlock } from './splice-block.ts';
import { spliceFlow } from './splice-flow.ts';
import type { Change, Replacement } from './changes.ts';
import { contentEnd, isDecorated, placesOf } from './places.ts';
import { type FlowStyle, renderFlow, renderLines } from './render.ts';
import type { Resolution } from './resolve.ts';
import { lineBreakOf, lineEnd } from './split.ts';
import {
  blockStyleOf,
  type Collection,
  indentationAt,
  isCollection,
  isQuoted,
  lineStart,
  withoutLineBreak,
} from './style.ts';
import type { Syntax } from './syntax.ts';

/** Replace what is between two offsets. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Original {
  readonly text: string;
  readonly syntax: Syntax;
  readonly resolution: Resolution;
}

/** The splices in the order of the text; undefined if the text is not of a kind that splices can change. */
export function splicesOf(original: Original, changes: readonly Change[]): Splice[] | undefined {
  const { text, syntax, resolution } = original;
  const style = blockStyleOf(text, syntax.contents, resolution.numbers);
  const splices: Splice[] = [];
  for (const change of changes) {
    const made = spliceChange(original, change, style);
    if (made === undefined) return undefined;
    splices.push(...made.filter((splice) => text.slice(splice.start, splice.end) !== splice.text));
  }
  // A stable sort: what inner nodes insert comes before what those around them insert at the same place.
  const sorted = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const overlap = sorted.some((splice, i) => i > 0 && splice.start < (sorted[i - 1]?.end ?? 0));
  return overlap ? undefined : sorted;
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  const lineBreak = lineBreakOf(text);
  const pieces: string[] = [];
  let at = 0;
  for (const splice of splices) {
    const added = lineBreak === '\n' ? splice.text : splice.text.replaceAll(/\r?\n/g, lineBreak);
    pieces.push(text.slice(at, splice.start), added);
    at = splice.end;
  }
  return pieces.join('') + text.slice(at);
}

function spliceChange(
  original: Original,
  change: Change,
  style: ReturnType<typeof blockStyleOf>,
): Splice[] | undefined {
  const { text, syntax } = original;
  if (change.kind === 'replace' && change.holder === undefined) return replaceRoot(original, change, style);
  const holder = change.kind === 'arrange' ? change.node : change.holder;
  if (holder === undefined) return undefined;
  if (holder.flow !== true) return spliceBlock(text, change, style);
  return spliceFlow(text, change, flowStyleOf(text, holder, syntax.contents, style.numbers));
}

/** A whole document: always in the style in which it was. */
function replaceRoot(
  { text, resolution }: Original,
  { node, value }: Replacement,
  style: ReturnType<typeof blockStyleOf>,
): Splice[] | undefined {
  if (node === null || isDecorated(node)) return undefined;
  const start = node.range[0];
  const end = contentEnd(node);
  if (isCollection(node) && node.flow === true) {
    const flow = flowStyleOf(text, node, node, resolution.numbers);
    return [{ start, end, text: renderFlow(value, flow, indentationAt(text, start)) }];
  }
  // A list or mapping needs a line of its own; what was on the last line behind the old value goes with it.
  if (lineStart(text, start) !== start) return undefined;
  const rendered = renderLines(value, 0, style).join('\n');
  return [{ start, end: withoutLineBreak(text, lineEnd(text, withoutLineBreak(text, end))), text: rendered }];
}

/** How the members of a flow collection are written, and so what is new in it. */
function flowStyleOf(
  text: string,
  node: Collection,
  root: ParsedNode | null,
  numbers: ReadonlyMap<number, string>,
): FlowStyle {
  const outer = isCollection(root) && root.flow === true ? root : node;
  const json = isQuoted(outer) ?? (outer === root || isQuoted(node) === true);
  // The first lines show it; a List can be megabytes long.
  const start = outer.range[0];
  const tight = /":["{[\w-]/.test(text.slice(start, Math.min(outer.range[1], start + 1000)));
  return { json, spaced: !json || !tight, unit: unitOf(text, node) ?? unitOf(text, outer), numbers };
}

/** By how much the members of a collection are indented; undefined if they are on the line of its bracket. */
function unitOf(text: string, node: Collection): string | undefined {
  const first = placesOf(node)[0]?.start;
  if (first === undefined || lineStart(text, first) <= node.range[0]) return undefined;
  const outer = indentationAt(text, node.range[0]);
  return indentationAt(text, first).slice(outer.length) || '  ';
}
