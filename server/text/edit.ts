/**
 * @module Changes the text of a document no more than its value changes.
 */
import type { ParsedNode } from 'yaml';
import { equal, isList, isObject, type Json, own, withMember } from '../../lib/api/json.ts';
import { type Change, compare, sharersOf } from './changes.ts';
import { rebuild } from './rebuild.ts';
import { renderObject } from './render.ts';
import { resolve } from './resolve.ts';
import { applySplices, type Original, type Splice, splicesOf } from './splice.ts';
import { isFlow, lineBreakOf } from './split.ts';
import type { TextDocument, TextPath } from './stream.ts';
import { blockStyleOf } from './style.ts';
import { parseSyntax } from './syntax.ts';

/** The object at a path (the whole document, or an item of a List) is now this. */
export interface TextChange {
  readonly path: TextPath;
  readonly value: Json;
  /** Put the value behind the item at the path instead of in its place. Only for items of a List. */
  readonly insert?: 'after';
}

/**
 * The new `source` of the document. All paths are those of the document as it was read. What did not change keeps its
 * text; without a change the text is the same. The result was read again and has the wanted value: first tried are
 * splices, then splices that also write out aliases, then printing the syntax tree, then printing the value.
 */
export function editDocument(document: TextDocument, changes: readonly TextChange[]): string {
  const wanted = changed(document.value, changes);
  if (equal(document.value, wanted)) return document.source;
  const original = originalOf(document, document.source);
  if (original === undefined) throw new TypeError(`${document.name}:${document.line}: cannot be read`);
  for (const attempt of [spliced, rebuilt, printed]) {
    const source = attempt(document, wanted, original);
    if (source !== undefined) return source;
  }
  throw new Error(`${document.name}:${document.line}: this document cannot be changed`);
}

/** Insertions last, and from the last one on, so that every path still means the item that it meant. */
function changed(value: Json, changes: readonly TextChange[]): Json {
  const replaced = changes
    .filter(({ insert }) => insert === undefined)
    .reduce((whole, change) => withValue(whole, change.path, change.value), value);
  return changes
    .filter(({ insert }) => insert === 'after')
    .toReversed()
    .toSorted((a, b) => comparePaths(b.path, a.path))
    .reduce((whole, change) => withItem(whole, change.path, change.value), replaced);
}

function comparePaths(a: TextPath, b: TextPath): number {
  for (const [i, step] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (typeof step === 'number' && typeof other === 'number' && step !== other) return step - other;
  }
  return a.length - b.length;
}

function withValue(whole: Json, path: TextPath, value: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (isList(whole) && typeof step === 'number' && step < whole.length) {
    return whole.with(step, withValue(whole[step] ?? null, rest, value));
  }
  if (isObject(whole) && typeof step === 'string') {
    return withMember(whole, step, withValue(own(whole, step) ?? null, rest, value));
  }
  throw new RangeError('there is nothing at this path of the document');
}

function withItem(whole: Json, path: TextPath, value: Json): Json {
  const list = path.slice(0, -1);
  const items = list.reduce<Json>(childOf, whole);
  const index = path.at(-1);
  if (!isList(items) || typeof index !== 'number') {
    throw new RangeError('only behind an item of a list can another one be put');
  }
  return withValue(whole, list, items.toSpliced(index + 1, 0, value));
}

function childOf(value: Json, step: string | number): Json {
  if (isList(value)) return value[Number(step)] ?? null;
  return isObject(value) ? (own(value, String(step)) ?? null) : null;
}

function spliced(document: TextDocument, wanted: Json, original: Original): string | undefined {
  let unshared = new Set<ParsedNode>();
  for (;;) {
    const changes: Change[] = compare(original.syntax.contents, wanted, original.resolution, unshared);
    const splices = splicesOf(original, changes);
    if (splices === undefined) return undefined;
    const source = sourceAfter(document, original, splices);
    if (source !== undefined && hasValue(document, source, wanted)) return source;
    // Something else repeats what has changed. It gets a text of its own, and so do those that repeat that one.
    const sharers = new Set([
      ...sharersOf(original.syntax.contents, original.resolution, splices),
      ...unshared,
    ]);
    if (sharers.size === unshared.size) return undefined;
    unshared = sharers;
  }
}

function rebuilt(
  document: TextDocument,
  wanted: Json,
  { text, syntax, resolution }: Original,
): string | undefined {
  const style = blockStyleOf(text, syntax.contents, resolution.numbers);
  const source = rebuild(syntax, wanted, style).replaceAll('\n', lineBreakOf(text));
  return hasValue(document, source, wanted) ? source : undefined;
}

function printed(document: TextDocument, wanted: Json, { resolution }: Original): string | undefined {
  if (!isObject(wanted)) return undefined;
  const text = renderObject(wanted, { json: isFlow(document.source), numbers: resolution.numbers });
  const source = text.replaceAll('\n', lineBreakOf(document.source));
  return hasValue(document, source, wanted) ? source : undefined;
}

/** undefined if there is an error in it: its value is not known then, and so must not be replaced. */
function originalOf({ opening }: TextDocument, source: string): Original | undefined {
  const text = opening + source;
  const { syntax } = parseSyntax(text);
  if (syntax === undefined) return undefined;
  const resolution = resolve(syntax);
  return resolution.faults.some(({ severity }) => severity === 'error')
    ? undefined
    : { text, syntax, resolution };
}

/** Everything behind the opening; undefined if a splice reaches into that. */
function sourceAfter(
  { opening }: TextDocument,
  { text }: Original,
  splices: readonly Splice[],
): string | undefined {
  return splices.some(({ start }) => start < opening.length)
    ? undefined
    : applySplices(text, splices).slice(opening.length);
}

function hasValue(document: TextDocument, source: string, wanted: Json): boolean {
  const { resolution } = originalOf(document, source) ?? {};
  return resolution !== undefined && equal(resolution.value, wanted);
}
