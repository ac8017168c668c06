/**
 * @module Splices in flow style, JSON included: between brackets, keeping one line per member where there is one.
 */
import { isMap } from 'yaml';
import type { Arrangement, Change, Entry, Replacement } from './changes.ts';
import { contentEnd, type Place, placesOf } from './places.ts';
import { type FlowStyle, renderFlow, renderFlowMember } from './render.ts';
import type { Splice } from './splice.ts';
import { type Collection, indentationAt, lineStart } from './style.ts';

export function spliceFlow(text: string, change: Change, style: FlowStyle): Splice[] | undefined {
  return change.kind === 'arrange' ? arrange(text, change, style) : replace(text, change, style);
}

function replace(text: string, change: Replacement, style: FlowStyle): Splice[] | undefined {
  const { holder, index, node, value } = change;
  const place = holder === undefined ? undefined : placesOf(holder)[index];
  if (holder === undefined || place === undefined) return undefined;
  const rendered = renderFlow(value, layoutOf(text, holder, style), indentationAt(text, place.start));
  if (node !== null && place.value !== undefined && !place.decorated) {
    return [{ start: place.value, end: contentEnd(node), text: rendered }];
  }
  if (!isMap(holder)) return [{ start: place.start, end: place.end, text: rendered }];
  if (place.indicator === undefined) return [{ start: place.end, end: place.end, text: `: ${rendered}` }];
  return [{ start: place.indicator, end: place.end, text: ` ${rendered}` }];
}

/** What is new gets lines of its own only among members that have lines of their own. */
function layoutOf(text: string, holder: Collection, style: FlowStyle): FlowStyle {
  const first = placesOf(holder)[0]?.start ?? holder.range[0];
  const onLines = lineStart(text, first) > holder.range[0];
  return onLines ? { ...style, unit: style.unit ?? '  ' } : { ...style, unit: undefined };
}

/** Keeps what is between two members that stay neighbours, and separates all others as the style wants it. */
function arrange(text: string, { node, entries }: Arrangement, style: FlowStyle): Splice[] | undefined {
  const places = placesOf(node);
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const layout = layoutOf(text, node, style);
  const base = indentationAt(text, first.start);
  const separator = separatorOf(layout, base);
  const splices: Splice[] = [];
  let from = first.start;
  let pending = '';
  for (const [i, entry] of entries.entries()) {
    if (entry.keep === undefined) {
      pending += (i === 0 ? '' : separator) + renderEntry(node, entry, layout, base);
      continue;
    }
    const place = places[entry.keep];
    if (place === undefined) return undefined;
    const gap = i === 0 ? '' : (gapBefore(text, places, entry.keep) ?? separator);
    splices.push({ start: from, end: place.start, text: pending + gap });
    from = place.end;
    pending = '';
  }
  splices.push({ start: from, end: last.end, text: pending });
  return splices;
}

function separatorOf({ unit, spaced }: FlowStyle, base: string): string {
  if (unit !== undefined) return `,\n${base}`;
  return spaced ? ', ' : ',';
}

function gapBefore(text: string, places: readonly Place[], index: number): string | undefined {
  const before = places[index - 1];
  const place = places[index];
  return before && place && text.slice(before.end, place.start);
}

function renderEntry(
  node: Collection,
  entry: Extract<Entry, { keep: undefined }>,
  style: FlowStyle,
  base: string,
): string {
  return isMap(node)
    ? renderFlowMember(entry.key, entry.value, style, base)
    : renderFlow(entry.value, style, base);
}
