/**
 * @module Alignment of lists: which item of the new one was which of the old one.
 */
import { writeExactly } from '../../lib/api/exact-json.ts';
import { dig, equal, isObject, type Json } from '../../lib/api/json.ts';

/** An item of the new list: what it was in the old one, or undefined if it is new. */
export interface Aligned {
  readonly old: number | undefined;
  readonly next: number;
}

/**
 * Which items of two lists belong together: equal ones, then those of the same name (as Kubernetes merges lists), then,
 * between two such, nameless ones by position. Order is kept: an item that moved is a new one.
 */
export function align(old: readonly Json[], next: readonly Json[]): Aligned[] {
  let head = 0;
  while (head < old.length && head < next.length && same(old[head], next[head])) head += 1;
  let tail = 0;
  const room = Math.min(old.length, next.length) - head;
  while (tail < room && same(old[old.length - 1 - tail], next[next.length - 1 - tail])) tail += 1;
  const anchors: [number, number][] = [
    ...Array.from({ length: head }, (_, i): [number, number] => [i, i]),
    ...commonSubsequence(old.slice(head, old.length - tail), next.slice(head, next.length - tail)).map(
      ([i, j]): [number, number] => [i + head, j + head],
    ),
    ...Array.from({ length: tail }, (_, i): [number, number] => [
      old.length - tail + i,
      next.length - tail + i,
    ]),
  ];
  return fillGaps(old, next, anchors);
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  const name = nameOf(a);
  return name === undefined ? equal(a ?? null, b ?? null) : name === nameOf(b);
}

/** What tells an item of a Kubernetes list from its neighbours; undefined if nothing does. */
function nameOf(item: Json | undefined): string | undefined {
  if (!isObject(item)) return undefined;
  const name = dig(item, 'name');
  if (typeof name === 'string') return `name ${name}`;
  const object = dig(item, 'metadata', 'name');
  if (typeof object !== 'string') return undefined;
  const identity = [dig(item, 'apiVersion'), dig(item, 'kind'), dig(item, 'metadata', 'namespace')];
  return writeExactly([...identity.map((part) => part ?? null), object]);
}

/** More pairs than this are not compared each with each. */
const MAX_PAIRS = 1_000_000;

function commonSubsequence(a: readonly Json[], b: readonly Json[]): [number, number][] {
  if (a.length * b.length > MAX_PAIRS) return [];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = same(a[i], b[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (same(a[i], b[j])) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

function fillGaps(
  old: readonly Json[],
  next: readonly Json[],
  anchors: readonly (readonly [number, number])[],
): Aligned[] {
  const aligned: Aligned[] = [];
  let from = 0;
  for (const [i, j] of [...anchors, [old.length, next.length] as const]) {
    for (let at = aligned.length; at < j; at += 1) {
      const partner = from < i && replaces(old[from], next[at]) ? from : undefined;
      if (partner !== undefined) from += 1;
      aligned.push({ old: partner, next: at });
    }
    if (j < next.length) aligned.push({ old: i, next: j });
    from = i + 1;
  }
  return aligned;
}

function replaces(old: Json | undefined, next: Json | undefined): boolean {
  return nameOf(old) === undefined && nameOf(next) === undefined;
}
