/**
 * @module What Go's quoted strings and character constants stand for (strconv.Unquote).
 */

import { decode, encode, escapeByte } from './bytes.ts';
import { Fault } from './fault.ts';

interface Unquoted {
  readonly codePoint: number;
  /** Written as a byte (`\xff`, `\377`), which in a string is that byte and not the character of that number. */
  readonly isByte: boolean;
  readonly length: number;
}

const simple: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
]);

/** The content of a token of type string or raw string. */
export function readString(token: string, at: number): string {
  if (token.startsWith('`')) return token.slice(1, -1).replaceAll('\r', '');
  const content = token.slice(1, -1);
  if (!content.includes('\\')) return content;
  const parts: string[] = [];
  for (let index = 0; index < content.length;) {
    const unquoted = unquote(content, index, '"');
    if (unquoted === undefined) throw new Fault('invalid syntax in a string', at);
    const { codePoint, isByte, length } = unquoted;
    parts.push(isByte && codePoint >= 0x80 ? escapeByte(codePoint) : String.fromCodePoint(codePoint));
    index += length;
  }
  const text = parts.join('');
  return text.isWellFormed() ? text : decode(encode(text));
}

/** The number that a character constant stands for. */
export function readCharacter(token: string, at: number): number {
  const content = token.slice(1, -1);
  const unquoted = content === '' ? undefined : unquote(content, 0, "'");
  if (unquoted === undefined || unquoted.length !== content.length) {
    throw new Fault('malformed character constant', at);
  }
  return unquoted.codePoint;
}

/** One character or escape; undefined if it is none. */
function unquote(content: string, at: number, quote: string): Unquoted | undefined {
  const first = content.codePointAt(at) ?? 0;
  if (first !== 92) return { codePoint: first, isByte: false, length: first > 0xffff ? 2 : 1 };
  const escape = content.charAt(at + 1);
  const codePoint = escape === quote ? escape.charCodeAt(0) : simple.get(escape);
  if (codePoint !== undefined) return { codePoint, isByte: false, length: 2 };
  return unquoteNumber(content.slice(at + 1, at + 10));
}

function unquoteNumber(rest: string): Unquoted | undefined {
  const hexadecimal = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest);
  const octal = /^[0-7]{3}/.exec(rest);
  const digits = hexadecimal?.slice(1).find((group) => group !== undefined) ?? '';
  if (octal !== null) return unquoted(Number.parseInt(octal[0], 8), true, 3);
  if (hexadecimal === null) return undefined;
  return unquoted(Number.parseInt(digits, 16), rest.startsWith('x'), hexadecimal[0].length);
}

/** A byte has eight bits; a character is no surrogate and lies within Unicode. */
function unquoted(codePoint: number, isByte: boolean, escape: number): Unquoted | undefined {
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  if (isByte ? codePoint > 0xff : codePoint > 0x10ffff || isSurrogate) return undefined;
  return { codePoint, isByte, length: escape + 1 };
}
