/**
 * @module A unified diff, as `diff -u` writes it and `patch` reads it.
 */

export interface DiffOptions {
  /** The name of the file, on both sides. */
  readonly label: string;
  /** With the colours of a terminal. */
  readonly color?: boolean;
}

/** A line that both sides have, or only one of them. */
interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

const CONTEXT = 3;

/** The lines that were taken away and added, each with three lines around; empty if nothing differs. */
export function unifiedDiff(before: string, after: string, options: DiffOptions): string {
  if (before === after) return '';
  const paint = options.color === true ? colored : (line: string): string => line;
  const lines = script(splitLines(before), splitLines(after));
  const output = [paint(`--- ${options.label}\n`), paint(`+++ ${options.label}\n`)];
  let old = 1;
  let next = 1;
  let done = 0;
  for (const [from, to] of hunks(lines)) {
    old += to === 0 ? 0 : countOf(lines.slice(done, from), '+');
    next += countOf(lines.slice(done, from), '-');
    const hunk = lines.slice(from, to);
    const olds = countOf(hunk, '+');
    const nexts = countOf(hunk, '-');
    output.push(paint(`@@ -${range(old, olds)} +${range(next, nexts)} @@\n`));
    for (const { mark, text } of hunk) {
      output.push(paint(mark + (text.endsWith('\n') ? text : `${text}\n`)));
      if (!text.endsWith('\n')) output.push('\\ No newline at end of file\n');
    }
    old += olds;
    next += nexts;
    done = to;
  }
  return output.join('');
}

/** The lines with their line feeds. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** How many of the lines are not of the other side. */
function countOf(lines: readonly Line[], other: Line['mark']): number {
  return lines.filter(({ mark }) => mark !== other).length;
}

/** A range without lines is named after the line before it. */
function range(start: number, length: number): string {
  if (length === 1) return String(start);
  return `${length === 0 ? start - 1 : start},${length}`;
}

/** Where the hunks start and end among the lines. */
function hunks(lines: readonly Line[]): [number, number][] {
  const found: [number, number][] = [];
  for (const [i, { mark }] of lines.entries()) {
    if (mark === ' ') continue;
    const last = found.at(-1);
    const end = Math.min(lines.length, i + CONTEXT + 1);
    if (last !== undefined && i - CONTEXT <= last[1]) last[1] = end;
    else found.push([Math.max(0, i - CONTEXT), end]);
  }
  return found;
}

/** Both sides as one list of lines: what is equal at the ends, and between that Myers' shortest script. */
function script(before: readonly string[], after: readonly string[]): Line[] {
  const room = Math.min(before.length, after.length);
  let head = 0;
  while (head < room && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < room - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const common = (text: string): Line => ({ mark: ' ', text });
  return [
    ...before.slice(0, head).map(common),
    ...shortest(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(common),
  ];
}

/** Beyond this many differences a shorter script is not worth the memory: all goes, and all comes. */
const MAX_EDITS = 1000;

function shortest(before: readonly string[], after: readonly string[]): Line[] {
  const trace: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(MAX_EDITS, before.length + after.length); edits += 1) {
    trace.push(furthest);
    furthest = advance(before, after, furthest, edits);
    if (furthest.get(before.length - after.length) === before.length) return walkBack(before, after, trace);
  }
  return [
    ...before.map((text): Line => ({ mark: '-', text })),
    ...after.map((text): Line => ({ mark: '+', text })),
  ];
}

/** How far one gets in `before` on each diagonal with one edit more. */
function advance(
  before: readonly string[],
  after: readonly string[],
  furthest: ReadonlyMap<number, number>,
  edits: number,
): Map<number, number> {
  const reached = new Map<number, number>();
  for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
    let x = comesFromAbove(furthest, diagonal, edits)
      ? (furthest.get(diagonal + 1) ?? 0)
      : (furthest.get(diagonal - 1) ?? 0) + 1;
    while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
    reached.set(diagonal, x);
  }
  return reached;
}

/** True if the best way to the diagonal adds a line, false if it takes one away. */
function comesFromAbove(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (furthest.get(diagonal - 1) ?? 0) < (furthest.get(diagonal + 1) ?? 0);
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  trace: readonly ReadonlyMap<number, number>[],
): Line[] {
  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (const [edits, furthest] of [...trace.entries()].toReversed()) {
    const added = comesFromAbove(furthest, x - y, edits);
    const diagonal = x - y + (added ? 1 : -1);
    const from = furthest.get(diagonal) ?? 0;
    for (; x > from && y > from - diagonal; x -= 1, y -= 1)
      lines.push({ mark: ' ', text: textAt(before, x) });
    if (edits > 0)
      lines.push(added ? { mark: '+', text: textAt(after, y) } : { mark: '-', text: textAt(before, x) });
    x = from;
    y = from - diagonal;
  }
  return lines.toReversed();
}

/** The line that ends at a position: positions are between lines. */
function textAt(lines: readonly string[], position: number): string {
  return lines[position - 1] ?? '';
}

function colored(line: string): string {
  const color = /^(?:---|\+\+\+) /.test(line) ? 1 : { '@': 36, '-': 31, '+': 32 }[line.charAt(0)];
  return color === undefined ? line : `\u001B[${color}m${line.slice(0, -1)}\u001B[0m\n`;
}
