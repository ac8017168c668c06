/**
 * @module The slice operator of client-go's JSONPath: `[0]`, `[-1]`, `[1:3]`, `[::2]`, `[*]`.
 */

import type { PathSyntaxError, SliceNode } from './syntax.ts';

const slice = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);

/** What stands between brackets as a slice; `position` is that of the opening bracket. `[]` is `[0]`, as in client-go. */
export function parseSlice(
  content: string,
  position: number,
): { readonly node: SliceNode } | { readonly error: PathSyntaxError } {
  const match = slice.exec(content);
  if (match === null) return { error: { message: `invalid array index ${content}`, position } };
  const parts = match.slice(1).map((part) => (part ?? '').replace(':', ''));
  const broken = parts.find((part) => part !== '' && !isInt(part));
  if (broken !== undefined) return { error: { message: `array index ${broken} is not a number`, position } };
  const [start, end, step] = parts.map((part) => (part === '' ? undefined : clamp(Number(part))));
  const single = match[2] === undefined;
  return { node: { type: 'slice', start, end: single ? (start ?? 0) + 1 : end, step, single, position } };
}

/** Beyond every list, and small enough to be counted with exactly. */
function clamp(index: number): number {
  return Math.max(-(2 ** 40), Math.min(2 ** 40, index));
}

function isInt(text: string): boolean {
  return /^-?\d+$/.test(text) && BigInt(text) >= minInt && BigInt(text) <= maxInt;
}
