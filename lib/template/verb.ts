/**
 * @module What stands between `%` and its verb, and how Go's fmt pads by it.
 */

export interface Flags {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%#v`: as Go source. */
  readonly source: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

export const noFlags: Flags = {
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  source: false,
  width: undefined,
  precision: undefined,
};

/** Characters, of which a byte that stands for itself is one. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Go pads strings with zeros, too, if asked to, and never to the right. */
export function pad(text: string, flags: Flags, zero = flags.zero): string {
  const missing = padding(text, flags.width);
  if (missing === 0) return text;
  return flags.minus ? text + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + text;
}

function padding(text: string, width: number | undefined): number {
  return width === undefined ? 0 : Math.max(width - characterCount(text), 0);
}

/** The first characters, as many as the precision says. */
export function truncate(text: string, { precision }: Flags): string {
  if (precision === undefined || text.length <= precision) return text;
  let end = 0;
  let count = 0;
  for (const character of text) {
    if (count === precision) break;
    count += 1;
    end += character.length;
  }
  return text.slice(0, end);
}
