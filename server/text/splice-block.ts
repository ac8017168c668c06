/**
 * @module Splices in block style: whole lines, wherever possible.
 */
import { isMap } from 'yaml';
import type { Arrangement, Change, Entry, Replacement } from './changes.ts';
import { endOfLines, nextColumn, type Place, placesOf } from './places.ts';
import { type BlockStyle, renderAfterColon, renderAfterDash, renderItem, renderMember } from './render.ts';
import type { Splice } from './splice.ts';
import { lineEnd } from './split.ts';
import { type Collection, columnOf, lineStart, withoutLineBreak } from './style.ts';

export function spliceBlock(text: string, change: Change, style: BlockStyle): Splice[] | undefined {
  return change.kind === 'arrange' ? arrange(text, change, style) : replace(text, change, style);
}

/** `key: old # comment` to `key: new # comment`, or to `key: # comment` with the new value on the lines below. */
function replace(text: string, change: Replacement, style: BlockStyle): Splice[] | undefined {
  const { holder, index, value } = change;
  const place = holder && placesOf(holder)[index];
  if (place?.indicator === undefined) return undefined;
  const render = isMap(holder) ? renderAfterColon : renderAfterDash;
  const [head = '', ...below] = render(value, columnOf(text, place.start), style);
  const splice = replaceHead(text, { ...place, indicator: place.indicator }, { head, below });
  return below.length === 0 ? [splice] : [splice, insertLines(text, lineEnd(text, splice.end), below)];
}

function replaceHead(
  text: string,
  place: Place & { readonly indicator: number },
  { head, below }: { readonly head: string; readonly below: readonly string[] },
): Splice {
  const { indicator, value } = place;
  const end = withoutLineBreak(text, place.end);
  if (value !== undefined && lineStart(text, value) > indicator) {
    // The value is on other lines: of the key's line stays the comment, and the others go whole.
    const comment = /^\s*#.*/.exec(text.slice(indicator, lineEnd(text, indicator)).trimEnd())?.[0] ?? '';
    return { start: indicator, end: withoutLineBreak(text, lineEnd(text, end)), text: head + comment };
  }
  // The spaces before the value stay, if that is all there is, and if no line below has to be in line with it.
  if (value !== undefined && !place.decorated && below.length === 0) {
    return { start: value, end, text: head.slice(1) };
  }
  return { start: indicator, end, text: head };
}

function arrange(text: string, { node, entries }: Arrangement, style: BlockStyle): Splice[] | undefined {
  const places = placesOf(node);
  const first = places[0];
  if (first === undefined) return undefined;
  const column = columnOf(text, first.start);
  const kept = new Set(entries.map(({ keep }) => keep));
  const layout = { places, column, style };
  return [...insertionsOf(text, node, entries, layout), ...removalsOf(text, kept, layout)];
}

interface Layout {
  readonly places: readonly Place[];
  readonly column: number;
  readonly style: BlockStyle;
}

function insertionsOf(text: string, node: Collection, entries: readonly Entry[], layout: Layout): Splice[] {
  const { places, column, style } = layout;
  const splices: Splice[] = [];
  let after: number | undefined;
  for (const entry of entries) {
    if (entry.keep !== undefined) {
      after = entry.keep;
      continue;
    }
    const lines = isMap(node)
      ? renderMember(entry.key, entry.value, column, style)
      : renderItem(entry.value, column, style);
    const previous = after === undefined ? undefined : places[after];
    splices.push(
      previous === undefined
        ? insertFirst(text, places[0]?.start ?? 0, lines)
        : insertLines(text, endWithComments(text, previous.end, column), lines),
    );
  }
  return splices;
}

/** Behind the comments that are indented like the collection, unless what follows it is indented as much. */
function endWithComments(text: string, end: number, column: number): number {
  return endOfLines(text, end, Math.max(column, nextColumn(text, end) + 1));
}

/** Before the first item and the comments right above it; within a line, the item moves to a line of its own. */
function insertFirst(text: string, start: number, lines: readonly string[]): Splice {
  const column = columnOf(text, start);
  let at = lineStart(text, start);
  if (text.slice(at, start).trim() !== '') {
    const inserted = `${lines.join('\n').slice(column)}\n${' '.repeat(column)}`;
    return { start, end: start, text: inserted };
  }
  while (at > 0 && text.slice(lineStart(text, at - 1), at).search(/\S/) === column && isComment(text, at)) {
    at = lineStart(text, at - 1);
  }
  return insertLines(text, at, lines);
}

function isComment(text: string, at: number): boolean {
  return /^\s*#/.test(text.slice(lineStart(text, at - 1), at));
}

function insertLines(text: string, at: number, lines: readonly string[]): Splice {
  const joined = lines.join('\n');
  const atLineStart = at === 0 || text.charAt(at - 1) === '\n';
  return { start: at, end: at, text: atLineStart ? `${joined}\n` : `\n${joined}` };
}

/** Each member with its own comment. */
function removalsOf(text: string, kept: ReadonlySet<number | undefined>, layout: Layout): Splice[] {
  const { places, column } = layout;
  const first = removeFirst(text, kept, layout);
  return [
    ...(first === undefined ? [] : [first]),
    ...places.flatMap((place, i) => {
      if (kept.has(i) || (first !== undefined && place.start < first.end)) return [];
      return [
        { start: lineStart(text, place.start), end: endOfLines(text, place.end, column + 1), text: '' },
      ];
    }),
  ];
}

/** The first members, if they start within a line (`- name: x`): the next one gets their place there. */
function removeFirst(
  text: string,
  kept: ReadonlySet<number | undefined>,
  { places, column }: Layout,
): Splice | undefined {
  const start = places[0]?.start ?? 0;
  if (kept.has(0) || text.slice(lineStart(text, start), start).trim() === '') return undefined;
  const last = places.findIndex((_, i) => kept.has(i + 1));
  const end = endOfLines(text, places[last]?.end ?? start, column + 1);
  return { start, end: end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0), text: '' };
}
