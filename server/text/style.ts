/**
 * @module The style of what is there, so that new content looks like it.
 */
import { isMap, isScalar, isSeq, type ParsedNode, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { BlockStyle } from './render.ts';

/** A mapping or list, as parsed. */
export type Collection = YAMLMap.Parsed | YAMLSeq.Parsed;

export function isCollection(node: unknown): node is Collection {
  return isMap(node) || isSeq(node);
}

/** The offset at which the line of another offset starts. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** An offset behind a line break, or that before the break. */
export function withoutLineBreak(text: string, end: number): number {
  if (text.charAt(end - 1) !== '\n') return end;
  return text.charAt(end - 2) === '\r' ? end - 2 : end - 1;
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The white space at the start of the line on which the offset is. */
export function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

/** The indentation of the first mapping and the first list that stand under a key; kubectl's style without any. */
export function blockStyleOf(
  text: string,
  root: ParsedNode | null,
  numbers: ReadonlyMap<number, string>,
): BlockStyle {
  const steps: Steps = {};
  measure(text, root, steps);
  const step = steps.map ?? (steps.list || 2);
  return { step, listStep: steps.list ?? 0, gap: steps.gap ?? 2, numbers };
}

interface Steps {
  map?: number;
  list?: number;
  gap?: number;
}

function measure(text: string, node: ParsedNode | null, steps: Steps): void {
  if (!isBlock(node) || (steps.map !== undefined && steps.list !== undefined)) return;
  if (isSeq(node)) {
    for (const item of node.items) {
      noteGap(text, steps, item);
      measure(text, item, steps);
    }
    return;
  }
  for (const { key, value } of node.items) {
    if (isBlock(value)) note(steps, value, columnOf(text, value.range[0]) - columnOf(text, key.range[0]));
    measure(text, value, steps);
  }
}

/** A tag before a key makes its value look outdented: such a step tells nothing. */
function note(steps: Steps, node: Collection, step: number): void {
  if (isMap(node) && step > 0) steps.map ??= step;
  else if (isSeq(node) && step >= 0) steps.list ??= step;
}

/** Only what starts on the line of its dash shows how far it is from it. */
function noteGap(text: string, steps: Steps, item: ParsedNode): void {
  const gap = /-( +)$/.exec(text.slice(lineStart(text, item.range[0]), item.range[0]))?.[0].length;
  if (isBlock(item) && gap !== undefined) steps.gap ??= gap;
}

function isBlock(node: ParsedNode | null): node is Collection {
  return isCollection(node) && node.flow !== true;
}

/** True if a flow collection quotes its first key or item, as JSON does; undefined if there is nothing to tell by. */
export function isQuoted(node: ParsedNode | null): boolean | undefined {
  if (isScalar(node)) return node.type === Scalar.QUOTE_DOUBLE;
  const first = isCollection(node) ? node.items[0] : undefined;
  if (first === undefined) return undefined;
  return isQuoted('key' in first ? first.key : first);
}
